"""Judging the judge: plant differences in recordings, count those found, and count false alarms on unplanted twins.

Three lanes. *plain*: anywhere in any case. *beside noise*: in cases where the legacy differs from itself, so that a
noise rule is at work near by. *inside noise*: in the very value that the rule forgives, breaking what its values have
in common. Law: recall below 100 % outside times, or one false alarm, is a fault of the judge.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import orjson

from shim.exchange import Case, Exchange, Headers, Run
from shim.judge import view
from shim.judge.compare import Noise, compare, differing
from shim.judge.noise import is_number
from shim.judge.noisebook import NoiseBook, noisy_places
from shim.judge.paths import at
from shim.judge.planting import KINDS, plant, twin
from shim.judge.verdict import Level

INSIDE = "noise: template broken"
FROM_BOOK = "noise from the book: template broken"
_ROUNDS = 4  # passes over the cases for one kind
_TRIES = 3000  # cases looked at in one pass


@dataclass(slots=True)
class Score:
    """How a kind of planting fared.

    Attributes:
        planted: Differences planted.
        found: Of those, called different.
        alarms: Unplanted twins called different.
        missed: Names of cases where one was missed.
    """

    planted: int = 0
    found: int = 0
    alarms: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Found of planted; 1.0 where nothing was planted."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """Found of everything called different; 1.0 where nothing was."""
        called = self.found + self.alarms
        return self.found / called if called else 1.0


def _only_noisy_numbers(case: Case, base: Run, planted: Run) -> bool:
    """Whether only a number changed, where the legacy's runs have different numbers: there is no template to break."""
    trees = [view.run(r) for r in case.runs]
    own = view.run(base)
    places = [p for p, _, _ in differing(own, view.run(planted), [own], (), Noise())]
    return bool(places) and all(len({v for t in trees if is_number(v := at(t, p))}) > 1 for p in places)


def _replaced(one: Exchange, old: str, new: str) -> Exchange:
    def body(data: bytes) -> bytes:
        for a, b in ((old, new), (orjson.dumps(old)[1:-1].decode(), orjson.dumps(new)[1:-1].decode())):
            data = data.replace(a.encode(), b.encode())
        return data

    def headers(pairs: Headers) -> Headers:
        return tuple((k, v.replace(old, new)) for k, v in pairs)

    answer = one.response
    if answer is not None:
        answer = replace(answer, headers=headers(answer.headers), chunks=(body(answer.body),), times=())
    calls = tuple(
        replace(
            c,
            request=replace(
                c.request,
                url=c.request.url.replace(old, new),
                headers=headers(c.request.headers),
                body=body(c.request.body),
            ),
        )
        for c in one.upstream
    )
    return replace(one, response=answer, upstream=calls)


def _broken_template(rng: random.Random, case: Case) -> Run | None:
    """A run whose noisy value lost what the legacy's values share there: a sign in front that none of them has."""
    places = [(p, v) for p, v in noisy_places(case) if p[0] == "exchanges" and len(v[0]) >= 6 and v[0][:1] not in "{["]
    if not places:
        return None
    place, values = rng.choice(places)
    run, number = case.runs[0], int(place[1])
    changed = _replaced(run.exchanges[number], values[0], "§ planted; " + values[0])
    if changed == run.exchanges[number]:
        return None
    return replace(run, exchanges=(*run.exchanges[:number], changed, *run.exchanges[number + 1 :]))


def _plant_many(
    rng: random.Random, lane: str, cases: Sequence[Case], count: int, scores: dict[tuple[str, str], Score]
) -> None:
    """Plant each kind equally often; a kind that no case of the lane has a place for is not there."""
    for kind in KINDS:
        wanted, order = -(-count // len(KINDS)), list(cases)
        for _ in range(_ROUNDS):
            rng.shuffle(order)
            for case in order[: max(_TRIES, 20 * wanted)]:
                base = rng.choice(case.runs)
                planted = plant(rng, base, kind)
                if planted is None or ("number" in kind and _only_noisy_numbers(case, base, planted.run)):
                    continue
                _scored(scores[lane, kind], case, planted.run)
                wanted -= 1
                if not wanted:
                    break
            if not wanted:
                break


def _scored(score: Score, case: Case, run: Run, book: NoiseBook | None = None) -> None:
    score.planted += 1
    if compare(case, run, book=book).level is Level.DIFFERENT:
        score.found += 1
    else:
        score.missed.append(case.full_name)


def prove(cases: Iterable[Case], *, plantings: int = 2000, seed: int = 1) -> dict[tuple[str, str], Score]:
    """Plant differences in recorded cases and score the judge.

    Args:
        cases: Recorded cases, best with two runs each, so that there is noise to plant beside.
        plantings: How many in the plain lane; half as many beside noise.
        seed: Same seed, same plantings.

    Returns:
        (lane, kind) -> score. False alarms stand under (`plain`, `unplanted twin`).
    """
    rng = random.Random(seed)  # noqa: S311 - a choice of places, no secret
    every = list(cases)
    noisy = [c for c in every if noisy_places(c)]
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    _plant_many(rng, "plain", every, plantings, scores)
    _plant_many(rng, "beside noise", noisy, plantings // 2, scores)
    book = NoiseBook()
    book.learn(noisy)
    for case in noisy:
        run = _broken_template(rng, case)
        if run is not None:
            _scored(scores["inside noise", INSIDE], case, run)
            _scored(scores["inside noise", FROM_BOOK], replace(case, runs=case.runs[:1]), run, book)
    for case in every:
        for run in case.runs:
            if not compare(case, twin(run)).clean:
                scores["plain", "unplanted twin"].alarms += 1
                scores["plain", "unplanted twin"].missed.append(case.full_name)
    return dict(scores)

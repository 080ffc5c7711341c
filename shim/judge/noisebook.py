"""Noise learned once and used where a record has one run only: live exchanges, imported traffic.

A rule is an endpoint, a path with its indexes open, and a template: the tokens that the legacy's differing values
share, with holes where they differ. Learned on the legacy alone, for texts and never for structure. Law: a value that
does not fit the template gets no forgiveness, and every rule counts how often it fired.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from shim.endpoints import endpoint_id
from shim.exchange import Case
from shim.judge import view
from shim.judge.noise import TOKEN, without_times
from shim.judge.paths import Place, at, generic

_HEX = re.compile(r"[0-9a-f]+")
_CONTEXT = 2  # tokens before a hole that must be as they were


class NoiseError(ValueError):
    """A file of learned noise that cannot be used; says why."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Where values differ.

    Attributes:
        start: What they all begin with here.
        length: How long they all are, 0 where that differs.
        hexadecimal: Whether they all are hexadecimal digits.
    """

    start: str
    length: int
    hexadecimal: bool

    def fits(self, token: str) -> bool:
        """Whether a token may stand here."""
        return (
            token.startswith(self.start)
            and self.length in {0, len(token)}
            and (not self.hexadecimal or _HEX.fullmatch(token) is not None)
        )


type Template = tuple[str | Hole, ...]


def template_of(values: Sequence[str]) -> Template | None:
    """What some differing values have in common; None where it is too little to be a rule."""
    rows = [TOKEN.findall(without_times(v)) for v in values]
    if len({len(r) for r in rows}) != 1:
        return None
    out: list[str | Hole] = []
    for tokens in zip(*rows, strict=True):
        if len(set(tokens)) == 1:
            out.append(tokens[0])
            continue
        lengths = {len(t) for t in tokens}
        hexadecimal = all(_HEX.fullmatch(t) for t in tokens)
        out.append(Hole(_start(tokens), lengths.pop() if len(lengths) == 1 else 0, hexadecimal))
    return tuple(out)


def _start(tokens: Sequence[str]) -> str:
    """The words that all tokens begin with, whole ones only."""
    n = 0
    while n < min(map(len, tokens)) and len({t[n] for t in tokens}) == 1:
        n += 1
    while n and tokens[0][n - 1].isalnum():
        n -= 1
    return tokens[0][:n]


def _matches(template: Template, values: Sequence[str]) -> bool:
    """Whether values differ in the template's holes alone, and stand there where the template has them.

    What is the same in all of these values need not be what was the same when the rule was learned (a version, a
    digest of the request); the two tokens before a hole must be.
    """
    rows = [TOKEN.findall(without_times(v)) for v in values]
    if any(len(r) != len(template) for r in rows):
        return False
    for n, (part, tokens) in enumerate(zip(template, zip(*rows, strict=True), strict=True)):
        if not isinstance(part, Hole):
            if len(set(tokens)) > 1:
                return False
        elif not all(map(part.fits, tokens)) or not all(
            isinstance(before, Hole) or before == rows[0][n - back]
            for back in range(1, min(n, _CONTEXT) + 1)
            if (before := template[n - back]) is not None
        ):
            return False
    return True


def written(template: Template) -> str:
    """A template as people read it: `cch=<5 hex>;`."""
    return "".join(
        part if isinstance(part, str) else f"{part.start}<{part.length or 'any'}{' hex' if part.hexadecimal else ''}>"
        for part in template
    )


@dataclass(slots=True)
class NoiseBook:
    """Learned noise: (endpoint id, generic path) -> templates, and how often each fired."""

    rules: dict[tuple[str, str], list[Template]] = field(default_factory=dict)
    hits: Counter[str] = field(default_factory=Counter)

    def forgives(self, endpoint: str, place: Place, legacy: Any, native: Any) -> bool:
        """Whether a difference is noise here: both values fit one template that was learned at this very place."""
        if not (isinstance(legacy, str) and isinstance(native, str)):
            return False
        path = generic(place)
        for template in self.rules.get((endpoint, path), ()):
            if _matches(template, (legacy, native)):
                self.hits[f"{endpoint} {path} {written(template)}"] += 1
                return True
        return False

    def learn(self, cases: Iterable[Case]) -> int:
        """Take in what the legacy's own runs differ in; returns how many rules are new."""
        new = 0
        for case in cases:
            for place, values in noisy_places(case):
                endpoint = endpoint_of_place(case, place)
                template = template_of(values)
                if template is None or not endpoint:
                    continue
                known = self.rules.setdefault((endpoint, generic(place)), [])
                if not any(_matches(t, values) for t in known):
                    known.append(template)
                    new += 1
        return new

    def join(self, other: "NoiseBook") -> None:
        """Take in what another one knows."""
        for place, templates in other.rules.items():
            known = self.rules.setdefault(place, [])
            known += [template for template in templates if template not in known]

    def write(self, path: Path) -> None:
        """Write the rules as JSON, one rule a line."""
        lines = [
            orjson.dumps({"endpoint": e, "path": p, "template": [_to_json(part) for part in t]}).decode()
            for (e, p), templates in sorted(self.rules.items())
            for t in templates
        ]
        temporary = path.with_name(f".{path.name}.new")  # whoever follows the file never finds half of it
        temporary.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
        temporary.replace(path)

    @classmethod
    def read(cls, path: Path) -> "NoiseBook":
        """Read what `write` wrote; a missing file has no rules.

        Raises:
            NoiseError: The file is not such a file.
        """
        book = cls()
        if not path.exists():
            return book
        try:
            for row in orjson.loads(path.read_bytes()):
                template = tuple(map(_from_json, row["template"]))
                book.rules.setdefault((row["endpoint"], row["path"]), []).append(template)
        except (ValueError, KeyError, TypeError) as error:
            raise NoiseError(
                f"{path} is no file of learned noise: {error!r}; make it anew with `shim learn`"
            ) from error
        return book


def _to_json(part: str | Hole) -> str | dict[str, Any]:
    return part if isinstance(part, str) else {"start": part.start, "length": part.length, "hex": part.hexadecimal}


def _from_json(part: Any) -> str | Hole:
    return part if isinstance(part, str) else Hole(part["start"], part["length"], part["hex"])


def endpoint_of_place(case: Case, place: Place) -> str:
    """The id of the endpoint that a place of a case belongs to; empty for the state left behind."""
    if place[0] != "exchanges":
        return ""
    request = case.runs[0].exchanges[int(place[1])].request
    return endpoint_id(request.method, request.url)


def noisy_places(case: Case) -> list[tuple[Place, list[str]]]:
    """Where the legacy's own runs of a case differ in a text, times aside, and what they say there."""
    trees = [view.run(r) for r in case.runs]
    if len(trees) < 2:
        return []
    out = []
    for place, value in _texts(trees[0]):
        values = [value, *(at(t, place) for t in trees[1:])]
        if all(isinstance(v, str) for v in values) and len({without_times(v) for v in values}) > 1:
            out.append((place, values))
    return out


def _texts(value: Any, place: Place = ()) -> Iterable[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*place, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _texts(inner, (*place, i))

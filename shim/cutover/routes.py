"""Endpoints that the binary is still needed for: flags, evidence, acceptances, traffic.

Law: what was never seen is told apart from what was seen to be clean.
"""

from collections.abc import Iterable, Iterator, Mapping

from shim.coverage import native_ids
from shim.cutover.obstacles import Kind, Obstacle
from shim.endpoints import ENDPOINTS, Endpoint
from shim.flags.table import EVERY, Flag, Mode
from shim.gates.gates import Gates, Step
from shim.gates.standing import Standing
from shim.judge.accepted import Rule, open_acceptances


def of_routes(
    standings: Iterable[Standing], flags: Iterable[Flag], gates: Gates, rules: Iterable[Rule]
) -> Iterator[Obstacle]:
    """What endpoints have in the way, in the catalogue's order.

    Args:
        standings: Of those that were seen or have flags, see `shim.gates.standing`.
        flags: What holds now.
        gates: What native must have shown.
        rules: Accepted differences.
    """
    by_endpoint = {one.endpoint: one for one in standings}
    accepted, table = list(rules), list(flags)
    for endpoint in ENDPOINTS:
        standing = by_endpoint.get(endpoint.id)
        if standing is None or not standing.seen:
            yield _unseen(endpoint)
            continue
        if endpoint.id not in native_ids():
            yield Obstacle(Kind.HANDLER, endpoint.id, f"native has none; asked for {standing.seen} times", _ASK_LEGACY)
            continue
        yield from _flagged(standing, [one for one in table if one.scope.endpoint == endpoint.id])
        yield from _evidence(standing, top(gates, endpoint.family))
        yield from _accepted(endpoint, accepted)
    yield from _narrowed(table)


_ASK_LEGACY = "this version cannot take it over: keep the binary, or have nobody ask for it"


def top(gates: Gates, family: str) -> Step:
    """What the last gate asks of an endpoint of this family."""
    step, rather = gates.steps[-1], gates.families.get(family)
    return rather.of(step) if rather else step


def _unseen(endpoint: Endpoint) -> Obstacle:
    says = "never seen in traffic" + (", and native has no handler" if endpoint.id not in native_ids() else "")
    todo = f"use it once, or say that nobody does: shim cutover --waive '{endpoint.id}' --why ..."
    return Obstacle(Kind.UNSEEN, endpoint.id, says, todo)


def _flagged(standing: Standing, own: Iterable[Flag]) -> Iterator[Obstacle]:
    said = {str(standing.value): standing.value, **{str(one.value): one.value for one in own}}
    below = [text for text, value in said.items() if value.mode is not Mode.NATIVE]
    if below:
        yield Obstacle(
            Kind.FLAG,
            standing.endpoint,
            f"its flag says {' and '.join(below)}",
            f"shim promote '{standing.endpoint}' tells which gate holds it",
        )


def _evidence(standing: Standing, asked: Step) -> Iterator[Obstacle]:
    if standing.held is not None:
        why = f"held: {standing.held.why}"
        yield Obstacle(Kind.UNCLEAN, standing.endpoint, why, "mend native, then `shim flags release`")
        return
    figures = f"{standing.clean} of {standing.judged} judged are clean, parity at least {standing.low:.2f} %"
    if standing.judged < asked.judged:
        says = f"{figures}; {asked.judged} judged are asked for"
        yield Obstacle(Kind.UNCLEAN, standing.endpoint, says, "let more traffic be judged")
    elif standing.low < asked.parity:
        says = f"{figures}; {asked.parity:g} % is asked for"
        yield Obstacle(Kind.UNCLEAN, standing.endpoint, says, "shim report and shim diff show what differs")
    elif standing.errors > asked.errors:
        says = f"native failed {standing.errors} times, at most {asked.errors} are allowed"
        yield Obstacle(Kind.UNCLEAN, standing.endpoint, says, "shim report shows where")


def _accepted(endpoint: Endpoint, rules: Iterable[Rule]) -> Iterator[Obstacle]:
    for rule in open_acceptances(rules, endpoint.id, _NO_CASES):
        says = f"{rule.name} is accepted until {rule.expires} by {rule.author}: {rule.reason}"
        yield Obstacle(Kind.ACCEPTANCE, endpoint.id, says, "mend native and take the rule out of accepted.yaml")


_NO_CASES: Mapping[str, str] = {}
"""Rules for recorded cases are about recordings, not about this traffic."""


def _narrowed(flags: Iterable[Flag]) -> Iterator[Obstacle]:
    """Flags for all endpoints that are narrowed to a provider, a model or streams."""
    for flag in flags:
        scope = flag.scope
        if scope.endpoint == EVERY and scope.needs_body and flag.value.mode is not Mode.NATIVE:
            yield Obstacle(Kind.FLAG, str(scope), f"says {flag.value}", "shim flags set or unset it")

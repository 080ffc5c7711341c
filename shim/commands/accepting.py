"""`shim accept`: what a rule would change, shown before it is written down; and which rules there are."""

import datetime as dt
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from shim.accepting import Effect, effect, effect_on, hits, judged, renew
from shim.accepting import accept as write_rule
from shim.commands.judging import ACCEPTED, read_cases, read_rules
from shim.commands.saying import DataDir, console, fail
from shim.groups import Group, groups
from shim.judge.accepted import LIVE, AcceptedError, Rule, Rules
from shim.replay import replay
from shim.settings import database as database_in
from shim.store.store import Store

RECORDED = "recorded"
_UNSAID = "(not said yet)"


def accept(
    path: Annotated[str, typer.Argument(help="where, as a report prints it; [*] for any index")] = "",
    *,
    group: Annotated[str, typer.Option(help="a group's id, in the place of a path: all that differs together")] = "",
    reason: Annotated[str, typer.Option(help="why it is fine, in a sentence")] = "",
    author: Annotated[str, typer.Option(envvar="USER", help="who says so")] = "",
    expires: Annotated[str, typer.Option(help="the last day on which it counts: 2027-06-30, or 90d")] = "90d",
    cases: Annotated[str, typer.Option(help="glob over full case names or endpoint ids that it is limited to")] = "",
    legacy: Annotated[str, typer.Option(help="text that the legacy's value must contain")] = "",
    native: Annotated[str, typer.Option(help="text that native's value must contain")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what it would change, and write nothing")] = False,
    data: DataDir = None,
    accepted: Annotated[Path, typer.Option(help="the file to write to")] = ACCEPTED,
    recordings: Annotated[list[Path] | None, typer.Option(help="where to look; default: where the file lies")] = None,
) -> None:
    """Live with a difference: show what a rule would change, then write it down. Without a path, list the rules.

    It is shown on the recordings that the file lies beside and on what was recorded live: how many become clean, and
    everything it would cover, so that what was not meant is seen. Exit 1 where it would cover nothing.

    Example: shim accept 'exchanges[*].response.headers["x-example"]' --reason 'a header nobody reads' --dry-run
    """
    out = console()
    database = database_in(data)
    if not path and not group:
        print_rules(out, read_rules(accepted), database)
        return
    meant = _group(group, database) if group else None
    patterns = meant.patterns if meant else (path,)
    limit = cases or (meant.endpoint if meant else "*")
    rules = [_rule(p, reason or _UNSAID, author or _UNSAID, expires, (limit, legacy, native)) for p in patterns]
    found = _shown(out, rules, meant, database, recordings or [accepted.parent], known=read_rules(accepted))
    if not found:
        raise fail("it would cover nothing: look at the path again, `shim diff` prints it", 1)
    if dry_run:
        return
    if not reason or not author:
        raise fail("why is the difference fine, and who says so? --reason and --author are missing")
    if found == {LIVE} and not cases:  # no recording has it, and a rule that no recording needs would fail the check
        rules = [rule.model_copy(update={"cases": f"{LIVE}{limit}/*" if meant else f"{LIVE}*"}) for rule in rules]
    _write(out, accepted, rules, database)


def _write(out: Console, file: Path, rules: Sequence[Rule], database: Path) -> None:
    try:
        for rule in rules:
            write_rule(file, rule)
    except (AcceptedError, OSError) as error:
        raise fail(str(error)) from error
    out.print(f"written to {file}: {', '.join(rule.name for rule in rules)}", soft_wrap=True)
    if database.exists():
        with Store(database) as store:
            out.print(f"{renew(store, Rules.read(file))} live verdicts follow")


def _group(wanted: str, database: Path) -> Group:
    if not database.exists():
        raise fail(f"there is no recording at {database}: `--data-dir` names its folder")
    with Store(database, read_only=True) as store:
        found = next((one for one in groups(store) if one.id == wanted), None)
    if found is None:
        raise fail(f"no group has the id {wanted!r}: `shim groups` lists them")
    return found


def _rule(path: str, reason: str, author: str, expires: str, limits: tuple[str, str, str]) -> Rule:
    cases, legacy, native = limits
    try:
        day = _day(expires)
        return Rule(path=path, reason=reason, author=author, expires=day, cases=cases, legacy=legacy, native=native)
    except (ValidationError, ValueError, OverflowError) as error:
        raise fail(f"that is no rule: {error}") from error


def _day(text: str) -> dt.date:
    if text.endswith("d") and text[:-1].isdecimal():
        return dt.datetime.now(dt.UTC).date() + dt.timedelta(days=int(text[:-1]))
    return dt.date.fromisoformat(text)


def _shown(
    out: Console,
    rules: Sequence[Rule],
    meant: Group | None,
    database: Path,
    recordings: Sequence[Path],
    *,
    known: Rules,
) -> set[str]:
    """Print what the rules would change; returns where they cover anything: `LIVE`, `RECORDED`."""
    where: set[str] = set()
    for rule in rules:
        out.print(f"[bold]{rule.name}[/], until {rule.expires}", soft_wrap=True)
    cases = read_cases([path for path in recordings if path.exists()])
    if cases:
        found = effect_on(judged(replay(cases, known, jobs=os.cpu_count() or 1)), *rules)
        if _print_effect(out, f"of {len(cases)} recorded cases", found, meant):
            where.add(RECORDED)
    if database.exists():
        with Store(database, read_only=True) as store:
            if _print_effect(out, "of what was recorded live", effect(store, *rules), meant):
                where.add(LIVE)
    return where


def _print_effect(out: Console, what: str, found: Effect, meant: Group | None) -> int:
    out.print(f"  {what}: covers {found.covers}, {found.clean} become clean")
    for place, count in found.places:
        asked = meant is None or (place.endpoint, place.provider) == (meant.endpoint, meant.provider)
        also = "" if asked else "  [yellow]also[/]"
        where = f"{place.endpoint} {place.provider}".rstrip()
        out.print(f"    {count} of {place.pattern} {place.kind}, {where}{also}", soft_wrap=True)
    return found.covers


def print_rules(out: Console, rules: Rules, database: Path) -> None:
    """Print the rules, and how often each made a live exchange clean."""
    used: Counter[str] = Counter()
    if database.exists():
        with Store(database, read_only=True) as store:
            used = hits(store.sql)
    table = Table(box=None, header_style="bold")
    for name in ("rule", "until", "live hits", "author", "reason"):
        table.add_column(name, overflow="fold")
    for rule in rules.rules:
        late = rule in rules.expired
        table.add_row(
            rule.name,
            f"{rule.expires}{' expired' if late else ''}",
            str(used[rule.name]),
            rule.author,
            rule.reason,
            style="red" if late else None,
        )
    out.print(table if rules.rules else "Nothing is accepted.")

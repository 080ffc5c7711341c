"""`shim replay`: native judged on recordings, for CI: parity, what holds it back, and rules that hold no more."""

import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from shim.commands.judging import ACCEPTED, Paths, read_cases, read_rules
from shim.commands.saying import console, fail, spelled
from shim.coverage import coverage
from shim.exchange import Case
from shim.groups import Group, of_results
from shim.judge.accepted import Rule, Rules
from shim.judge.verdict import Level
from shim.labels import labels
from shim.replay import Selection, Summary, summary_json, write_junit
from shim.replay import replay as replay_cases
from shim.sidebyside import shown


def replay(
    paths: Paths,
    *,
    only: Annotated[str, typer.Option(help="cases whose family/name contains this")] = "",
    skip: Annotated[str, typer.Option(help="but not those that contain this")] = "",
    endpoint: Annotated[str, typer.Option(help="one endpoint, such as 'POST /v1/messages'")] = "",
    provider: Annotated[str, typer.Option(help="one provider, such as claude")] = "",
    limit: Annotated[int, typer.Option(help="at most so many, spread over all", min=0)] = 0,
    fail_under: Annotated[float, typer.Option(help="exit 1 below this parity, in per cent", min=0, max=100)] = 100.0,
    floor: Annotated[Path | None, typer.Option(help="parity wanted by family, as JSON; replaces --fail-under")] = None,
    junit: Annotated[Path | None, typer.Option(help="write JUnit XML here")] = None,
    json_to: Annotated[
        Path | None, typer.Option("--json", help="write the whole result as JSON here, - for stdout")
    ] = None,
    accepted: Annotated[Path, typer.Option(help="accepted differences")] = ACCEPTED,
    jobs: Annotated[int, typer.Option(help="processes; 0 for one a core", min=0)] = 0,
    show: Annotated[int, typer.Option(help="print so many of those that are not clean", min=0)] = 3,
) -> None:
    """Judge native on recordings. Exit 0 or 1 on parity, 2 when nothing could be judged.

    Exit 1, too, where an accepted difference has expired, or is in none of the recordings that it lies beside any more.
    """
    rules = read_rules(accepted)
    every = read_cases(paths)
    cases = Selection(only, skip, endpoint, provider, limit).of(every)
    if not cases:
        raise fail("no recorded case was selected: check the paths, --only and --skip")
    summary = Summary()
    err = Console(stderr=True)
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("judging", total=len(cases))
        for result in replay_cases(cases, rules, jobs=jobs or os.cpu_count() or 1):
            summary.results.append(result)
            summary.hits.update(result.verdict.rules)
            progress.advance(task)
    if junit is not None:
        write_junit(junit, summary)
    failing = _failing(rules, summary, accepted, paths, every)
    held = of_results(summary.results, " ".join(map(str, paths)))
    if json_to is not None:
        told = {"groups": [asdict(group) for group in held], "stale": [rule.name for rule in failing]}
        text = spelled({**summary_json(summary), **told}) + "\n"
        sys.stdout.write(text) if str(json_to) == "-" else json_to.write_text(text, encoding="utf-8")
    if str(json_to) != "-":
        _print_summary(console(), summary, held, show)
    status = summary.exit_status(fail_under)
    if floor is not None and status != 2:
        status = _below_floor(err, summary, floor)
    for rule in failing:
        why = f"expired on {rule.expires}" if rule in rules.expired else "is in none of the recordings any more"
        err.print(f"[red]{accepted}: {rule.name} {why}: take it out, or say anew until when", soft_wrap=True)
    raise typer.Exit(status or bool(failing))


def _failing(rules: Rules, summary: Summary, file: Path, paths: list[Path], every: list[Case]) -> tuple[Rule, ...]:
    """The rules that fail the check; none of a file whose own recordings are not among those that were asked for."""
    if not any(file.resolve().is_relative_to(path.resolve()) for path in paths):
        return ()
    rules.hits.update(summary.hits)
    names = {case.full_name: labels(case).endpoint for case in every}
    return rules.failing(names, {result.name for result in summary.results})


def _below_floor(out: Console, summary: Summary, floor: Path) -> int:
    """1 where a family is below the parity that the file asks for; a family the file does not name needs nothing."""
    wanted: dict[str, float] = orjson.loads(floor.read_bytes())
    below = 0
    for family, least in wanted.items():
        own = Summary([r for r in summary.results if r.name.startswith(family + "/")])
        if own.results and own.parity < least:
            below = 1
            out.print(f"[red]{family}: parity {own.parity:.2f} % is under the floor of {least:.2f} %")
    return below


def _print_summary(out: Console, summary: Summary, held: Iterable[Group], show: int) -> None:
    table = Table(box=None, header_style="bold")
    for name in ("group", "clean", "of", *map(str, Level)):
        table.add_column(name, justify="left" if name == "group" else "right")
    for group, levels in summary.by("group").items():
        clean = sum(n for level, n in levels.items() if level.clean)
        row = [group, str(clean), str(levels.total()), *(str(levels[x] or "") for x in Level)]
        table.add_row(*row, style=None if clean == levels.total() else "yellow")
    out.print(table)
    for one in [r for r in summary.results if not r.verdict.clean][:show]:
        out.print(f"\n[bold]{one.name}[/]: {one.verdict.level} {one.verdict.reason or ''} {one.verdict.detail}")
        for difference in one.verdict.differences[:5]:
            out.print(shown(difference))
    for held_by in list(held)[:show]:
        what = f"{held_by.pattern} {held_by.kind} {held_by.detail}".rstrip()
        where = f"{held_by.endpoint} {held_by.provider}".rstrip()
        counts = f"[yellow]{held_by.holds_back} of {held_by.count} held back[/]"
        out.print(f"\n{counts} by {what} ({where}): {held_by.command}", soft_wrap=True)
    out.print(f"\n{coverage((r.labels.endpoint, r.verdict.clean) for r in summary.results)} endpoints")
    seconds = sum(r.seconds for r in summary.results)
    out.print(
        f"{len(summary.results)} cases, {summary.judged} judged, parity {summary.parity:.2f} %"
        f" ({len(summary.results) / max(seconds, 1e-9):.0f} verdicts a second and process)"
    )

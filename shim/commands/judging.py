"""`shim replay`, `shim prove`, `shim diff`: the judge on the command line."""

import os
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from shim import corpusfile
from shim.commands.reporting import open_recording
from shim.commands.saying import Json, console, fail, spelled
from shim.coverage import coverage
from shim.exchange import Case
from shim.judge.accepted import AcceptedError, Rules
from shim.judge.judge import judge
from shim.judge.noisebook import NoiseBook
from shim.judge.prove import prove as prove_judge
from shim.judge.verdict import Level
from shim.knowledge import shipped_noise
from shim.replay import Selection, Summary, summary_json, verdict_json, write_junit
from shim.replay import replay as replay_cases
from shim.shadow import case_of
from shim.sidebyside import shown

ACCEPTED = Path("recordings/accepted.yaml")

Paths = Annotated[list[Path], typer.Argument(help="recordings: corpus files or folders of them", show_default=False)]


def read_cases(paths: list[Path]) -> list[Case]:
    """The cases of some files; exits with 2 and a reason where they cannot be read."""
    try:
        return [case for path in paths for case in corpusfile.read(path)]
    except (corpusfile.CorpusError, OSError) as error:
        raise fail(f"{error}") from error


def read_rules(path: Path) -> Rules:
    """The accepted differences; exits with 2 and a reason where they cannot be read."""
    try:
        return Rules.read(path)
    except AcceptedError as error:
        raise fail(str(error)) from error


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
    """Judge native on recordings. Exit 0 or 1 on parity, 2 when nothing could be judged."""
    rules = read_rules(accepted)
    cases = Selection(only, skip, endpoint, provider, limit).of(read_cases(paths))
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
    if json_to is not None:
        text = spelled(summary_json(summary)) + "\n"
        sys.stdout.write(text) if str(json_to) == "-" else json_to.write_text(text, encoding="utf-8")
    if str(json_to) != "-":
        _print_summary(console(), summary, show)
    status = summary.exit_status(fail_under)
    if floor is not None and status != 2:
        status = _below_floor(err, summary, floor)
    raise typer.Exit(status)


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


def _print_summary(out: Console, summary: Summary, show: int) -> None:
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
    out.print(f"\n{coverage((r.labels.endpoint, r.verdict.clean) for r in summary.results)} endpoints")
    seconds = sum(r.seconds for r in summary.results)
    out.print(
        f"{len(summary.results)} cases, {summary.judged} judged, parity {summary.parity:.2f} %"
        f" ({len(summary.results) / max(seconds, 1e-9):.0f} verdicts a second and process)"
    )


def prove(
    paths: Annotated[list[Path] | None, typer.Argument(help="recordings to plant in; default: recordings/")] = None,
    *,
    plantings: Annotated[int, typer.Option(help="differences to plant", min=1)] = 2000,
    seed: Annotated[int, typer.Option(help="same seed, same plantings")] = 1,
    as_json: Json = False,
) -> None:
    """Plant differences in recordings and see the judge find them: recall and precision by kind."""
    scores = prove_judge(read_cases(paths or [Path("recordings")]), plantings=plantings, seed=seed)
    rows = [
        {
            "lane": lane,
            "kind": kind,
            "planted": s.planted,
            "found": s.found,
            "false_alarms": s.alarms,
            "recall": s.recall,
            "precision": s.precision,
            "missed": s.missed[:5],
        }
        for (lane, kind), s in sorted(scores.items())
    ]
    if as_json:
        typer.echo(spelled(rows))
    else:
        table = Table("lane", "kind", "planted", "found", "recall", "precision", box=None, header_style="bold")
        for (lane, kind), s in sorted(scores.items()):
            style = None if s.recall == s.precision == 1 else "red"
            table.add_row(
                lane, kind, str(s.planted), str(s.found), f"{s.recall:.1%}", f"{s.precision:.1%}", style=style
            )
        out = console()
        out.print(table)
        planted, found = sum(s.planted for s in scores.values()), sum(s.found for s in scores.values())
        out.print(
            f"\n{found} of {planted} planted differences found, {sum(s.alarms for s in scores.values())} false alarms"
        )
    raise typer.Exit(0 if all(s.recall == 1 and not s.alarms for s in scores.values()) else 1)


def diff(
    name: Annotated[str, typer.Argument(help="a recorded exchange's id, or a case's full name")],
    paths: Annotated[list[Path] | None, typer.Argument(help="recordings to look in; default: recordings/")] = None,
    *,
    data: Annotated[Path | None, typer.Option("--data-dir", help="where recordings and keys are kept")] = None,
    accepted: Annotated[Path, typer.Option(help="accepted differences")] = ACCEPTED,
    as_json: Json = False,
) -> None:
    """Show one exchange's differences, legacy and native side by side. Exit 1 where there are any.

    Example: shim diff core/chat-claude/stream-plain-text
    """
    case = _recorded(int(name), data) if name.isdecimal() else _filed(name, paths or [Path("recordings")])
    verdict = judge(case, read_rules(accepted), NoiseBook.read(shipped_noise()))
    if as_json:
        typer.echo(spelled(verdict_json(verdict)))
    else:
        out = console()
        why = " ".join(filter(None, (str(verdict.level), str(verdict.reason or ""), verdict.detail)))
        out.print(f"[bold]{name}[/]: {why}; sent upstream: {verdict.sent}")
        for difference in verdict.differences:
            out.print(shown(difference, whole=True))
    raise typer.Exit(0 if verdict.clean else 1)


def _filed(name: str, paths: list[Path]) -> Case:
    case = next((c for c in read_cases(paths) if c.full_name == name), None)
    if case is None:
        raise fail(f"no recording is called {name!r}; `shim replay --show 20` prints names")
    return case


def _recorded(number: int, data: Path | None) -> Case:
    with open_recording(data) as store:
        try:
            return case_of(store, number)
        except KeyError as error:
            raise fail(str(error.args[0])) from error

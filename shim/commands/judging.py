"""`shim prove`, `shim diff`: the judge on the command line."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shim import corpusfile
from shim.binary.kept import Kept
from shim.commands.reporting import open_recording
from shim.commands.saying import DataDir, Json, console, fail, spelled
from shim.exchange import Case
from shim.filed import verdict_of
from shim.judge.accepted import AcceptedError, Rules
from shim.judge.judge import judge
from shim.judge.noisebook import NoiseBook
from shim.judge.prove import Score
from shim.judge.prove import prove as prove_judge
from shim.judge.verdict import Verdict
from shim.knowledge import learned_noise, shipped_noise
from shim.lanes.judging import reverse
from shim.lanes.sampling import ITSELF, REVERSE
from shim.lanes.state import background_of, playable
from shim.proof import keep
from shim.replay import verdict_json
from shim.settings import data_dir
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


def prove(
    paths: Annotated[list[Path] | None, typer.Argument(help="recordings to plant in; default: recordings/")] = None,
    *,
    plantings: Annotated[int, typer.Option(help="differences to plant", min=1)] = 2000,
    seed: Annotated[int, typer.Option(help="same seed, same plantings")] = 1,
    data: DataDir = None,
    as_json: Json = False,
) -> None:
    """Plant differences in recordings and see the judge find them: recall and precision by kind.

    Where there is a recording, the page's Health shows the outcome.
    """
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
        _print_scores(console(), scores)
    try:
        keep(rows, data_dir(data))
    except OSError as error:
        raise fail(f"the outcome cannot be kept for the page: {error}") from error
    raise typer.Exit(0 if all(s.recall == 1 and not s.alarms for s in scores.values()) else 1)


def _print_scores(out: Console, scores: Mapping[tuple[str, str], Score]) -> None:
    table = Table("lane", "kind", "planted", "found", "recall", "precision", box=None, header_style="bold")
    for (lane, kind), s in sorted(scores.items()):
        style = None if s.recall == s.precision == 1 else "red"
        table.add_row(lane, kind, str(s.planted), str(s.found), f"{s.recall:.1%}", f"{s.precision:.1%}", style=style)
    out.print(table)
    planted, found = sum(s.planted for s in scores.values()), sum(s.found for s in scores.values())
    alarms = sum(s.alarms for s in scores.values())
    out.print(f"\n{found} of {planted} planted differences found, {alarms} false alarms")


def diff(
    name: Annotated[str, typer.Argument(help="a recorded exchange's id, or a case's full name")],
    paths: Annotated[list[Path] | None, typer.Argument(help="recordings to look in; default: recordings/")] = None,
    *,
    data: DataDir = None,
    accepted: Annotated[Path, typer.Option(help="accepted differences")] = ACCEPTED,
    legacy_bin: Annotated[
        Path | None, typer.Option(envvar="SHIM_LEGACY_BIN", help="judge anew by this build what native answered")
    ] = None,
    itself: Annotated[bool, typer.Option("--itself", help="what a second process of the legacy did otherwise")] = False,
    as_json: Json = False,
) -> None:
    """Show one exchange's differences, legacy and native side by side. Exit 1 where there are any.

    Of an exchange that native answered, it is what the binary said to the same request, its providers played.

    Example: shim diff core/chat-claude/stream-plain-text
    """
    rules, book = read_rules(accepted), NoiseBook.read(shipped_noise())
    if itself:
        verdict = _by_itself(name, data)
    elif name.isdecimal():
        verdict = _recorded(int(name), data, legacy_bin, rules, book)
    else:
        verdict = judge(_filed(name, paths or [Path("recordings")]), rules, book)
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


def _recorded(number: int, data: Path | None, binary: Path | None, rules: Rules, book: NoiseBook) -> Verdict:
    with open_recording(data) as store:
        book.join(NoiseBook.read(learned_noise(store.path)))
        try:
            record = store.exchanges.get(number)
        except KeyError as error:
            raise fail(str(error.args[0])) from error
        if record.exchange.mode == "legacy":
            return judge(case_of(store, number), rules, book)
        background = background_of(store)
        row = store.verdicts.latest(number, REVERSE)
    if binary is not None:
        return asyncio.run(_asked(binary, playable(record, background), rules, book))
    if row is None:
        raise fail(f"native answered exchange {number}, and no binary was asked yet: name one by --legacy-bin")
    return verdict_of(row)


def _by_itself(name: str, data: Path | None) -> Verdict:
    with open_recording(data) as store:
        row = store.verdicts.latest(int(name), ITSELF) if name.isdecimal() else None
    if row is None:
        raise fail(
            f"the legacy was not judged by itself on exchange {name}: `shim groups --itself` names those that were"
        )
    return verdict_of(row)


async def _asked(binary: Path, case: Case, rules: Rules, book: NoiseBook) -> Verdict:
    async with Kept(binary) as kept:
        return await reverse(case, kept.play, rules, book)

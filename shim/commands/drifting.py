"""`shim drift`: the recordings played to another build of the legacy."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from shim.commands.judging import read_cases
from shim.commands.saying import fail, spelled
from shim.drift import Drift, play
from shim.driftreport import as_json, markdown
from shim.exchange import Case
from shim.judge.noisebook import NoiseBook
from shim.knowledge import shipped_noise
from shim.replay import Result, Selection


def drift(
    paths: Annotated[list[Path], typer.Argument(help="recordings: corpus files or folders of them")],
    *,
    legacy_bin: Annotated[Path, typer.Option(envvar="SHIM_LEGACY_BIN", help="the build to play them to")],
    only: Annotated[str, typer.Option(help="cases whose family/name contains this")] = "",
    skip: Annotated[str, typer.Option(help="but not those that contain this")] = "",
    limit: Annotated[int, typer.Option(help="at most so many, spread over all", min=0)] = 0,
    jobs: Annotated[int, typer.Option(help="processes of the build at once", min=1)] = 4,
    settle: Annotated[float, typer.Option(help="seconds it is given to register its models", min=0)] = 1.0,
    json_to: Annotated[Path | None, typer.Option("--json", help="write all of it as JSON here, - for stdout")] = None,
    markdown_to: Annotated[Path | None, typer.Option("--markdown", help="write the report here; else stdout")] = None,
) -> None:
    """Play recordings to another build of the legacy and report what it does otherwise.

    Exit 0 where nothing drifted, 1 where something did, 2 where nothing could be played.

    Example: shim drift recordings --legacy-bin ./cli-proxy-api-newer --limit 300 --markdown drift.md
    """
    if not legacy_bin.is_file():
        raise fail(f"{legacy_bin} is no file: --legacy-bin names the build")
    cases = Selection(only=only, skip=skip, limit=limit).of(read_cases(paths))
    if not cases:
        raise fail("no recorded case was selected: check the paths, --only and --skip")
    recorded = tuple(sorted({case.legacy for case in cases if case.legacy}))
    found = Drift(str(legacy_bin), recorded, _played(legacy_bin, cases, jobs, settle))
    report = markdown(found, " ".join(map(str, paths)))
    if json_to is not None:
        text = spelled(as_json(found)) + "\n"
        sys.stdout.write(text) if str(json_to) == "-" else json_to.write_text(text, encoding="utf-8")
    if markdown_to is not None:
        markdown_to.write_text(report, encoding="utf-8")
    elif str(json_to) != "-":
        typer.echo(report)
    raise typer.Exit(found.exit_status)


def _played(binary: Path, cases: list[Case], jobs: int, settle: float) -> list[Result]:
    err = Console(stderr=True)
    book = NoiseBook.read(shipped_noise())
    folder = Path(tempfile.mkdtemp(prefix="shim-binary-"))
    try:
        with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
            task = progress.add_task("playing", total=len(cases))
            told = lambda _: progress.advance(task)  # noqa: E731 - one line of it
            return asyncio.run(play(binary, cases, book, folder=folder, jobs=jobs, settle=settle, told=told))
    finally:
        shutil.rmtree(folder, ignore_errors=True)

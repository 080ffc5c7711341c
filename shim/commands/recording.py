"""`shim record`: recorded behaviours of a legacy build, made anew or made twice."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from shim import corpusfile
from shim.binary.player import BinaryError, Player
from shim.commands.judging import read_cases
from shim.commands.saying import fail
from shim.exchange import Case
from shim.replay import Selection


def record(
    paths: Annotated[list[Path], typer.Argument(help="cases whose requests and provider's answers are played")],
    *,
    legacy_bin: Annotated[Path, typer.Option(envvar="SHIM_LEGACY_BIN", help="the build to record")],
    out: Annotated[Path, typer.Option(help="the corpus file to write: .jsonl or .jsonl.gz")],
    runs: Annotated[int, typer.Option(help="fresh processes a case; what differs between two is noise", min=1)] = 2,
    only: Annotated[str, typer.Option(help="cases whose family/name contains this")] = "",
    limit: Annotated[int, typer.Option(help="at most so many, spread over all", min=0)] = 0,
    label: Annotated[str, typer.Option(help="the build's name in the file; default: as it was")] = "",
) -> None:
    """Play recorded requests to a build of the legacy, its providers played too, and write down what it does.

    Live exchanges that `shim export` wrote have one run; recorded so they have two, and their noise can be learned.

    Example: shim record mine.jsonl.gz --legacy-bin ./cli-proxy-api --out mine-twice.jsonl.gz
    """
    if not legacy_bin.is_file():
        raise fail(f"{legacy_bin} is no file: --legacy-bin names the binary")
    cases = Selection(only=only, limit=limit).of(read_cases(paths))
    if not cases:
        raise fail("no case was selected: check the paths and --only")
    recorded, failed = asyncio.run(_record(legacy_bin, cases, runs, label))
    corpusfile.write(out, recorded)
    typer.echo(f"{len(recorded)} cases written to {out}, {len(failed)} failed")
    for name, why in failed[:10]:
        typer.echo(f"  {name}: {why}", err=True)
    raise typer.Exit(1 if failed else 0)


async def _record(
    binary: Path, cases: list[Case], runs: int, label: str
) -> tuple[list[Case], list[tuple[str, BinaryError]]]:
    done: list[Case] = []
    failed: list[tuple[str, BinaryError]] = []
    err = Console(stderr=True)
    async with Player(binary) as player:
        with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
            task = progress.add_task("recording", total=len(cases))
            for case in cases:
                try:
                    played = [await player.play(case) for _ in range(runs)]
                    done.append(replace(case, runs=tuple(played), legacy=label or case.legacy))
                except BinaryError as error:
                    failed.append((case.full_name, error))
                progress.advance(task)
    return done, failed

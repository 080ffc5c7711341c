"""`shim learn`: what the judge and native need to know of the user's own legacy."""

import asyncio
from pathlib import Path
from typing import Annotated

import aiohttp
import orjson
import typer

from shim.commands.saying import fail
from shim.judge.noisebook import NoiseBook, NoiseError
from shim.knowledge import SELFSAME, shipped_noise
from shim.learn import LearnError, catalogue

app = typer.Typer(
    help="Take from recordings or from a running legacy what the judge and native need to know.", no_args_is_help=True
)


@app.command()
def noise(
    paths: Annotated[list[Path], typer.Argument(help="recordings with two runs or more a case")],
    *,
    to: Annotated[Path | None, typer.Option(help="the file of learned noise; default: the shipped one")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="forget what it held")] = False,
) -> None:
    """Learn where the legacy differs from itself on the same input, for records that have one run only.

    Example: shim learn noise recordings/golden
    """
    from shim.commands.judging import read_cases  # noqa: PLC0415 - the judge is loaded when it is needed

    file = to or shipped_noise()
    try:
        book = NoiseBook() if fresh else NoiseBook.read(file)
    except NoiseError as error:
        raise fail(str(error)) from error
    cases = read_cases(paths)
    new = book.learn(cases)
    book.write(file)
    rules = sum(map(len, book.rules.values()))
    typer.echo(f"{new} new rules from {len(cases)} cases; {file} has {rules}")


@app.command("selfsame")
def selfsame_(
    paths: Annotated[list[Path], typer.Argument(help="recordings with two runs or more a case")],
    *,
    to: Annotated[Path | None, typer.Option(help="the file of figures; default: the shipped one")] = None,
) -> None:
    """Say how far the legacy is equal to itself, by endpoint: what gates ask before they believe the judge.

    Example: shim learn selfsame recordings/golden
    """
    from shim import selfsame  # noqa: PLC0415 - the judge is loaded when it is needed
    from shim.commands.judging import read_cases  # noqa: PLC0415 - as above

    file = to or SELFSAME
    figures = selfsame.selfsame(read_cases(paths), NoiseBook.read(shipped_noise()))
    selfsame.write(file, figures)
    clean, every = (sum(figure[name] for figure in figures.values()) for name in ("clean", "all"))
    typer.echo(f"{clean} of {every} cases are equal to themselves; {file} has {len(figures)} endpoints")


@app.command()
def models(
    *,
    legacy: Annotated[str, typer.Option(help="where the legacy is: http://127.0.0.1:18317")],
    key: Annotated[str, typer.Option(envvar="SHIM_MANAGEMENT_KEY", help="its management key")],
    to: Annotated[Path, typer.Option(help="the file to write; name it to native by QUOTIO_MODELS")],
) -> None:
    """Take the model definitions, by channel, that a running legacy serves.

    Example: shim learn models --legacy http://127.0.0.1:18317 --to models.json
    """
    try:
        found = asyncio.run(catalogue(legacy, key))
    except (LearnError, aiohttp.ClientError, OSError) as error:
        raise fail(f"{legacy}: {error}") from error
    temporary = to.with_name(to.name + ".new")
    temporary.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
    temporary.replace(to)
    typer.echo(f"{sum(map(len, found.values()))} definitions in {len(found)} channels written to {to}")

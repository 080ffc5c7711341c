"""`shim import`, `shim export`, `shim purge`: recordings in and out of the database."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import orjson
import typer

from shim import cassette, corpusfile, har
from shim.archive import Form, form_of, read_cases, write_cases
from shim.commands.saying import DataDir, Json, fail
from shim.redact import Redactor, key_of
from shim.settings import database
from shim.store import Store
from shim.store.purge import purge as purge_store
from shim.store.purge import seconds, size

AnyForm = Annotated[Form | None, typer.Option("--format", help="instead of going by the file's name")]

BATCH = 50
WRONG = (corpusfile.CorpusError, cassette.CassetteError, har.HarError, ValueError, OSError, sqlite3.Error)


def import_(
    paths: Annotated[list[Path], typer.Argument(help="corpus files, cassettes, HAR files, or folders of them")],
    *,
    data: DataDir = None,
    form: AnyForm = None,
    redact: Annotated[
        bool | None, typer.Option(help="replace secrets [default: in HAR files and cassettes]", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Put recordings into the database; one of the same name is replaced.

    Example: shim import recordings/golden
    """
    recording = database(data)
    count = 0
    try:
        recording.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        redactor = Redactor(key_of(recording.with_name("redaction.key")))
        with Store(recording) as store:
            for batch in _batches(read_cases(paths, form)):
                with store.transaction():
                    for found, case in batch:
                        wanted = found is not Form.CORPUS if redact is None else redact
                        store.cases.put(redactor.case(case) if wanted else case)
                count += len(batch)
    except WRONG as error:
        raise fail(str(error)) from error
    typer.echo(orjson.dumps({"cases": count}).decode() if as_json else f"{count} cases imported into {recording}")
    if not count:
        raise typer.Exit(2)


def export(
    path: Annotated[Path, typer.Argument(help="a file named .jsonl, .jsonl.gz, .yaml or .har; or a folder")],
    *,
    data: DataDir = None,
    form: AnyForm = None,
    only: Annotated[str, typer.Option(help="cases whose family/name contains this")] = "",
    live: Annotated[bool, typer.Option(help="what was recorded while serving")] = True,
    imported: Annotated[bool, typer.Option(help="what was imported")] = True,
    as_json: Json = False,
) -> None:
    """Write recordings to a file, or to a folder with a file for each group.

    Example: shim export mine.jsonl.gz --no-imported
    """
    try:
        with Store(_existing(data), read_only=True) as store:
            cases = [case for case in store.cases.stored() if imported]
            cases += [case for case in store.cases.live() if live]
            count = write_cases(path, (case for case in cases if only in case.full_name), form or form_of(path))
    except WRONG as error:
        raise fail(str(error)) from error
    typer.echo(orjson.dumps({"cases": count}).decode() if as_json else f"{count} cases written to {path}")
    if not count:
        raise typer.Exit(2)


def purge(
    *,
    data: DataDir = None,
    older_than: Annotated[str, typer.Option(help="such as 30d, 12h: exchanges that began before that go")] = "",
    max_size: Annotated[str, typer.Option(help="such as 2GB: the oldest go until the database fits")] = "",
    as_json: Json = False,
) -> None:
    """Remove old exchanges, and give their space back.

    Example: shim purge --older-than 30d --max-size 2GB
    """
    if not older_than and not max_size:
        raise fail("say what is to go: --older-than 30d, --max-size 2GB, or both")
    try:
        before = time.time() - seconds(older_than) if older_than else None
        done = purge_store(_existing(data), before=before, max_size=size(max_size) if max_size else None)
    except WRONG as error:
        raise fail(str(error)) from error
    if max_size and done.after > size(max_size):
        typer.echo(f"shim: still over {max_size}: what is left was imported, which a purge does not touch", err=True)
    if as_json:
        typer.echo(orjson.dumps(done).decode())
        return
    typer.echo(f"{done.exchanges} exchanges and {done.bodies} bodies removed; {done.before:,} -> {done.after:,} bytes")


def _existing(data: Path | None) -> Path:
    path = database(data)
    if not path.exists():
        raise fail(f"there is no recording at {path}: name its folder with --data-dir")
    return path


def _batches[T](items: Iterator[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch

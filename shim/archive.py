"""Recordings in files of several formats, read and written as cases.

Law: the format goes by the file's name unless it is given; what cannot be read is said, never passed over.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain
from pathlib import Path

from shim import cassette, corpusfile, har
from shim.exchange import Case, Interaction, Run
from shim.store.records import Record


class Form(StrEnum):
    """A format of recordings."""

    CORPUS = "corpus"
    CASSETTE = "cassette"
    HAR = "har"


SUFFIXES = {
    ".jsonl": Form.CORPUS,
    ".jsonl.gz": Form.CORPUS,
    ".yaml": Form.CASSETTE,
    ".yml": Form.CASSETTE,
    ".har": Form.HAR,
}
WRITTEN = {Form.CORPUS: ".jsonl.gz", Form.CASSETTE: ".yaml", Form.HAR: ".har"}
IMPORTED = "imported"


def form_of(path: Path) -> Form:
    """The format that a file's name tells; of a folder, or a name to be one, the corpus's.

    Raises:
        ValueError: It tells none.
    """
    for suffix, form in SUFFIXES.items():
        if path.name.endswith(suffix):
            return form
    if path.is_dir() or not path.suffix:
        return Form.CORPUS
    raise ValueError(f"{path}: its name tells no format: .jsonl, .jsonl.gz, .yaml, .har, or say --format")


def read_cases(paths: Iterable[Path], form: Form | None = None) -> Iterator[tuple[Form, Case]]:
    """The cases of some files, and of all files below some folders, each with the format it was in.

    Raises:
        ValueError: A file is not what its name says.
        OSError: A file cannot be read.
    """
    for path in paths:
        for file in _files(path):
            found = form or form_of(file)
            for case in _read(file, found):
                yield found, case


def write_cases(path: Path, cases: Iterable[Case], form: Form) -> int:
    """Write cases to a file, or to a folder, a file for each group; returns how many."""
    if not path.is_dir() and path.suffix:
        return _write(path, list(cases), form)
    groups: dict[str, list[Case]] = {}
    for case in cases:
        # A cassette is played by one test; other formats hold a group.
        name = case.full_name if form is Form.CASSETTE else case.full_name.rpartition("/")[0]
        groups.setdefault(re.sub(r"[^A-Za-z0-9._-]+", "-", name), []).append(case)
    path.mkdir(parents=True, exist_ok=True)
    return sum(_write(path / f"{name}{WRITTEN[form]}", group, form) for name, group in groups.items())


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(found for found in path.rglob("*") if found.is_file() and found.name.endswith(tuple(SUFFIXES)))


def _read(file: Path, form: Form) -> Iterator[Case]:
    match form:
        case Form.CORPUS:
            yield from corpusfile.read(file)
        case Form.CASSETTE:
            run = Run((), startup_upstream=tuple(cassette.read(file)))
            yield Case(IMPORTED, file.stem, {}, {}, (run,))
        case Form.HAR:
            yield Case(IMPORTED, file.stem, {}, {}, (Run(tuple(record.exchange for record in har.read(file))),))


def _write(file: Path, cases: list[Case], form: Form) -> int:
    match form:
        case Form.CORPUS:
            corpusfile.write(file, cases)
        case Form.CASSETTE:
            cassette.write(file, chain.from_iterable(map(_calls, cases)))
        case Form.HAR:
            exchanges = (exchange for case in cases for run in case.runs[:1] for exchange in run.exchanges)
            har.write(file, map(Record, exchanges))
    return len(cases)


def _calls(case: Case) -> Iterator[Interaction]:
    """What a case's first run asked providers."""
    for run in case.runs[:1]:
        yield from run.startup_upstream
        for exchange in run.exchanges:
            yield from exchange.upstream

"""Which MIME type a file's name says it has: `data/mime.types`, in the format of Apache's file of that name."""

from functools import cache
from importlib.resources import files


@cache
def _by_extension() -> dict[str, str]:
    lines = files("native").joinpath("data/mime.types").read_text().splitlines()
    return {extension: kind for kind, *extensions in map(str.split, lines) for extension in extensions}


def mime_type(filename: str) -> str | None:
    """The MIME type of a file by what follows the last dot of its name; None where that says nothing."""
    _, dot, extension = filename.rpartition(".")
    return _by_extension().get(extension) if dot else None

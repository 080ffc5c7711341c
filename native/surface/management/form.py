"""Forms with files, as browsers send them (`multipart/form-data`).

Law: a form has a bound, whatever it says of itself; of a file's own name only the last part counts.
"""

from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from native.surface.management.desk import RefusedError

MOST_FORM = 10 * 1024 * 1024
"""Bytes of a form's parts together."""


BROKEN = (ValueError, AssertionError, LookupError, RuntimeError, HttpProcessingError, web.RequestPayloadError)
"""What aiohttp's reader says of a form that is none: a boundary, a part's headers or its coding."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form: the field it stands in, its name, what it holds."""

    part: str
    name: str
    content: bytes


@dataclass(slots=True)
class Form:
    """A form's files in order, and its fields."""

    files: list[Upload] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


async def form_of(request: web.Request) -> Form:
    """A request's form. Raises `RefusedError`."""
    found, size = Form(), 0
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            content = bytearray()
            while chunk := await part.read_chunk(1 << 16):
                content += chunk
                size += len(chunk)
                if size > MOST_FORM:
                    raise RefusedError(413, "request body too large")
            if not part.filename:  # as Go has it, a file has a name
                found.fields.setdefault(part.name or "", content.decode("utf-8", "replace"))
            else:
                name = part.filename.strip().replace("\\", "/").rsplit("/", 1)[-1]
                found.files.append(Upload(part.name or "", name, bytes(content)))
    except BROKEN as error:
        raise RefusedError(400, f"invalid multipart form: {error}") from error
    return found

"""What a visitor asks for, read out of a request: a view gets values it can trust, or the visitor a sentence.

Everything that reads queries and bodies lives here. Law: what is wrong is said in words, with what would be right.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shim.flags.table import EVERY, Scope, Value, WrongFlagError


class AskedError(ValueError):
    """What was asked cannot be answered: the message says why.

    Args:
        message: For people.
        status: HTTP's word for it.
        headers: What else the answer is to say.
    """

    def __init__(self, message: str, status: int = 400, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers


class Body(BaseModel):
    """What every body that is sent here must be: these fields, and no others."""

    model_config = ConfigDict(extra="forbid", str_max_length=4000)


class Narrowed(Body):
    """Which flag is meant."""

    endpoint: str = Field(default=EVERY, min_length=1)
    provider: str = ""
    stream: str = Field(default="", pattern="^(yes|no)?$")
    model: str = ""

    @property
    def scope(self) -> Scope:
        """As the flag table has it."""
        return Scope(self.endpoint, self.provider, self.stream, self.model)


async def body_of[B: Body](request: web.Request, kind: type[B]) -> B:
    """The body of a request. Raises AskedError."""
    if request.content_type != "application/json":
        raise AskedError("send application/json", 415)
    return read(kind, await request.read())


def read[B: Body](kind: type[B], source: bytes | Mapping[str, Any]) -> B:
    """A body out of its bytes, or out of a query. Raises AskedError."""
    try:
        return kind.model_validate(orjson.loads(source) if isinstance(source, bytes) else dict(source))
    except orjson.JSONDecodeError as error:
        raise AskedError("the body is no JSON") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise AskedError(f"{where}: {first['msg']}") from error


def number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    """A whole number from 0 to `most`. Raises AskedError."""
    text = query.get(name, str(default))
    if not text.isdecimal() or len(text) > 18:
        raise AskedError(f"{name} is a whole number, not {text[:40]!r}")
    return min(int(text), most)


def flag_value(text: str) -> Value:
    """A flag's value. Raises AskedError."""
    try:
        return Value.parse(text)
    except WrongFlagError as error:
        raise AskedError(str(error)) from error

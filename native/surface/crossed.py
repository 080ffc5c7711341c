"""OpenAI's two protocols in each other's place: a model that speaks only one of them is asked in that one.

Both endpoints come here for it. Laws: the client never notices which protocol was spoken; a model that says nothing of
its endpoints is asked as the client asked.
"""

from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from native.exchange import Ask
from native.failure import Failure
from native.models import split_suffix
from native.surface.turns import alt_of, at_once, client_of, streaming
from native.turn import Json, Pair, Turn
from native.wire.loose import MISSING, get, parse, raw
from native.wire.openai_chat import CHAT
from native.wire.protocol import Protocol, error_body, status_text

if TYPE_CHECKING:
    from native.service import Service

CHAT_ENDPOINT: Final = "/chat/completions"
RESPONSES_ENDPOINT: Final = "/responses"


def _frame(chunk: bytes) -> bytes:
    return b"\n%b\n" % chunk if chunk.startswith(b"event:") else chunk + b"\n"


def _error(failure: Failure) -> bytes:
    said = failure.message or status_text(failure.shown)
    return b"\nevent: error\ndata: " + error_body(failure.shown, said) + b"\n\n"


_TOLD_AS_RESPONSES: Final = Protocol("openai", frame=_frame, error=_error, done=b"\n", empty=b"\n")


def speaks_only(service: "Service", model: str, other: str, asked: str) -> bool:
    """Whether a model has to be asked at the `other` endpoint, for it has none at the one that was `asked`."""
    models = service.kit.models
    info = models.info(model) or models.info(split_suffix(model)[0])
    endpoints = info.supported_endpoints if info else ()
    return asked not in endpoints and other in endpoints


def is_responses(body: Any) -> bool:
    """Whether a body that came as a chat is a Responses request."""
    return get(body, "messages") is MISSING and any(get(body, key) is not MISSING for key in ("input", "instructions"))


def as_chat(body: Json, service: "Service", model: str, *, stream: bool) -> bytes:
    """A Responses request as a chat."""
    return raw(_pair(service, "openai-response", "openai").request(body, _turn(service, model, body, stream))).encode()


async def responses_by_chat(
    request: web.Request, service: "Service", body: Json, model: str, *, stream: bool
) -> web.StreamResponse:
    """Answer a Responses request by a chat."""
    pair = _pair(service, "openai-response", "openai")
    turn = _turn(service, model, body, stream)
    turn.sent = body
    ask = Ask(model, "openai", raw(pair.request(body, turn)).encode(), client_of(request))
    if not stream:
        return await at_once(request, service, service.exchange.whole(ask), lambda data: pair.whole(data, turn))
    turn.dialect = "parity"  # what the clean one says last would wait for an end that is not told here
    return await streaming(request, service, ask, _TOLD_AS_RESPONSES, rewrite=pair.stream(turn).feed)


async def chat_by_responses(
    request: web.Request, service: "Service", body: Json, model: str, *, stream: bool
) -> web.StreamResponse:
    """Answer a chat by a Responses request."""
    pair = _pair(service, "openai", "codex")
    turn = _turn(service, model, body, stream)
    asked = body if is_responses(body) else pair.request(body, turn)
    turn.sent = asked
    ask = Ask(model, "openai-response", raw(asked).encode(), client_of(request), alt_of(request))
    if not stream:
        return await at_once(request, service, service.exchange.whole(ask), lambda data: _whole_chat(data, pair, turn))
    return await streaming(request, service, ask, CHAT, rewrite=pair.stream(turn).feed)


def _whole_chat(data: bytes, pair: Pair, turn: Turn) -> bytes:
    answer = parse(data)
    if get(answer, "type") is MISSING and get(answer, "object") == "response":
        data = raw({"type": "response.completed", "response": answer}).encode()
    told = pair.whole(data, turn)
    if not told:
        raise Failure("failed to convert response to chat completion format", 500)
    return told


def _pair(service: "Service", client: str, upstream: str) -> Pair:
    return service.kit.pairs[client, upstream]


def _turn(service: "Service", model: str, body: Json, stream: bool) -> Turn:  # noqa: FBT001 - it is a Turn's field
    kit = service.kit
    return Turn(
        model=model,
        requested=model,
        stream=stream,
        original=body,
        sent={},
        clock=kit.clock,
        ids=kit.ids,
        memory=kit.memory,
        dialect=kit.config.dialect,
    )

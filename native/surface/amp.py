"""`/api/provider/{provider}/…`: the same turns under the paths that Amp asks, with Amp's rules around them.

Laws: a model that nobody here serves may have one that stands in for it (`ampcode.model-mappings`); the answer bears
the name that was asked for; what is neither served nor mapped is refused as anywhere else.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web
from multidict import CIMultiDict

from native.config import AmpCode
from native.models import split_suffix
from native.surface import amp_upstream, basics, chat, generate, messages, responses
from native.surface.routes import Answer, Doc, Route
from native.surface.turns import body_of
from native.surface.visit import VISIT
from native.wire import amp
from native.wire.loose import get, parse

if TYPE_CHECKING:
    from native.service import Service

LISTS: Mapping[str, Answer] = {"anthropic": basics.claude_models, "google": generate.models}
"""Whose list of models a provider's name gets; everybody else gets OpenAI's."""

CONTROL = (
    *(f"/api/{part}" for part in ("internal", "user", "auth", "meta", "ads", "telemetry", "threads", "otel", "tab")),
    "/auth",
)
"""Amp's own control plane, with everything below but for advertisements."""
PAGES = ("/threads", "/docs", "/settings")
METHODS = ("GET", "POST", "PUT", "PATCH", "HEAD", "DELETE")


def mapped(model: str, config: AmpCode) -> str:
    """The model that stands in for another, with the client's thinking suffix; empty where none does."""
    base, suffix = split_suffix(model)
    exact = {m.from_.strip().lower(): m.to.strip() for m in config.model_mappings if m.from_.strip() and not m.regex}
    target = exact.get(base.strip().lower(), "")
    if not target:
        for rule in config.model_mappings:
            if rule.regex and rule.from_.strip() and rule.to.strip() and _matches(rule.from_.strip(), base):
                target = rule.to.strip()
                break
    return f"{target}({suffix})" if target and suffix and split_suffix(target)[1] is None else target


def _matches(pattern: str, model: str) -> bool:
    try:
        return re.search(pattern, model, re.IGNORECASE) is not None
    except re.error:
        return False


def wrapped(inner: Answer) -> Answer:
    """An endpoint under Amp's rules."""

    async def act(request: web.Request, service: "Service") -> web.StreamResponse:
        visit = request[VISIT]
        raw = visit.body = amp.without_unsigned(await body_of(request))
        model = _asked(request, raw)
        if not model:
            return await inner(request, service)
        providers = service.kit.models.providers
        served = bool(providers(split_suffix(model)[0]))
        stand_in = (
            mapped(model, service.config.ampcode) if service.config.ampcode.force_model_mappings or not served else ""
        )
        if stand_in and providers(split_suffix(stand_in)[0]):
            visit.body, visit.stand_in, served = amp.renamed(raw, stand_in), stand_in, True
        if served:
            visit.outer = amp.Dressed(model)
            visit.headers = _headers(request)
        elif service.config.ampcode.upstream_url.strip():
            return await amp_upstream.forwarded(request, service, raw)
        return await inner(request, service)

    return act


def _asked(request: web.Request, raw: bytes) -> str:
    named: Any = get(parse(raw), "model")
    if isinstance(named, str):
        return named
    parts = request[VISIT].parts
    if action := parts.get("action"):
        return action.split(":")[0]
    _, found, rest = parts.get("path", "").partition("/models/")
    model, colon, _ = rest.partition(":")
    return model if found and colon else ""


def _headers(request: web.Request) -> Mapping[str, str]:
    """The client's headers without what local accounts have not."""
    features = request.headers.get("Anthropic-Beta", "")
    if not features:
        return request.headers
    headers = CIMultiDict(request.headers)
    headers.popall("Anthropic-Beta")
    if kept := amp.without_unpaid(features):
        headers["Anthropic-Beta"] = kept
    return headers


async def models(request: web.Request, service: "Service") -> web.StreamResponse:
    """The list of models, in the provider's shape."""
    return await LISTS.get(request[VISIT].parts["provider"].lower(), basics.openai_models)(request, service)


async def google(request: web.Request, service: "Service") -> web.StreamResponse:
    """Amp's spelling of Google's paths; the legacy has them only beside an Amp of its own."""
    if not service.config.ampcode.upstream_url.strip() or "/models/" not in request[VISIT].parts["path"]:
        return await amp_upstream.control(request, service)
    return await amp_upstream.admitted(request, service, wrapped(bridge))


async def bridge(request: web.Request, service: "Service") -> web.StreamResponse:
    """`/publishers/google/models/{model}:{action}` as Google spells it."""
    visit = request[VISIT]
    _, _, action = visit.parts["path"].partition("/models/")
    if not action:
        return await amp_upstream.control(request, service)
    if visit.stand_in and ":" in action:
        action = visit.stand_in + action[action.index(":") :]
    visit.parts["action"] = action
    return await generate.act(request, service)


_V1: Mapping[str, tuple[Answer, Doc]] = {
    "/chat/completions": (chat.chat, chat.CHATTED),
    "/completions": (chat.complete, chat.COMPLETED),
    "/responses": (responses.responses, responses.RESPONSE),
}

ROUTES = [
    *(
        Route("GET", f"/api/provider/:provider{v}/models", models, family="amp", doc=Doc(gives="Models"))
        for v in ("", "/v1")
    ),
    *(
        Route("POST", f"/api/provider/:provider{v}{path}", wrapped(inner), family="amp", doc=doc)
        for v in ("", "/v1")
        for path, (inner, doc) in _V1.items()
    ),
    Route(
        "POST", "/api/provider/:provider/v1/messages", wrapped(messages.messages), family="amp", doc=messages.MESSAGE
    ),
    Route(
        "POST",
        "/api/provider/:provider/v1/messages/count_tokens",
        wrapped(messages.count),
        family="amp",
        doc=messages.COUNT,
    ),
    Route("GET", "/api/provider/:provider/v1beta/models", generate.models, family="amp", doc=generate.LIST),
    Route("GET", "/api/provider/:provider/v1beta/models/*action", generate.model, family="amp", doc=generate.MODEL),
    Route(
        "POST",
        "/api/provider/:provider/v1beta/models/*action",
        wrapped(generate.act),
        family="amp",
        doc=generate.GENERATED,
    ),
    Route("POST", "/api/provider/google/v1beta1/*path", google, keyed=False, family="amp", doc=generate.GENERATED),
    *(
        Route(method, "/api/provider/google/v1beta1/*path", amp_upstream.control, keyed=False, family="amp")
        for method in METHODS
        if method != "POST"
    ),
    *(
        Route(method, path, amp_upstream.control, keyed=False, family="amp")
        for method in METHODS
        for path in (*CONTROL, *(f"{c}/*path" for c in CONTROL if c != "/api/ads"))
    ),
    *(
        Route("GET", path, amp_upstream.control, keyed=False, family="amp")
        for page in PAGES
        for path in (page, f"{page}/*path")
    ),
    *(Route("GET", path, amp_upstream.control, keyed=False, family="amp") for path in ("/threads.rss", "/news.rss")),
]

"""Who answers a request: its endpoint, its flag, and for canaries the draw.

Everything that reads flags for live traffic lives here. Laws: a request whose flag says legacy is streamed and never
looked into; native is tried only with the whole request in hand, so that the legacy can still have it; whatever cannot
be decided goes to the legacy.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from mitmproxy import http

from addons.way import KEY, Target, Way
from shim.endpoints import endpoint_id
from shim.faults import NO_HANDLER, NOT_RUNNING, STARTING
from shim.flags.canary import client_key, conversation, drawn
from shim.flags.providers import providers
from shim.flags.table import Asked, Flag, Mode, Table

LARGEST_HELD = 16 << 20
_MODEL_IN_PATH = re.compile(r"/models/([^/:?]+)")
_PROVIDER_IN_PATH = re.compile(r"^/api/provider/([^/?]+)/")


@dataclass(slots=True)
class Route:
    """Lays out each request's way.

    Attributes:
        legacy: Where the legacy listens.
        native: Where native does, or None.
        handled: Ids of the endpoints native has a handler for; None while that is not known yet.
        provider: (model) -> the provider that serves it; made when a flag first asks.
        table: The flags that hold now.
    """

    legacy: Target
    native: Target | None = None
    handled: frozenset[str] | None = None
    provider: Callable[[str], str] | None = None
    table: Table = field(default_factory=Table)
    _config: str = field(default="", init=False)

    def providers_in(self, config: str) -> None:
        """From now on the configuration says this."""
        self._config, self.provider = config, None

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Decide what can be decided, and whether the body is needed for the rest."""
        request = flow.request
        endpoint = endpoint_id(request.method, request.path)
        way = Way((self.legacy,), endpoint)
        flow.metadata[KEY] = way
        if flow.response is not None:  # an addon before this one has answered
            way.answered = "front"
            return
        if endpoint and self.native is not None and self.table.needs_body(endpoint) and _can_be_held(request):
            return
        way.mode = str(self.table.lookup(Asked(endpoint)).value.mode)
        if way.mode in (Mode.CANARY, Mode.NATIVE):
            way.mode, way.reason = Mode.LEGACY, self._why_not()
        request.stream = True

    def request(self, flow: http.HTTPFlow) -> None:
        """Decide with the body at hand."""
        if flow.request.stream:
            return
        way: Way = flow.metadata[KEY]
        body = _parsed(flow.request.raw_content)
        asked = _asked(flow.request, way.endpoint, body, self._provider_of)
        way.model, way.stream = asked.model, asked.stream
        flag = self.table.lookup(asked)
        way.mode = str(flag.value.mode)
        if self.native is None or not self._is_natives(flag, flow.request, body):
            return
        if self.handled is None or way.endpoint not in self.handled:
            way.reason = NO_HANDLER if self.handled is not None else STARTING
            return
        way.targets = (self.native, self.legacy)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Nothing is held back."""
        if flow.response:
            flow.response.stream = True

    def _is_natives(self, flag: Flag, request: http.Request, body: Any) -> bool:
        if flag.value.mode is Mode.NATIVE:
            return True
        if flag.value.mode is not Mode.CANARY:
            return False
        headers = request.headers
        key = client_key(headers, request.query.items(multi=True))
        return drawn(flag.step, key, conversation(headers, body), flag.value.percent)

    def _provider_of(self, model: str) -> str:
        if not any(flag.scope.provider for flag in self.table.flags):
            return ""
        if self.provider is None:
            self.provider = providers(self._config)
        return self.provider(model)

    def _why_not(self) -> str:
        return NOT_RUNNING if self.native is None else "the request is too large to be held for native"


def _can_be_held(request: http.Request) -> bool:
    """Whether the body is of a size that may wait in memory; one of unknown size may not."""
    if request.headers.get("upgrade"):
        return True
    length = request.headers.get("content-length", "")
    if not length:
        return "transfer-encoding" not in request.headers
    return length.isdecimal() and int(length) <= LARGEST_HELD


def _parsed(content: bytes | None) -> Any:
    try:
        return orjson.loads(content or b"null")
    except orjson.JSONDecodeError:
        return None


def _asked(request: http.Request, endpoint: str, body: Any, provider: Callable[[str], str]) -> Asked:
    fields = body if isinstance(body, dict) else {}
    in_path = _MODEL_IN_PATH.search(request.path)
    model = fields.get("model") if isinstance(fields.get("model"), str) else None
    name = model or (in_path.group(1) if in_path else "")
    stream = fields.get("stream") is True or ":stream" in request.path
    named = _PROVIDER_IN_PATH.match(request.path)
    return Asked(endpoint, named.group(1) if named else provider(name), stream, name)

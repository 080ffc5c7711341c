"""Vertex AI and what speaks like it, by key.

Everything that is special about it lives here; the rest is Gemini's. Laws: its address has no project and no place; its
stream is handed on line by line as it came, blank ones too, and `[DONE]` is added at its end.
"""

from typing import Any, ClassVar

from native.providers.base import Call
from native.providers.gemini import Gemini
from native.turn import Json
from native.upstream import UpstreamRequest

HOME = "https://aiplatform.googleapis.com"
VERSION = "v1"


class Vertex(Gemini):
    """`vertex-api-key`."""

    name: ClassVar[str] = "vertex"

    def request(self, call: Call, body: Json, *, stream: bool) -> UpstreamRequest:
        """To the model's own address; Imagen predicts, and knows no streams."""
        drawn = "imagen" in call.base.lower()
        action = "predict" if drawn else "streamGenerateContent" if stream else "generateContent"
        url = self._address(call, action)
        if call.alt and not (drawn and stream):
            url += f"?$alt={call.alt}"
        elif stream and not drawn:
            url += "?alt=sse"
        return self._request(call, url, body)

    def _address(self, call: Call, action: str) -> str:
        return f"{call.credential.base_url or HOME}/{VERSION}/publishers/google/models/{call.base}:{action}"

    def line(self, line: bytes) -> bytes | None:
        """The line as it came."""
        return line


PROVIDERS: dict[str, type[Any]] = {"vertex": Vertex}

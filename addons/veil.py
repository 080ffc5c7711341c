"""The configuration as clients of the management API see it: theirs, not the disguised one.

Everything that keeps the disguise out of answers lives here. Laws: what a client writes is in the user's file before
the answer reaches it, as it would be without a front; what a client reads says what the user's file says.
"""

import re
from collections.abc import Iterable

from mitmproxy import http

from shim.endpoints import MANAGEMENT, changes_state
from shim.run.disguise import Disguise
from shim.run.mirror import Mirror

READS = ("config", "proxy-url", "gemini-api-key", "claude-api-key", "codex-api-key", "vertex-api-key", "openai-comp")
LARGEST = 4 << 20
_OURS = re.compile(rb"socks5://[\w.=-]+:tap@127\.0\.0\.1:\d+")


class Veil:
    """Sees to management's requests.

    Args:
        mirror: Keeps the files in step.
        disguises: What may show.
        port: What the user's configuration says of the port.
    """

    def __init__(self, mirror: Mirror, disguises: Iterable[Disguise], port: int) -> None:
        self._mirror, self._disguises, self._port = mirror, tuple(disguises), port

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Have the user's file follow a write; gather an answer that may show the disguise."""
        path = flow.request.path
        if not path.startswith(MANAGEMENT) or flow.response is None:
            return
        if changes_state(flow.request.method, path):
            self._mirror.sync()
        elif path.removeprefix(MANAGEMENT).startswith(READS) and _small(flow.response):
            flow.response.stream = False

    def response(self, flow: http.HTTPFlow) -> None:
        """Say what the user's file says."""
        response = flow.response
        if response is None or response.stream or not flow.request.path.startswith(MANAGEMENT):
            return
        content = response.raw_content or b""
        shown = self.lift(content, flow.request.path)
        if shown != content:
            response.data.content = shown
            if "content-length" in response.headers:
                response.headers["content-length"] = str(len(shown))

    def lift(self, content: bytes, path: str) -> bytes:
        """An answer's body without the disguise."""
        if path.partition("?")[0].endswith("config.yaml"):
            return self._mirror.lifted(content)
        content = _OURS.sub(self._original, content)
        if path.partition("?")[0] == MANAGEMENT + "config":
            for disguise in self._disguises:
                content = re.sub(rb'("port"\s*:\s*)%d\b' % disguise.port, rb"\g<1>%d" % self._port, content, count=1)
            content = re.sub(
                rb'("host"\s*:\s*)"127\.0\.0\.1"', rb"\g<1>" + self._mirror.host_as_json(), content, count=1
            )
        return content

    def _original(self, found: re.Match[bytes]) -> bytes:
        for disguise in self._disguises:
            if (original := disguise.original(found[0].decode())) is not None:
                return original.encode()
        return found[0]


def _small(response: http.Response) -> bool:
    length = response.headers.get("content-length", "0")
    return length.isdecimal() and int(length) <= LARGEST

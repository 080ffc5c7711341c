"""The webhook: a roll-back told to an address of the user's.

Laws: telling never holds the guard up, whatever the address does; what is told has no secret in it, and the address,
which may have one, is in no log; an address that does not answer is tried a few times and then given up.
"""

import http.client
import json
import logging
import queue
import threading
import urllib.error
import urllib.request
from types import TracebackType
from typing import Any, Self

from shim.build import build
from shim.flags.ledger import Change

log = logging.getLogger("shim.webhook")

PATIENCE = 3.0  # seconds for one try
PAUSES = (0.5, 2.0, 8.0)  # seconds after each try but the last
WAITING = 100


def said(change: Change) -> dict[str, Any]:
    """What is told of a roll-back."""
    scope = change.scope
    return {
        "event": "rollback",
        "endpoint": scope.endpoint,
        "provider": scope.provider,
        "stream": scope.stream,
        "model": scope.model,
        "before": change.before,
        "flag": change.value,
        "why": change.why,
        "at": change.at,
        "build": build(),
        "text": f"{scope} is {change.value} now: {change.why}",
    }


class Webhook:
    """Tells an address, on a thread of its own.

    Args:
        url: Where to POST; empty to tell nobody.
        pauses: Seconds after each try that failed, but the last.
    """

    def __init__(self, url: str, *, pauses: tuple[float, ...] = PAUSES) -> None:
        if url and not url.startswith(("http://", "https://")):
            log.warning("the webhook is no http or https address: nobody is told of roll-backs")
            url = ""
        self._url, self._pauses = url, pauses
        self._queue: queue.Queue[bytes | None] = queue.Queue(WAITING)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)

    def __enter__(self) -> Self:
        if self._url:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Tell what is still to be told, in a single try each."""
        self._stop.set()
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(PATIENCE)

    def tell(self, change: Change) -> None:
        """Have a roll-back told; returns at once."""
        if not self._url:
            return
        try:
            self._queue.put_nowait(json.dumps(said(change)).encode())
        except queue.Full:
            log.warning("the webhook has not answered for long: this roll-back is not told there")

    def _run(self) -> None:
        while (body := self._queue.get()) is not None:
            for pause in (*self._pauses, None):
                error = self._post(body)
                if not error:
                    break
                if pause is None or self._stop.wait(pause):
                    log.warning("the webhook could not be told: %s", error)
                    break

    def _post(self, body: bytes) -> str:
        """Try once; what was wrong, or nothing."""
        try:
            request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310  # the user's own
            with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310  # as above
                return ""
        except urllib.error.HTTPError as error:
            return f"status {error.code}"
        except (OSError, ValueError, http.client.HTTPException) as error:
            return type(error).__name__  # its message may name the address

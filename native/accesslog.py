"""A line of JSON for each request that native answered, where `QUOTIO_LOG_FORMAT` asks for it.

Law: of addresses the path alone, of bodies their sizes alone; no header is written.
"""

import logging

from aiohttp.abc import AbstractAccessLogger
from aiohttp.web import BaseRequest, StreamResponse

NAME = "native.access"


class Access(AbstractAccessLogger):
    """Tells of answers when they are over."""

    def log(self, request: BaseRequest, response: StreamResponse, time: float) -> None:
        """Tell of one; `time` is how many seconds it took."""
        fields = {
            "method": request.method,
            "path": request.rel_url.path,
            "status": response.status,
            "ms": round(time * 1000, 1),
            "bytes_in": request.content_length or 0,
            "bytes_out": response.body_length,  # its head too
        }
        self.logger.info("answered", extra={"fields": fields})


def access_log() -> logging.Logger:
    """Where they are told, heard whatever else is."""
    found = logging.getLogger(NAME)
    found.setLevel(logging.INFO)
    return found

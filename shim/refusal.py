"""The front's own answer, where nobody else can give one.

Everything that the front ever says by itself lives here. Law: it is an error in the shape of the protocol that was
asked, so that an agent reports it as it reports any other.
"""

import json
from typing import Any

STATUS = 502


def refusal(path: str, message: str) -> bytes:
    """The body of a 502 for a request to this path.

    Args:
        path: As the client sent it.
        message: What was wrong, for people.
    """
    return json.dumps(_shape(path.partition("?")[0], message)).encode()


def _shape(path: str, message: str) -> dict[str, Any]:
    if "/v1beta" in path or path.startswith("/v1internal"):
        return {"error": {"code": STATUS, "message": message, "status": "UNAVAILABLE"}}
    if path.endswith(("/messages", "/messages/count_tokens")):
        return {"type": "error", "error": {"type": "api_error", "message": message}}
    if path.startswith("/v0/"):
        return {"error": message}
    return {"error": {"message": message, "type": "server_error", "code": "bad_gateway"}}

"""The draw: which conversations a canary gets.

Everything that makes a canary sticky lives here. Laws: one client key and conversation gets one answer for as long as
the flag is not set anew; each setting draws again, so that nobody is the canary for ever; what says nothing of a
conversation is drawn by its client key and its beginning.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

KEY_HEADERS = ("authorization", "x-api-key", "x-goog-api-key")
SESSION_HEADERS = ("session_id", "session-id", "x-session-id", "conversation_id", "x-claude-code-session-id")
SESSION_FIELDS = (
    ("metadata", "user_id"),
    ("conversation",),
    ("prompt_cache_key",),
    ("session_id",),
    ("user",),
)
BEGINNINGS = ("messages", "input", "contents", "prompt")
SLOTS = 10_000


def client_key(headers: Mapping[str, str], query: Iterable[tuple[str, str]] = ()) -> str:
    """What tells one client from another: its key, wherever it is given."""
    for name in KEY_HEADERS:
        if value := headers.get(name):
            return value.removeprefix("Bearer ").strip()
    return next((value for name, value in query if name in ("key", "auth_token")), "")


def conversation(headers: Mapping[str, str], body: Any) -> str:
    """What tells one conversation from another: the client's own name for it, or how it begins."""
    for name in SESSION_HEADERS:
        if value := headers.get(name):
            return value
    if not isinstance(body, dict):
        return ""
    for path in SESSION_FIELDS:
        found: Any = body
        for step in path:
            found = found.get(step) if isinstance(found, dict) else None
        if isinstance(found, str) and found:
            return found
        if isinstance(found, dict) and isinstance(found.get("id"), str):
            return str(found["id"])
    return _beginning(body)


def drawn(step: str, key: str, talk: str, percent: float) -> bool:
    """Whether native gets this conversation.

    Args:
        step: Names the setting of the flag, see `Flag.step`.
        key: The client's.
        talk: The conversation's.
        percent: Of the conversations, how many.
    """
    mark = hashlib.blake2b(f"{step}\0{key}\0{talk}".encode(), digest_size=8).digest()
    return int.from_bytes(mark) % SLOTS < percent * SLOTS / 100


def _beginning(body: dict[str, Any]) -> str:
    """The first message that is the user's: the same in every turn of a conversation."""
    for name in BEGINNINGS:
        said = body.get(name)
        if isinstance(said, str):
            return said
        if isinstance(said, list):
            turns = [turn for turn in said if isinstance(turn, dict)]
            users = [turn for turn in turns if turn.get("role") == "user"]
            return repr(next(iter(users or turns), None))
    return ""

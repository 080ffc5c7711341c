"""What a body for Claude needs before it is sent, whoever sends it.

Everything here is a small pure edit: the features it names, thinking that a forced tool forbids, the limit that
Claude demands.
"""

from native.thinking.writers.claude import without_effort
from native.turn import Json
from native.wire import edit
from native.wire.loose import get, text

_THINKING = edit.steps("thinking")
_LEAST_ANSWER = 1024
"""Tokens to answer with where neither client nor catalogue says."""


def without_betas(body: Json) -> tuple[list[str], Json]:
    """Take out the features that the body names; they are asked for in a header."""
    if "betas" not in body:
        return [], body
    named = body["betas"]
    words = [text(item).strip() for item in (named if isinstance(named, list) else [named])]
    return [word for word in words if word], {key: value for key, value in body.items() if key != "betas"}


def without_forbidden_thinking(body: Json) -> Json:
    """Take out thinking where a tool is forced: Claude refuses the two together."""
    if text(get(body, "tool_choice", "type")) not in {"any", "tool"}:
        return body
    return without_effort(edit.drop(body, _THINKING))


def limited(body: Json, completion: int) -> Json:
    """Give the body a limit for its answer, the model's own, if it has none."""
    return body if "max_tokens" in body else {**body, "max_tokens": completion or _LEAST_ANSWER}

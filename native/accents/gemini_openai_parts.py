"""What a chat completion says, in Gemini's words: texts, counts, reasons.

Everything that a whole answer and a stream of an OpenAI-compatible upstream share lives here, the quirks of both too.
"""

from typing import Any, Final

from native.turn import Accent, Json, Turn
from native.wire.loose import MISSING, get, integer, text

NULL_FINISH: Final = Accent(
    name="gemini-openai-null-finish-is-stop",
    about="A chunk with nothing to say and a finish reason of `null` is told as an empty chunk that ends with `STOP`.",
    evidence="core/gemini-compat/stream-plain-text",
    faulty=True,
)
FINISH_WITH_TEXT: Final = Accent(
    name="gemini-openai-finish-beside-text-lost",
    about="A finish reason in a chunk with text or calls is lost, calls that wait for it too, and counts beside one.",
    evidence="edge/gemini-quirk/compat-finish-with-text",
    faulty=True,
)
MODEL_FIELD: Final = Accent(
    name="gemini-openai-model-field",
    about="The model stands under `model`, which Gemini does not know, instead of `modelVersion`.",
    evidence="core/gemini-compat/whole-history-text",
    faulty=True,
)
CACHED_UNCOUNTED: Final = Accent(
    name="gemini-openai-cached-uncounted",
    about="Cached tokens are in no count of their own.",
    evidence="core/gemini-compat/whole-usage-text",
    faulty=True,
)
CHOICES_MERGED: Final = Accent(
    name="gemini-openai-choices-merged",
    about="Where several answers were asked for, the later ones are written over the first, part by part.",
    evidence="edge/gemini-quirk/compat-two-choices",
    faulty=True,
)
ACCENTS: Final = (NULL_FINISH, FINISH_WITH_TEXT, MODEL_FIELD, CACHED_UNCOUNTED, CHOICES_MERGED)

_FINISHES: Final = {"length": "MAX_TOKENS", "content_filter": "SAFETY"}


def finish_of(reason: Any) -> str:
    """The reason why an answer ended."""
    return _FINISHES.get(text(reason), "STOP")


def reasoned(node: Any) -> list[str]:
    """The texts of reasoning, none of them empty: a text, an object with one, or a list of such."""
    if isinstance(node, str):
        return [node] if node else []
    found: list[str] = []
    stack = [node]
    while stack:
        entry = stack.pop()
        if isinstance(entry, list):
            stack += reversed(entry)
        elif isinstance(entry, str):
            found.append(entry)
        elif isinstance(entry, dict) and "text" in entry:
            found.append(text(entry["text"]))
    return [said for said in found if said]


def usage_of(usage: Any, turn: Turn) -> Json:
    """The counts."""
    counts: Json = {
        "promptTokenCount": integer(get(usage, "prompt_tokens")),
        "candidatesTokenCount": integer(get(usage, "completion_tokens")),
        "totalTokenCount": integer(get(usage, "total_tokens")),
    }
    reasoned = get(usage, "completion_tokens_details", "reasoning_tokens")
    if reasoned is MISSING:
        reasoned = get(usage, "output_tokens_details", "reasoning_tokens")
    if (thought := integer(reasoned)) > 0:
        counts["thoughtsTokenCount"] = thought
    if not turn.faithful(CACHED_UNCOUNTED):
        counts["cachedContentTokenCount"] = integer(get(usage, "prompt_tokens_details", "cached_tokens"))
    return counts


def model_key(turn: Turn) -> str:
    """Under which name the model stands."""
    return "model" if turn.faithful(MODEL_FIELD) else "modelVersion"

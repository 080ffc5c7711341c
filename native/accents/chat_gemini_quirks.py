"""What is odd between a chat client and Gemini, by name."""

from typing import Final

from native.turn import Accent

HOLES_FOR_EMPTY_TEXTS: Final = Accent(
    name="chat-gemini-holes",
    about="An empty text between other parts of a message becomes a part `null`, which Gemini refuses.",
    evidence="edge/chat-quirk/gemini-empty-text",
    faulty=True,
)
BROKEN_ARGUMENTS: Final = Accent(
    name="chat-gemini-broken-arguments",
    about="A call's `arguments` that are no JSON (empty, say) go as they are, and Gemini gets a body that is no JSON.",
    evidence="edge/chat-quirk/gemini-empty-arguments",
    faulty=True,
)
UNANSWERED_CALLS: Final = Accent(
    name="chat-gemini-unanswered-calls",
    about="A call without a result gets the result `{}`, at once: also the last one, and one answered much later.",
    evidence="edge/chat-quirk/gemini-unanswered-call",
)
RESULTS_AS_JSON_TEXT: Final = Accent(
    name="chat-gemini-results-as-json-text",
    about="A tool's result goes as the text of its JSON: a result `ok` is sent with its quotation marks.",
    evidence="core/chat-gemini/stream-result-text",
    faulty=True,
)
LONE_SYSTEM_SPEAKS: Final = Accent(
    name="chat-gemini-lone-system",
    about="A conversation of one system message goes as the user's.",
    evidence="edge/chat-quirk/gemini-lone-system",
)
LIMITS_UNREAD: Final = Accent(
    name="chat-gemini-limits-unread",
    about="`max_tokens`, `max_completion_tokens` and `stop` are read only where they stand in a `generationConfig`.",
    evidence="core/chat-gemini/whole-stop_one-text",
    faulty=True,
)
TOOL_CHOICE_UNREAD: Final = Accent(
    name="chat-gemini-tool-choice-unread",
    about="`tool_choice` is not read: Gemini chooses for itself.",
    evidence="core/chat-gemini/whole-choice_required-calls",
    faulty=True,
)
FORMAT_UNREAD: Final = Accent(
    name="chat-gemini-format-unread",
    about="`response_format` is not read: the answer is free text.",
    evidence="core/chat-gemini/whole-schema-text",
    faulty=True,
)
NAMES_NOT_RESTORED: Final = Accent(
    name="chat-gemini-names-not-restored",
    about="A tool whose name Gemini would not take is called back by its changed name.",
    evidence="edge/chat-quirk/gemini-whole-changed-name",
    faulty=True,
)
LAST_TEXT_OF_A_CHUNK: Final = Accent(
    name="chat-gemini-last-text",
    about="Of several texts in one streamed chunk the client gets the last only; so with thoughts.",
    evidence="edge/chat-quirk/gemini-stream-two-texts",
    faulty=True,
)
CALLS_RENUMBERED: Final = Accent(
    name="chat-gemini-calls-renumbered",
    about="In a stream whose calls come in several chunks, the second call of a later chunk is number 1 again.",
    evidence="edge/chat-quirk/gemini-stream-calls-apart",
    faulty=True,
)
REASONS_AS_GEMINI_SAYS: Final = Accent(
    name="chat-gemini-reasons",
    about="`finish_reason` is Gemini's word in small letters (`max_tokens`, `safety`), not OpenAI's.",
    evidence="core/chat-gemini/whole-plain-length",
    faulty=True,
)
REASONS_UNTOLD: Final = Accent(
    name="chat-gemini-reasons-untold",
    about="A stream that ends for another reason than `STOP` or `MAX_TOKENS` (safety, say) ends without a reason.",
    evidence="edge/chat-quirk/gemini-stream-safety",
    faulty=True,
)
STOP_AFTER_CALLS: Final = Accent(
    name="chat-gemini-stop-after-calls",
    about="A chunk with calls says `tool_calls`, and the chunk that ends the stream says `stop` all the same.",
    evidence="edge/chat-quirk/gemini-stream-calls-apart",
    faulty=True,
)
FIRST_CANDIDATES_REASON: Final = Accent(
    name="chat-gemini-first-reason",
    about="In a stream of several candidates each has the first one's `finish_reason`.",
    evidence="edge/chat-quirk/gemini-stream-two-candidates",
    faulty=True,
)
NULLS_IN_DELTAS: Final = Accent(
    name="chat-gemini-nulls",
    about="Every delta and message has all its keys, with `null` where there is nothing.",
    evidence="core/chat-gemini/stream-usage-text",
)
MADE_UP_TIME: Final = Accent(
    name="chat-gemini-time",
    about="`created` is 0 unless Gemini says a `createTime`.",
    evidence="core/chat-gemini/whole-plain-text",
    faulty=True,
)

ALL: Final = (
    HOLES_FOR_EMPTY_TEXTS,
    BROKEN_ARGUMENTS,
    UNANSWERED_CALLS,
    RESULTS_AS_JSON_TEXT,
    LONE_SYSTEM_SPEAKS,
    LIMITS_UNREAD,
    TOOL_CHOICE_UNREAD,
    FORMAT_UNREAD,
    NAMES_NOT_RESTORED,
    LAST_TEXT_OF_A_CHUNK,
    CALLS_RENUMBERED,
    REASONS_AS_GEMINI_SAYS,
    REASONS_UNTOLD,
    STOP_AFTER_CALLS,
    FIRST_CANDIDATES_REASON,
    NULLS_IN_DELTAS,
    MADE_UP_TIME,
)

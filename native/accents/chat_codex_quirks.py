"""What is odd between a chat client and Codex's responses, by name."""

from typing import Final

from native.turn import Accent

SAMPLING_UNREAD: Final = Accent(
    name="chat-codex-sampling-unread",
    about="`temperature`, `top_p`, `max_tokens`, `max_completion_tokens` and `stop` are left out: Codex refuses them.",
    evidence="core/chat-codex/stream-sampling-text",
)
ALWAYS_PARALLEL: Final = Accent(
    name="chat-codex-always-parallel",
    about="`parallel_tool_calls: false` is not passed on: Codex may call several tools at once.",
    evidence="edge/chat-quirk/codex-parallel-forbidden",
    faulty=True,
)
EFFORT_BY_DEFAULT: Final = Accent(
    name="chat-codex-effort-by-default",
    about="A request without `reasoning_effort` asks for `medium`, and every request for summaries of the reasoning.",
    evidence="core/chat-codex/stream-system-text",
)
SYSTEM_AS_DEVELOPER: Final = Accent(
    name="chat-codex-system-as-developer",
    about="A system message goes as a message of the role `developer`, not as `instructions`.",
    evidence="core/chat-codex/stream-system-text",
)
IMAGES_OF_USERS_ONLY: Final = Accent(
    name="chat-codex-images-of-users-only",
    about="Images and files are passed on in user messages only; a tool's result goes as text, its parts as JSON.",
    evidence="edge/chat-quirk/codex-result-parts",
)
JSON_MODE_UNREAD: Final = Accent(
    name="chat-codex-json-mode-unread",
    about="`response_format: json_object` makes an empty `text`: the answer is free text.",
    evidence="edge/chat-quirk/codex-json-object",
    faulty=True,
)
LAST_TEXT_OF_AN_ANSWER: Final = Accent(
    name="chat-codex-last-text",
    about="Of several messages in a whole answer the client gets the last one's first text; so with reasoning.",
    evidence="edge/chat-quirk/codex-whole-two-texts",
    faulty=True,
)
ONE_CALL_AT_A_TIME: Final = Accent(
    name="chat-codex-one-call-at-a-time",
    about="Arguments are streamed under the number of the call that began last, whichever they belong to.",
    evidence="edge/chat-quirk/codex-stream-calls-mixed",
    faulty=True,
)
ANNOUNCED_ONCE: Final = Accent(
    name="chat-codex-announced-once",
    about="When two calls begin before the first one ends, the one that ends last is sent a second time, whole.",
    evidence="edge/chat-quirk/codex-stream-calls-mixed",
    faulty=True,
)
REASONS_UNTOLD: Final = Accent(
    name="chat-codex-reasons-untold",
    about="An incomplete answer has no `finish_reason`, a stream that ends so (or fails) just ends.",
    evidence="edge/chat-quirk/codex-whole-incomplete",
    faulty=True,
)
PARAGRAPH_AFTER_REASONING: Final = Accent(
    name="chat-codex-paragraph-after-reasoning",
    about="Every summary of reasoning that a stream ends is followed by a chunk with an empty line.",
    evidence="edge/chat-quirk/codex-stream-reasoning",
)

ALL: Final = (
    SAMPLING_UNREAD,
    ALWAYS_PARALLEL,
    EFFORT_BY_DEFAULT,
    SYSTEM_AS_DEVELOPER,
    IMAGES_OF_USERS_ONLY,
    JSON_MODE_UNREAD,
    LAST_TEXT_OF_AN_ANSWER,
    ONE_CALL_AT_A_TIME,
    ANNOUNCED_ONCE,
    REASONS_UNTOLD,
    PARAGRAPH_AFTER_REASONING,
)

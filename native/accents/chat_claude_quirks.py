"""What is odd between a chat client and Claude, by name."""

from typing import Final

from native.turn import Accent

COMPLETION_LIMIT_UNREAD: Final = Accent(
    name="chat-claude-completion-limit-unread",
    about="`max_completion_tokens` is not read: without `max_tokens` Claude may write 32000 tokens.",
    evidence="edge/chat-quirk/claude-completion-limit",
    faulty=True,
)
DEVELOPER_DROPPED: Final = Accent(
    name="chat-claude-developer-dropped",
    about="A message of the role `developer` is left out.",
    evidence="edge/chat-quirk/claude-developer",
    faulty=True,
)
NULL_STOP: Final = Accent(
    name="chat-claude-null-stop",
    about='`"stop": null` becomes one empty stop sequence, which Claude refuses.',
    evidence="edge/chat-quirk/claude-null-stop",
    faulty=True,
)
TOOLS_NOT_FORBIDDEN: Final = Accent(
    name="chat-claude-tools-not-forbidden",
    about="`tool_choice: none` is left out, so that Claude may call tools all the same.",
    evidence="core/chat-claude/whole-choice_none-text",
    faulty=True,
)
RESULTS_APART: Final = Accent(
    name="chat-claude-results-apart",
    about="The results of calls made at once go as one user message each.",
    evidence="core/chat-claude/stream-results-calls",
    faulty=True,
)
ONE_SAMPLER: Final = Accent(
    name="chat-claude-one-sampler",
    about="`top_p` is left out beside a `temperature`: Claude's newer models take one of them.",
    evidence="edge/chat-quirk/claude-sampling",
)
BLOCK_NUMBERS: Final = Accent(
    name="chat-claude-block-numbers",
    about="In a stream a tool call has the number of Claude's content block: the first call after a text is number 1.",
    evidence="core/chat-claude/stream-choice_named-calls",
    faulty=True,
)
CALLS_AT_ONCE: Final = Accent(
    name="chat-claude-calls-at-once",
    about="In a stream a tool call comes in one piece when its block ends; its arguments are not streamed.",
    evidence="core/chat-claude/stream-choice_named-calls",
)
PROMPT_UNCOUNTED: Final = Accent(
    name="chat-claude-prompt-uncounted",
    about="The prompt's tokens that Claude tells at the start of its stream are not counted: `prompt_tokens` is 0.",
    evidence="core/chat-claude/whole-usage-text",
    faulty=True,
)
REASONING_NAMED_APART: Final = Accent(
    name="chat-claude-reasoning-named-apart",
    about="A whole answer has its thinking in `reasoning`, a stream in `reasoning_content`.",
    evidence="core/chat-claude/whole-plain-think",
    faulty=True,
)
UNFINISHED_INPUT: Final = Accent(
    name="chat-claude-unfinished-input",
    about="A whole answer whose stream broke before a call's block ended has empty `arguments` where none had come.",
    evidence="edge/chat-quirk/claude-whole-cut-call",
    faulty=True,
)
ERROR_AS_NOTHING: Final = Accent(
    name="chat-claude-error-as-nothing",
    about="An error inside Claude's stream leaves a whole answer empty, with status 200 and `finish_reason: stop`.",
    evidence="edge/chat-quirk/claude-whole-error",
)

ALL: Final = (
    COMPLETION_LIMIT_UNREAD,
    DEVELOPER_DROPPED,
    NULL_STOP,
    TOOLS_NOT_FORBIDDEN,
    RESULTS_APART,
    ONE_SAMPLER,
    BLOCK_NUMBERS,
    CALLS_AT_ONCE,
    PROMPT_UNCOUNTED,
    REASONING_NAMED_APART,
    UNFINISHED_INPUT,
    ERROR_AS_NOTHING,
)

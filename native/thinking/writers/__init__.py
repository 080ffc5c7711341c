"""How each upstream protocol is told: one module a protocol, the table of them here."""

from typing import Final

from native.thinking.writers import claude, effort, gemini, iflow, kimi
from native.thinking.writers.shape import Writer

WRITERS: Final[dict[str, Writer]] = {
    "openai": effort.writer("reasoning_effort"),
    "codex": effort.writer("reasoning.effort"),
    "claude": claude.write,
    "gemini": gemini.GEMINI,
    "gemini-cli": gemini.GEMINI_CLI,
    "antigravity": gemini.ANTIGRAVITY,
    "iflow": iflow.write,
    "kimi": kimi.write,
}

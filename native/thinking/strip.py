"""What is taken out of a body for a model that cannot think.

Everything that removes thinking settings lives here, a list of places a protocol.
"""

from typing import Final

from native.turn import Json
from native.wire import edit


def strip(body: Json, protocol: str) -> Json:
    """Give the body without any wish for thinking."""
    for path in _PLACES.get(protocol, ()):
        body = edit.drop(body, path)
    if protocol == "claude" and body.get("output_config") == {}:
        body = edit.drop(body, _CONFIG)
    return body


_CONFIG: Final = edit.steps("output_config")
_PLACES: Final = {
    protocol: tuple(edit.steps(place) for place in places)
    for protocol, places in {
        "claude": ("thinking", "output_config.effort"),
        "gemini": ("generationConfig.thinkingConfig",),
        "gemini-cli": ("request.generationConfig.thinkingConfig",),
        "antigravity": ("request.generationConfig.thinkingConfig",),
        "openai": ("reasoning_effort",),
        "codex": ("reasoning.effort",),
        "kimi": ("reasoning_effort", "thinking"),
        "iflow": (
            "chat_template_kwargs.enable_thinking",
            "chat_template_kwargs.clear_thinking",
            "reasoning_split",
            "reasoning_effort",
        ),
    }.items()
}

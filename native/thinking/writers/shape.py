"""What a writer is."""

from collections.abc import Callable

from native.thinking.capability import Capability
from native.thinking.setting import Setting
from native.turn import Json

type Writer = Callable[[Json, Setting, Capability], Json]
"""(the upstream's body, what to tell, the model) -> the body that tells it. The body given is not changed."""

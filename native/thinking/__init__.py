"""Thinking: how much a model is asked to reason, in every spelling, for every upstream."""

from native.thinking.apply import apply
from native.thinking.capability import UNKNOWN, Capability, Support, ThinkingError
from native.thinking.suffix import Name, split

__all__ = ["UNKNOWN", "Capability", "Name", "Support", "ThinkingError", "apply", "split"]

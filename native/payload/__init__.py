"""Payload rules: what the configuration adds to, overrides in and takes out of a body on its way upstream."""

from native.payload.rules import NO_RULES, Rules, compile_rules

__all__ = ["NO_RULES", "Rules", "compile_rules"]

"""Redaction: no secret gets into a recording. Placeholders keep what a secret means, not what it is."""

from shim.redact.coding import CodingError
from shim.redact.placeholders import Placeholders, key_of
from shim.redact.redactor import Redactor

__all__ = ["CodingError", "Placeholders", "Redactor", "key_of"]

"""The upstreams: one module a provider, saying its address, headers, credential use and errors.

A module declares itself by `PROVIDERS`, names to classes. Law: a broken declaration stops the start.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


class DeclarationError(Exception):
    """A module's declaration cannot be used; the message says which and why."""


@cache
def collect() -> Mapping[str, type[Any]]:
    """Every declared provider by name."""
    found: dict[str, type[Any]] = {}
    for module in iter_modules(__path__):
        declared: Mapping[str, type[Any]] = getattr(import_module(f"{__name__}.{module.name}"), "PROVIDERS", {})
        for name, provider in declared.items():
            if name in found:
                raise DeclarationError(f"native.providers.{module.name}: provider {name} is declared already")
            found[name] = provider
    return found

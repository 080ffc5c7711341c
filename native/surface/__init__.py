"""The endpoints, by family; each module declares its own.

Law: a broken declaration stops the start.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

from native.surface.routes import Route


def collect() -> Iterator[Route]:
    """Every declared endpoint."""
    for module in walk_packages(__path__, f"{__name__}."):
        yield from getattr(import_module(module.name), "ROUTES", ())

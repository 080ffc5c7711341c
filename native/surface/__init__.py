"""The endpoints, by family; each module declares its own.

Law: a broken declaration stops the start.
"""

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from native.surface.routes import Route


@cache
def collect() -> tuple[Route, ...]:
    """Every declared endpoint; the modules are looked at once."""
    modules = (import_module(module.name) for module in walk_packages(__path__, f"{__name__}."))
    return tuple(route for module in modules for route in getattr(module, "ROUTES", ()))

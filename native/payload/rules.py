"""Payload rules as they are applied: defaults, overrides, and what is filtered out.

Everything that turns the `payload` section of a configuration into edits lives here. Laws: defaults only fill what the
client's request did not have, the first rule winning; of overrides the last wins; filters come after all of them; a
rule whose raw JSON is none is dropped whole, and a body is never changed in place.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from native.payload.pattern import Target, candidates, meant, targets
from native.payload.places import exists, places, plain
from native.turn import Json
from native.wire import edit
from native.wire.edit import Step
from native.wire.loose import MISSING, parse


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: whom it is for, and what it does at which path (a filter's values mean nothing)."""

    models: tuple[Target, ...]
    params: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The `payload` section, ready to be applied."""

    defaults: tuple[Rule, ...] = ()
    overrides: tuple[Rule, ...] = ()
    filters: tuple[Rule, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.defaults or self.overrides or self.filters)

    def apply(
        self,
        body: Json,
        original: Json,
        *,
        model: str,
        requested: str,
        protocol: str,
        root: str = "",
    ) -> Json:
        """Give the body as the rules want it.

        Args:
            body: The upstream's body. Not changed.
            original: The upstream's body as translation alone made it: what defaults look at.
            model: The model's name upstream.
            requested: The name that the client asked for, suffix and all.
            protocol: The upstream's protocol.
            root: Where in the body paths begin (`request` for Gemini CLI).
        """
        names = candidates(model, requested) if self else []
        if not names:
            return body
        filled = [rule for rule in self.defaults if meant(rule.models, protocol, names)]
        if filled:
            body = _fill(body, original, filled, root)
        for rule in self.overrides:
            if meant(rule.models, protocol, names):
                for path, value in rule.params:
                    body = _put(body, _full(root, path), value)
        for rule in self.filters:
            if meant(rule.models, protocol, names):
                for path, _ in rule.params:
                    body = _drop(body, _full(root, path))
        return body


NO_RULES: Final = Rules()


def compile_rules(section: Any) -> Rules:
    """Read the `payload` section of a configuration; what is not understood in it does nothing."""
    section = section if isinstance(section, Mapping) else {}
    return Rules(
        defaults=(*_rules(section.get("default"), _valued), *_rules(section.get("default-raw"), _raw)),
        overrides=(*_rules(section.get("override"), _valued), *_rules(section.get("override-raw"), _raw)),
        filters=tuple(_rules(section.get("filter"), _named)),
    )


type _Params = tuple[tuple[str, Any], ...]


def _rules(lines: Any, read: Callable[[Any], _Params]) -> Iterable[Rule]:
    for line in lines if isinstance(lines, list) else []:
        if isinstance(line, Mapping):
            rule = Rule(targets(line.get("models")), read(line.get("params")))
            if rule.models and rule.params:
                yield rule


def _valued(params: Any) -> _Params:
    """Values as the configuration has them; one that is no JSON (a key that is no text) is left out."""
    found = ((str(path), _json(value)) for path, value in _pairs(params))
    return tuple(pair for pair in found if pair[1] is not MISSING)


def _raw(params: Any) -> _Params:
    """Values as JSON text. One text that is no JSON takes the whole rule with it."""
    found = [
        (str(path), parse(value) if isinstance(value, str) else _json(value))
        for path, value in _pairs(params)
        if value is not None
    ]
    return () if any(value is MISSING for _, value in found) else tuple(found)


def _named(params: Any) -> _Params:
    return tuple((str(path), None) for path in params) if isinstance(params, list) else ()


def _pairs(params: Any) -> Iterable[tuple[Any, Any]]:
    return params.items() if isinstance(params, Mapping) else ()


def _json(value: Any) -> Any:
    try:
        return orjson.loads(orjson.dumps(value))
    except TypeError:
        return MISSING


def _full(root: str, path: str) -> str:
    path = path.strip()
    return f"{root}.{path.removeprefix('.')}" if root and path else root or path


def _fill(body: Json, original: Json, rules: Iterable[Rule], root: str) -> Json:
    filled: set[str] = set()
    for rule in rules:
        for path, value in rule.params:
            full = _full(root, path)
            if full and full not in filled and not exists(original, full):
                body = _put(body, full, value)
                filled.add(full)
    return body


def _put(body: Json, path: str, value: Any) -> Json:
    if not path:
        return body
    steps = plain(path)
    if steps is not None:
        return edit.put(body, steps, value)
    for place in places(body, path):
        body = edit.put(body, [Step(str(key), isinstance(key, str)) for key in place], value)
    return body


def _drop(body: Json, path: str) -> Json:
    steps = plain(path) if path else None
    return edit.drop(body, steps) if steps is not None else body

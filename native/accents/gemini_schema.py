"""JSON schemas made fit for Gemini: what it does not know is removed or told in a description.

The cleaning of tool schemas that the Gemini CLI and Antigravity pairs share lives here: an ordered list of small
edits, each over the whole tree. Laws: the tree is edited in place and handed back; any JSON is accepted, so a whole
request body can be cleaned as the legacy does for Antigravity; where nothing needs an edit, one walk is all it costs.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from native.accents.schema_paths import Path, deepest_first, drop, holders, keywords, put, texts, walk
from native.wire.loose import MISSING, get, text

_CONSTRAINTS: Final = (
    "minLength",
    "maxLength",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "format",
    "default",
    "examples",
)
_UNKNOWN: Final = (
    *_CONSTRAINTS,
    "$schema",
    "$defs",
    "definitions",
    "const",
    "$ref",
    "$id",
    "additionalProperties",
    "propertyNames",
    "patternProperties",
    "enumTitles",
    "prefill",
    "deprecated",
)
_REASON: Final = "Brief explanation of why you are calling this tool"


def clean_schema(schema: Any) -> Any:
    """Clean a tool's schema for Gemini. Returns the schema, edited in place (or what took its place)."""
    return _edited(schema, _EDITS + _GEMINI_EDITS)


def clean_schema_for_antigravity(schema: Any) -> Any:
    """Clean as `clean_schema`, for Claude behind Antigravity: objects without a required property get one."""
    return _edited(schema, _EDITS + _ANTIGRAVITY_EDITS)


def _edited(schema: Any, edits: "_Edits") -> Any:
    """The schema after those edits that have something to do."""
    found = keywords(schema)
    found.update(*(_MADE[key] for key in found & _MADE.keys()))
    for needs, edit in edits:
        if not needs or not needs.isdisjoint(found):
            schema = edit(schema)
    return schema


def _hint(schema: Any, path: Path, hint: str) -> Any:
    """Add `hint` to the description at `path`, in brackets where there is one."""
    holder = get(schema, *path)
    before = text(get(holder, "description"))
    said = f"{before} ({hint})" if before else hint
    if isinstance(holder, dict):
        holder["description"] = said
        return schema
    return put(schema, (*path, "description"), said)


def _refs_to_hints(schema: Any) -> Any:
    for path, key in deepest_first(holders(schema, "$ref")):
        holder = get(schema, *path)
        hint = f"See: {text(get(holder, key)).rpartition('/')[2]}"
        before = text(get(holder, "description"))
        said = f"{before} ({hint})" if before else hint
        schema = put(schema, path, {"type": "object", "description": said})
    return schema


def _const_to_enum(schema: Any) -> Any:
    for path, key in holders(schema, "const"):
        holder = get(schema, *path)
        if not isinstance(holder, dict) or key not in holder:
            continue
        value = holder[key]
        if isinstance(value, (dict, list)):
            value = json.loads(json.dumps(value, sort_keys=True))
        if not path:  # the legacy spells this place `.enum`: below an empty key
            holder = holder.setdefault("", {})
        if isinstance(holder, dict):
            holder.setdefault("enum", [value])
    return schema


def _enums_to_texts(schema: Any) -> Any:
    for path, key in holders(schema, "enum"):
        holder = get(schema, *path)
        values = get(holder, key)
        if isinstance(values, list):
            holder["enum"] = texts(values) or None
            holder["type"] = "string"
    return schema


def _enum_hints(schema: Any) -> Any:
    for path, key in holders(schema, "enum"):
        values = get(schema, *path, key)
        if isinstance(values, list) and 1 < len(values) <= 10:
            schema = _hint(schema, path, "Allowed: " + ", ".join(texts(values)))
    return schema


def _closed_hints(schema: Any) -> Any:
    for path, key in holders(schema, "additionalProperties"):
        if get(schema, *path, key) is False:
            schema = _hint(schema, path, "No extra properties allowed")
    return schema


def _constraints_to_hints(schema: Any) -> Any:
    found: dict[str, list[Path]] = {}
    for path, key in holders(schema, *_CONSTRAINTS):
        found.setdefault(key, []).append(path)
    for key in _CONSTRAINTS:
        for path in found.get(key, ()):
            value = get(schema, *path, key)
            if value is not MISSING and not isinstance(value, (dict, list)) and path[-1:] != ("properties",):
                schema = _hint(schema, path, f"{key}: {text(value)}")
    return schema


def _merge_all_of(schema: Any) -> Any:
    for path, key in deepest_first(holders(schema, "allOf")):
        parts = get(schema, *path, key)
        if not isinstance(parts, list):
            continue
        for part in parts:
            properties = get(part, "properties")
            if isinstance(properties, dict):
                for name, value in properties.items():
                    schema = put(schema, (*path, "properties", name), value)
            required = get(part, "required")
            if isinstance(required, list):
                known = texts(get(schema, *path, "required"))
                known += [name for name in dict.fromkeys(texts(required)) if name not in known]
                schema = put(schema, (*path, "required"), known or None)
        drop(schema, path, key)
    return schema


def _flatten_unions(schema: Any) -> Any:
    for union in ("anyOf", "oneOf"):
        for path, key in deepest_first(holders(schema, union)):
            choices = get(schema, *path, key)
            if not isinstance(choices, list) or not choices:
                continue
            best, kinds = _best_choice(choices)
            chosen = choices[best]
            outer = text(get(schema, *path, "description"))
            if outer:
                chosen = _with_outer_description(chosen, outer)
            if len(kinds) > 1:
                chosen = _hint(chosen, (), "Accepts: " + " | ".join(kinds))
            schema = put(schema, path, chosen)
    return schema


def _best_choice(choices: list[Any]) -> tuple[int, list[str]]:
    """Which of a union's schemas says most (objects before lists before scalars), and the types of all."""
    best, highest, kinds = 0, -1, []
    for index, choice in enumerate(choices):
        kind, score = text(get(choice, "type")), 0
        if kind == "object" or get(choice, "properties") is not MISSING:
            score, kind = 3, kind or "object"
        elif kind == "array" or get(choice, "items") is not MISSING:
            score, kind = 2, kind or "array"
        elif kind not in {"", "null"}:
            score = 1
        kinds.append(kind or "null")
        if score > highest:
            best, highest = index, score
    return best, kinds


def _with_outer_description(choice: Any, outer: str) -> Any:
    inner = text(get(choice, "description"))
    if inner == outer:
        return choice
    said = f"{outer} ({inner})" if inner else outer
    return put(choice if isinstance(choice, dict) else {}, ("description",), said)


def _flatten_types(schema: Any) -> Any:
    nullable: dict[Path, list[str]] = {}
    for path, key in deepest_first(holders(schema, "type")):
        kinds = get(schema, *path, key)
        if not isinstance(kinds, list) or not kinds:
            continue
        named = [kind for kind in texts(kinds) if kind not in {"", "null"}]
        schema = put(schema, (*path, key), named[0] if named else "string")
        if len(named) > 1:
            schema = _hint(schema, path, "Accepts: " + " | ".join(named))
        if "null" in texts(kinds) and path[-2:-1] == ("properties",):
            nullable.setdefault(path[:-2], []).append(str(path[-1]))
            schema = _hint(schema, path, "(nullable)")
    for path, names in nullable.items():
        _unrequire(get(schema, *path), names)
    return schema


def _unrequire(holder: Any, names: list[str]) -> None:
    """Take names out of an object's required ones; the list goes with its last."""
    required = get(holder, "required")
    if not isinstance(required, list):
        return
    left = [name for name in texts(required) if name not in names]
    if left:
        holder["required"] = left
    else:
        del holder["required"]


def _remove(*fields: str) -> Callable[[Any], Any]:
    def remove(schema: Any) -> Any:
        for path, key in deepest_first(holders(schema, *fields)):
            if path[-1:] != ("properties",):
                drop(schema, path, key)
        return schema

    return remove


def _remove_extensions(schema: Any) -> Any:
    found = [(path, str(key)) for path, key, _ in walk(schema) if isinstance(key, str) and key.startswith("x-")]
    for path, key in found:
        if path[-1:] != ("properties",):
            drop(schema, path, key)
    return schema


def _remove_placeholders(schema: Any) -> Any:
    for path, key in deepest_first(holders(schema, "_")):
        if len(path) > 1 and path[-1] == "properties":
            drop(schema, path, key)
            _unrequire(get(schema, *path[:-1]), [key])
    for path, key in deepest_first(holders(schema, "reason")):
        properties = get(schema, *path)
        alone = len(path) > 1 and path[-1] == "properties" and isinstance(properties, dict) and len(properties) == 1
        if alone and text(get(properties, key, "description")) == _REASON:
            drop(schema, path, key)
            _unrequire(get(schema, *path[:-1]), [key])
    return schema


def _required_that_exist(schema: Any) -> Any:
    for path, _ in holders(schema, "required"):
        holder = get(schema, *path)
        required, properties = get(holder, "required"), get(holder, "properties")
        if isinstance(required, list) and isinstance(properties, dict):
            known = [name for name in texts(required) if name in properties]
            if len(known) != len(required):
                holder["required"] = known
                if not known:
                    del holder["required"]
    return schema


def _add_placeholders(schema: Any) -> Any:
    for path, key in deepest_first(holders(schema, "type")):
        holder = get(schema, *path)
        if text(get(holder, key)) != "object":
            continue
        properties, required = get(holder, "properties"), get(holder, "required")
        if properties is MISSING or properties == {}:
            holder["properties"] = {"reason": {"type": "string", "description": _REASON}}
            holder["required"] = ["reason"]
        elif isinstance(properties, dict) and not (isinstance(required, list) and required) and path:
            properties.setdefault("_", {"type": "boolean"})
            holder["required"] = ["_"]
    return schema


_MADE: Final = {"const": {"enum", "type"}, "$ref": {"type"}, "enum": {"type"}}
"""Keywords that an edit makes of others."""

type _Edits = tuple[tuple[frozenset[str], Callable[[Any], Any]], ...]

_EDITS: Final[_Edits] = (
    (frozenset({"$ref"}), _refs_to_hints),
    (frozenset({"const"}), _const_to_enum),
    (frozenset({"enum"}), _enums_to_texts),
    (frozenset({"enum"}), _enum_hints),
    (frozenset({"additionalProperties"}), _closed_hints),
    (frozenset(_CONSTRAINTS), _constraints_to_hints),
    (frozenset({"allOf"}), _merge_all_of),
    (frozenset({"anyOf", "oneOf"}), _flatten_unions),
    (frozenset({"type"}), _flatten_types),
    (frozenset(_UNKNOWN), _remove(*_UNKNOWN)),
    (frozenset(), _remove_extensions),
)
_GEMINI_EDITS: Final[_Edits] = (
    (frozenset({"nullable", "title"}), _remove("nullable", "title")),
    (frozenset({"_", "reason"}), _remove_placeholders),
    (frozenset({"required"}), _required_that_exist),
)
_ANTIGRAVITY_EDITS: Final[_Edits] = (
    (frozenset({"required"}), _required_that_exist),
    (frozenset({"type"}), _add_placeholders),
)

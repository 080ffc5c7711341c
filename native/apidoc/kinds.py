"""Kinds of values as JSON Schema: what a request may be, and what an answer is.

Law: a request is described as wide as it is taken (a null is as good as nothing), an answer as narrow as it is given.
"""

from typing import Any

from native.surface.management.kinds import Anything, Kind, List, Map, Optional, Scalar, Shape

type Json = dict[str, Any]

TYPES: dict[type, str] = {str: "string", int: "integer", bool: "boolean"}


def _or_null(schema: Json) -> Json:
    kind = schema.get("type")
    if isinstance(kind, str):
        return {**schema, "type": [kind, "null"]}
    return schema if kind is not None or not schema else {"anyOf": [schema, {"type": "null"}]}


def taken(kind: Kind) -> Json:
    """What may be sent."""
    match kind:
        case Scalar():
            return {"type": [TYPES[kind.type], "null"]}
        case Optional():
            return taken(kind.of)
        case List():
            return {"type": ["array", "null"], "items": taken(kind.of)}
        case Map():
            return {"type": ["object", "null"], "additionalProperties": taken(kind.of)}
        case Shape():
            return {"type": ["object", "null"], "properties": {f.name: taken(f.kind) for f in kind.fields}}
        case _:
            return {}


def given(kind: Kind) -> Json:
    """What is answered."""
    match kind:
        case Scalar():
            return {"type": TYPES[kind.type]}
        case Optional():
            return _or_null(given(kind.of))
        case List():
            return {"type": ["array", "null"], "items": given(kind.of)}
        case Map():
            return {"type": ["object", "null"], "additionalProperties": given(kind.of)}
        case Shape():
            shown = [field for field in kind.fields if not field.hidden]
            required = [field.name for field in shown if not field.optional]
            properties = {field.name: given(field.kind) for field in shown}
            return {"type": "object", "properties": properties, **({"required": required} if required else {})}
        case Anything() | _:
            return {}

"""The tools of a Claude client as Codex takes them.

Everything that makes a function of a tool lives here. Law: a schema is the client's own; only what Codex would refuse
is changed, and its text is the client's, since it is that which is counted.
"""

from functools import partial
from typing import Any, Final

from native.accents.claude_names import shortened
from native.turn import Json
from native.wire.loose import get, raw, text, trim
from native.wire.spelled import Spelled, extended, without
from native.wire.spelling import Spelling

_ADDED: Final = ("type", "properties")
_NOT_PASSED: Final = frozenset({"input_schema", "cache_control", "defer_loading"})


def as_function(tool: Any, short: dict[str, str], spelling: Spelling, at: int) -> Any:
    """The function that the tool at a place in the client's list is to Codex; its own web search for Claude's."""
    if text(get(tool, "type")) == "web_search_20250305":
        return {"type": "web_search"}
    if isinstance(tool, list):
        return tool
    out = {key: value for key, value in tool.items() if key not in _NOT_PASSED} if isinstance(tool, dict) else {}
    out["type"] = "function"
    if "name" in out:
        name = text(out["name"])
        out["name"] = short.get(name, shortened(name))
    schema = get(tool, "input_schema")
    parameters = _parameters(schema)
    if isinstance(parameters, dict):
        spell = partial(_spelled, schema, parameters, spelling, at)
        parameters = Spelled(parameters, spell)
    out["parameters"] = parameters
    out["strict"] = False
    return out


def _parameters(schema: Any) -> Any:
    """A tool's schema, an object's where it doesn't say, with properties where it is an object's."""
    if isinstance(schema, list):
        return schema
    out = {key: value for key, value in schema.items() if key != "$schema"} if isinstance(schema, dict) else {}
    kind = text(get(out, "type"))
    if not kind:
        out["type"] = kind = "object"
    if kind == "object" and "properties" not in out:
        out["properties"] = {}
    return out


def _spelled(schema: Any, parameters: Json, spelling: Spelling, at: int) -> str:
    """The text of a tool's schema: the client's own, with what was added behind it and its $schema cut out."""
    if not isinstance(schema, dict) or any(key in schema and schema[key] is not parameters[key] for key in _ADDED):
        return raw(parameters)
    own = trim(spelling.of(schema, "tools", at, "input_schema"))
    own = extended(own, {key: parameters[key] for key in _ADDED if key in parameters and key not in schema})
    return without(own, "$schema") if "$schema" in schema else own

"""Prompt-cache marks (`cache_control`) in a body for Claude.

Everything that sets, counts or takes away such marks lives here. Laws: marks are set only where the client set none;
at most four are sent; a mark for an hour never follows one for five minutes. Claude reads tools first, then the system
prompt, then messages.
"""

from typing import Any, Final

from native.turn import Json
from native.wire import edit
from native.wire.edit import Step
from native.wire.loose import get, text

type _Place = tuple[Step, ...]

MOST: Final = 4
_MARK: Final = Step("cache_control")
_HOUR: Final = "1h"
_PLAIN: Final = {"type": "ephemeral"}


def marked(body: Json) -> Json:
    """Give the body as it is sent: marked if it was not, within the limit, and in order of their lives."""
    found = _marks(body)
    return _limited(body, found) if found else _with_marks(body)


def limited(body: Json) -> Json:
    """Give the body with no more marks than Claude takes, and none for an hour behind a shorter one."""
    return _limited(body, _marks(body))


def _limited(body: Json, found: list[_Place]) -> Json:
    if len(found) > MOST:
        given_up = set(_expendable(found)[: len(found) - MOST])
        for place in given_up:
            body = edit.drop(body, (*place, _MARK))
        found = [place for place in found if place not in given_up]
    return _in_order(body, found)


def _marks(body: Json) -> list[_Place]:
    """Where the marked blocks are, in the order in which Claude reads them."""
    found = [
        (Step(section), Step(str(index)))
        for section in ("tools", "system")
        for index, block in enumerate(_list(body, section))
        if isinstance(block, dict) and "cache_control" in block
    ]
    found_later = [
        (Step("messages"), Step(str(index)), Step("content"), Step(str(at)))
        for index, message in enumerate(_list(body, "messages"))
        if isinstance(message, dict) and isinstance(content := message.get("content"), list)
        for at, block in enumerate(content)
        if isinstance(block, dict) and "cache_control" in block
    ]
    return [*found, *found_later]


def _expendable(found: list[_Place]) -> list[_Place]:
    """Marks in the order in which they are given up: the last of the system prompt and of the tools go last."""
    by_section = {name: [place for place in found if place[0].key == name] for name in ("tools", "system", "messages")}
    tools, system = by_section["tools"], by_section["system"]
    return [*system[:-1], *tools[:-1], *by_section["messages"], *system[-1:], *tools[-1:]]


def _in_order(body: Json, found: list[_Place]) -> Json:
    """Shorten marks for an hour that follow a shorter one."""
    short = False
    for place in found:
        mark = _at(body, place)["cache_control"]
        if not isinstance(mark, dict) or mark.get("ttl") != _HOUR:
            short = True
        elif short:
            body = edit.drop(body, (*place, _MARK, Step("ttl")))
    return body


def _with_marks(body: Json) -> Json:
    """Mark the last tool, the end of the system prompt, and the user's turn before the last."""
    tools = _list(body, "tools")
    if tools:
        body = edit.put(body, (Step("tools"), Step(str(len(tools) - 1)), _MARK), _PLAIN)
    return _with_turn_marked(_with_system_marked(body))


def _with_system_marked(body: Json) -> Json:
    system = body.get("system")
    if isinstance(system, str):
        return {**body, "system": [_marked_text(system)]}
    if isinstance(system, list) and system:
        return edit.put(body, (Step("system"), Step(str(len(system) - 1)), _MARK), _PLAIN)
    return body


def _with_turn_marked(body: Json) -> Json:
    turns = [i for i, message in enumerate(_list(body, "messages")) if text(get(message, "role")) == "user"]
    if len(turns) < 2:
        return body
    content = get(body, "messages", turns[-2], "content")
    place = (Step("messages"), Step(str(turns[-2])), Step("content"))
    if isinstance(content, str):
        return edit.put(body, place, [_marked_text(content)])
    if isinstance(content, list) and content:
        return edit.put(body, (*place, Step(str(len(content) - 1)), _MARK), _PLAIN)
    return body


def _marked_text(words: str) -> Json:
    return {"type": "text", "text": words, "cache_control": _PLAIN}


def _list(tree: Any, key: str) -> list[Any]:
    found = get(tree, key)
    return found if isinstance(found, list) else []


def _at(tree: Any, place: _Place) -> Any:
    for step in place:
        tree = tree[int(step.key)] if isinstance(tree, list) else tree[step.key]
    return tree

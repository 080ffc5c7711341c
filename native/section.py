"""What every part of a configuration is: a dataclass whose annotations say how it is read from a tree.

Laws: a key is its field's name in kebab-case, or what the field's metadata names; unknown keys are ignored; a null is
an absent key. A number or a switch may stand where a text is wanted, and a text that reads as one where it is wanted; a
fraction is cut where a whole number is wanted; anything else of the wrong kind is refused by its path.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from math import isfinite
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Self, TypeAliasType, Union, dataclass_transform, get_args, get_origin
from typing import get_type_hints as hints_of

type Reader = Callable[[Any, str], Any]

_SWITCHES = {
    **dict.fromkeys(("true", "yes", "on", "y", "t", "1"), True),
    **dict.fromkeys(("false", "no", "off", "n", "f", "0"), False),
}


class WrongKindError(ValueError):
    """A value is not of the kind its place asks for; the message says where."""


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
class Section:
    """A part of the file."""

    def __init_subclass__(cls) -> None:
        dataclass(kw_only=True)(cls)

    @classmethod
    def read(cls, tree: Any, where: str = "") -> Self:
        """A part from its tree.

        Args:
            tree: A mapping, its keys spelt as the file's or as the fields.
            where: Its path, for errors.

        Raises:
            WrongKindError: A value is of the wrong kind.
        """
        if not isinstance(tree, Mapping):
            raise WrongKindError(f"{where or 'the configuration'}: expected a mapping, found {_shown(tree)}")
        found = {}
        for name, key, read in _places(cls):  # type: ignore[arg-type]  # mypy takes its instances' hash for its own
            value = tree.get(key, tree.get(name))
            if value is not None:
                found[name] = read(value, f"{where}.{key}" if where else key)
        return cls(**found)

    def tree(self) -> dict[str, Any]:
        """What is not as it would be anyway, spelt as in the file."""
        default = type(self)()
        values = ((_key(one.name, one.metadata), getattr(self, one.name), one.name) for one in fields(self))  # type: ignore[arg-type]  # every subclass is a dataclass
        return {key: _plain(value) for key, value, name in values if value != getattr(default, name)}


def _plain(value: Any) -> Any:
    if isinstance(value, Section):
        return value.tree()
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value


def _key(name: str, metadata: Mapping[str, Any]) -> str:
    key: str = metadata.get("key") or name.replace("_", "-")
    return key


@cache
def _places(section: Any) -> tuple[tuple[str, str, Reader], ...]:
    """The fields of a section: name, key and reader."""
    hints = hints_of(section, include_extras=True)
    return tuple((f.name, _key(f.name, f.metadata), _reader(hints[f.name])) for f in fields(section))


def _reader(hint: Any) -> Reader:
    """How a value is read that is annotated so."""
    if isinstance(hint, TypeAliasType):
        return _reader(hint.__value__)
    if isinstance(hint, type) and issubclass(hint, Section):
        return hint.read
    if hint in _SCALARS:
        return _SCALARS[hint]
    kind, inner = get_origin(hint), get_args(hint)
    if kind is Annotated:
        return _then(_reader(inner[0]), inner[1:])
    if kind in (Union, UnionType):
        return _reader(next(each for each in inner if each is not NoneType))
    if kind is Literal:
        return _one_of(inner)
    if kind is list:
        return _list_of(_reader(inner[0]))
    if kind is dict:
        return _dict_of(_reader(inner[1]), _empty(inner[1]))
    raise TypeError(f"no configuration holds a {hint}")


def _empty(hint: Any) -> Callable[[], Any]:
    """What a null stands for where a mapping has one."""
    while isinstance(hint, TypeAliasType) or get_origin(hint) is Annotated:
        hint = hint.__value__ if isinstance(hint, TypeAliasType) else get_args(hint)[0]
    kind = get_origin(hint) or hint
    return kind if kind in (list, dict, str) else NoneType


def _then(read: Reader, cleanings: tuple[Callable[[Any], Any], ...]) -> Reader:
    def clean(value: Any, where: str) -> Any:
        found = read(value, where)
        for cleaning in cleanings:
            found = cleaning(found)
        return found

    return clean


def _list_of(read: Reader) -> Reader:
    def items(value: Any, where: str) -> Any:
        if not isinstance(value, list):
            raise WrongKindError(f"{where}: expected a list, found {_shown(value)}")
        return [read(item, f"{where}[{at}]") for at, item in enumerate(value) if item is not None]

    return items


def _dict_of(read: Reader, empty: Callable[[], Any]) -> Reader:
    def entries(value: Any, where: str) -> Any:
        if not isinstance(value, Mapping):
            raise WrongKindError(f"{where}: expected a mapping, found {_shown(value)}")
        return {str(k): empty() if v is None else read(v, f"{where}.{k}") for k, v in value.items()}

    return entries


def _one_of(words: tuple[Any, ...]) -> Reader:
    def word(value: Any, where: str) -> Any:
        if value not in words:
            raise WrongKindError(f"{where}: expected {' or '.join(map(str, words))}, found {_shown(value)}")
        return value

    return word


def _text(value: Any, where: str) -> str:
    if isinstance(value, (list, Mapping)):
        raise WrongKindError(f"{where}: expected a text, found {_shown(value)}")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Any, where: str) -> float:
    if isinstance(value, (int, float, str)):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass  # said below
    raise WrongKindError(f"{where}: expected a number, found {_shown(value)}")


def _whole(value: Any, where: str) -> int:
    if isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return int(value)
    number = _number(value, where)
    if number.is_integer():
        return int(number)
    raise WrongKindError(f"{where}: expected a whole number, found {_shown(value)}")


def _switch(value: Any, where: str) -> bool:
    found = _SWITCHES.get(str(value).strip().lower())
    if found is None:
        raise WrongKindError(f"{where}: expected true or false, found {_shown(value)}")
    return found


def _shown(value: Any) -> str:
    """What kind of value it is: never the value, which may be a secret."""
    if isinstance(value, Mapping):
        return "a mapping"
    names = {list: "a list", str: "a text", bool: "a switch", int: "a number", float: "a number", NoneType: "nothing"}
    return names.get(type(value), type(value).__name__)


_SCALARS: dict[Any, Reader] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _switch,
    Path: lambda value, where: Path(_text(value, where)),
    Any: lambda value, _where: value,
}

"""Kinds of values: how JSON and YAML become a setting's value, and back.

Laws: a value of the wrong kind is refused, never bent, but in YAML as Go's library bends it: numbers and switches may
stand where a text is wanted, `yes` and `off` where a switch is, and a fraction is cut to a whole number. A missing
list is not an empty one, for clients see the difference (`null`, `[]`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_INT = 2**63
_WORDS = (("y", "yes", "on"), ("n", "no", "off"))
_SWITCHES = {
    spelt: not off for off, words in enumerate(_WORDS) for word in words for spelt in (word, word.title(), word.upper())
}
"""Words that switch in YAML's older version."""


class KindError(ValueError):
    """A value is not of its kind; the message says where."""


class Kind:
    """A kind of value."""

    zero: Any = None

    def read(self, value: Any, where: str, *, lenient: bool) -> Any:
        """The value, checked. Raises `KindError`."""
        raise NotImplementedError

    def write(self, value: Any, *, nulls: bool) -> Any:
        """The value as JSON; a missing list is null with `nulls`, else empty."""
        del nulls
        return value


def _bent(value: Any, wanted: type) -> Any:
    """A value of YAML where another kind is wanted: as Go's library takes it, or as it is."""
    if wanted is str and isinstance(value, (int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if wanted is bool and isinstance(value, str):
        return _SWITCHES.get(value, value)
    if wanted is int and isinstance(value, float) and abs(value) < _INT:
        return int(value)
    return value


@dataclass(frozen=True, slots=True)
class Scalar(Kind):
    """A text, a whole number or a switch."""

    type: type
    zero: Any

    def read(self, value: Any, where: str, *, lenient: bool) -> Any:
        """The value; a text may come of a number in YAML."""
        if value is None:
            return self.zero
        if lenient:
            value = _bent(value, self.type)
        if not isinstance(value, self.type) or (self.type is int and isinstance(value, bool)):
            raise KindError(f"{where}: expected {self.type.__name__}")
        if isinstance(value, int) and not -_INT <= value < _INT:
            raise KindError(f"{where}: out of range")
        return value


@dataclass(frozen=True, slots=True)
class Anything(Kind):
    """Whatever JSON can say."""

    def read(self, value: Any, where: str, *, lenient: bool) -> Any:
        """The value as it is."""
        del where, lenient
        return value


@dataclass(frozen=True, slots=True)
class Optional(Kind):
    """A value or nothing."""

    of: Kind

    def read(self, value: Any, where: str, *, lenient: bool) -> Any:
        """The value, or None."""
        return None if value is None else self.of.read(value, where, lenient=lenient)

    def write(self, value: Any, *, nulls: bool) -> Any:
        """The value, or None."""
        return None if value is None else self.of.write(value, nulls=nulls)


@dataclass(frozen=True, slots=True)
class List(Kind):
    """A list, or None where there never was one."""

    of: Kind

    def read(self, value: Any, where: str, *, lenient: bool) -> Any:
        """Every item, checked."""
        if value is None:
            return None
        if not isinstance(value, list):
            raise KindError(f"{where}: expected a list")
        return [self.of.read(item, f"{where}[{at}]", lenient=lenient) for at, item in enumerate(value)]

    def write(self, value: Any, *, nulls: bool) -> Any:
        """Every item."""
        if value is None:
            return None if nulls else []
        return [self.of.write(item, nulls=nulls) for item in value]


@dataclass(frozen=True, slots=True)
class Map(Kind):
    """Values by name, or None."""

    of: Kind

    def read(self, value: Any, where: str, *, lenient: bool) -> Any:
        """Every value, checked."""
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise KindError(f"{where}: expected a mapping")
        return {str(k): self.of.read(v, f"{where}.{k}", lenient=lenient) for k, v in value.items()}

    def write(self, value: Any, *, nulls: bool) -> Any:
        """Every value, by the order of the names."""
        if value is None:
            return None if nulls else {}
        return {k: self.of.write(value[k], nulls=nulls) for k in sorted(value)}


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a `Shape`; `optional`: left out where it says nothing; `hidden`: never shown to clients."""

    name: str
    kind: Kind
    optional: bool = False
    hidden: bool = False
    default: Any = None

    def says_nothing(self, value: Any) -> bool:
        """Whether a value is as good as none; where none can be said, a switch that is off says something."""
        return value is None if isinstance(self.kind, Optional) else not value


class Shape(Kind):
    """Named parts in their order; names in JSON are found whatever their case, unknown ones are ignored."""

    def __init__(self, *fields: Field) -> None:
        self.fields = fields

    def read(self, value: Any, where: str = "", *, lenient: bool = False) -> Any:
        """All parts, the missing ones with their defaults."""
        if value is not None and not isinstance(value, Mapping):
            raise KindError(f"{where or 'value'}: expected a mapping")
        given = value or {}
        lower = {} if lenient else {str(k).lower(): v for k, v in given.items()}
        found = {}
        for field in self.fields:
            raw = given.get(field.name, lower.get(field.name))
            if raw is None and field.default is not None:
                found[field.name] = field.default
            else:
                found[field.name] = field.kind.read(raw, f"{where}.{field.name}".lstrip("."), lenient=lenient)
        return found

    def write(self, value: Any, *, nulls: bool) -> Any:
        """The parts that say something."""
        return {
            f.name: f.kind.write(value[f.name], nulls=nulls)
            for f in self.fields
            if not (f.optional and f.says_nothing(value[f.name])) and not (nulls and f.hidden)
        }


TEXT = Scalar(str, "")
NUMBER = Scalar(int, 0)
SWITCH = Scalar(bool, False)
TEXTS = List(TEXT)

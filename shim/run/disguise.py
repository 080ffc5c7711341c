"""The configuration that a supervised process is given in place of the user's, and the way back.

Everything that differs between the two texts lives here: `port`, `host`, every `proxy-url`, and `tls`. Laws: all else
stays as the user wrote it, comments and order too; `restore(disguise(text))` is the text; what the process itself
changes comes through, in the three fields as well, unless it is what we put there.
"""

import base64
import binascii
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

PASSWORD = "tap"  # noqa: S105  # SOCKS5 wants one beside a name; it protects nothing
LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8317
_VALUE = r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#][^#\n]*?)?"""
_TOP = re.compile(rf"^(?P<key>[\"']?(?P<name>port|host|proxy-url)[\"']?\s*:[ \t]*){_VALUE}(?P<rest>[ \t]*(?:#.*)?)$")
_INNER = re.compile(rf"^(?P<key>\s*(?:-\s+)*[\"']?proxy-url[\"']?\s*:[ \t]*){_VALUE}(?P<rest>[ \t]*(?:#.*)?)$")
_TLS = re.compile(r"^tls\s*:\s*(?:#.*)?$")
_ENABLE = re.compile(r"^(?P<key>\s+enable\s*:[ \t]*)(?P<value>true|yes|on)(?P<rest>[ \t]*(?:#.*)?)$", re.IGNORECASE)
_MARK = "tls-of-the-front"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls through the tap, and through which proxy their configuration says.

    Attributes:
        who: `legacy` or `native`.
        proxy: The `proxy-url` that stands in the user's file, or nothing.
    """

    who: str = "legacy"
    proxy: str = ""

    @property
    def name(self) -> str:
        """As a SOCKS5 user name."""
        if not self.proxy:
            return self.who
        return f"{self.who}.{base64.urlsafe_b64encode(self.proxy.encode()).decode().rstrip('=')}"

    @classmethod
    def named(cls, name: str) -> "Caller":
        """Read a SOCKS5 user name; one that is not ours is the legacy's."""
        who, _, code = name.partition(".")
        if who not in ("legacy", "native"):
            return cls()
        try:
            return cls(who, base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode())
        except (binascii.Error, UnicodeDecodeError):
            return cls(who)


@dataclass(frozen=True, slots=True)
class Disguise:
    """What one process is told instead of what the user's file says.

    Attributes:
        who: `legacy` or `native`.
        port: Where it is to listen, on loopback.
        tap: The tap's port; None to leave proxies as they are.
    """

    who: str
    port: int
    tap: int | None

    def proxy(self, original: str) -> str:
        """The tap's address, with what the user's file says told in the user name."""
        return f"socks5://{Caller(self.who, original).name}:{PASSWORD}@{LOOPBACK}:{self.tap}"

    def original(self, proxy: str) -> str | None:
        """What the user's file says where a configuration has this; None where it is not ours."""
        if self.tap is None or not proxy.startswith(f"socks5://{self.who}"):
            return None
        try:
            url = urlsplit(proxy)
            ours = url.port == self.tap and url.hostname == LOOPBACK and url.password == PASSWORD
        except ValueError:
            return None
        return Caller.named(url.username or "").proxy if ours else None

    def put_on(self, text: str) -> str:
        """The user's configuration, disguised."""
        lines, seen = _block_style(text).splitlines(keepends=True), set()
        for index, name, found in _fields(lines):
            value = _plain(found["value"])
            if name == "enable":
                lines[index] = f"{found['key']}false # {_MARK}: {found['value']}{found['rest']}{_ending(lines[index])}"
                continue
            if name == "inner" and not value:
                continue  # says nothing: the one at the top holds
            new = self._told(name, value)
            if name != "inner":
                seen.add(name)
            if new is not None:
                lines[index] = f"{found['key']}{_gap(found['key'])}{new}{found['rest']}{_ending(lines[index])}"
        text = "".join(lines)
        if text and not text.endswith("\n"):
            text += "\n"
        for name in ("port", "host", "proxy-url"):
            if name not in seen and (new := self._told(name, "")) is not None:
                text += f"{name}: {new}\n"
        return text

    def take_off(self, text: str, user: str) -> str:
        """The process's configuration as it belongs into the user's file.

        Args:
            text: What the process has.
            user: What the user's file says now; where a field is as we put it, this says what it was.
        """
        before = {name: found for _, name, found in _fields(_block_style(user).splitlines()) if name != "inner"}
        lines = text.splitlines(keepends=True)
        out = []
        for line in lines:
            if _MARK in line:
                out.append(re.sub(rf"false\s*#\s*{_MARK}: ", "", line))
                continue
            restored = self._taken_off(line, before)
            if restored is not None:
                out.append(restored)
        return "".join(out)

    def _taken_off(self, line: str, before: dict[str, re.Match[str]]) -> str | None:
        found = _TOP.match(line.rstrip("\r\n")) or _INNER.match(line.rstrip("\r\n"))
        if found is None:
            return line
        value, name = _plain(found["value"]), found.groupdict().get("name") or "inner"
        if name == "inner":
            was = self.original(value)
            return line if was is None else f"{found['key']}{_quoted(was)}{found['rest']}{_ending(line)}"
        was = self.original(value) if name == "proxy-url" else self._unsaid(name, value)
        if was is None:
            return line
        if name not in before:
            return None if not was else f"{found['key']}{_quoted(was)}{found['rest']}{_ending(line)}"
        spelled = before[name]["value"] or ""
        if name == "proxy-url" and _plain(spelled) != was:
            spelled = _quoted(was)
        key = f"{found['key']}{_gap(found['key'])}" if spelled else found["key"].rstrip()
        return key + spelled + found["rest"] + _ending(line)

    def _unsaid(self, name: str, value: str) -> str | None:
        """Nothing, where this is what we told the process; None where it says something of its own."""
        return "" if value == self._told(name, "") else None

    def _told(self, name: str, value: str) -> str | None:
        match name:
            case "port":
                return str(self.port)
            case "host":
                return LOOPBACK
            case _:
                return None if self.tap is None or self.original(value) is not None else self.proxy(value)


def port_of(text: str) -> int:
    """The port that a configuration names; the legacy's own where it names none."""
    value = _top(text, "port")
    return int(value) if value.isdecimal() else DEFAULT_PORT


def host_of(text: str) -> str:
    """The host that a configuration names; empty for every interface."""
    return _top(text, "host")


def _top(text: str, wanted: str) -> str:
    fields = _fields(_block_style(text).splitlines())
    return next((_plain(found["value"]) for _, name, found in fields if name == wanted), "")


def _fields(lines: list[str]) -> Iterator[tuple[int, str, re.Match[str]]]:
    """The lines that a disguise changes: (index, name, match)."""
    in_tls = False
    for index, whole in enumerate(lines):
        line = whole.rstrip("\r\n")
        if line[:1] not in (" ", "\t", "#", "-", ""):
            in_tls = bool(_TLS.match(line))
            if found := _TOP.match(line):
                yield index, found["name"], found
        elif in_tls and (found := _ENABLE.match(line)):
            yield index, "enable", found
        elif found := _INNER.match(line):
            yield index, "inner", found


def _block_style(text: str) -> str:
    """The text, written out in lines where it is JSON-like; unchanged otherwise, and where it cannot be read."""
    if not text.lstrip().startswith("{"):
        return text
    from ruamel.yaml import YAML  # noqa: PLC0415  # few need it, and it takes a while to load
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415  # as above

    try:
        tree = YAML(typ="safe").load(text)
    except YAMLError:
        return text
    out, writer = io.StringIO(), YAML()
    writer.default_flow_style = False
    writer.dump(tree, out)
    return str(out.getvalue())


def _plain(value: str | None) -> str:
    value = (value or "").strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return "" if value in ("~", "null") else value


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[\w./@%+-]+(?::[\w./@%+-]+)*", value) else f"'{value.replace(chr(39), chr(39) * 2)}'"


def _gap(key: str) -> str:
    return "" if key.endswith((" ", "\t")) else " "


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]

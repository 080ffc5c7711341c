"""What `shim run` is to start, worked out from the command line, the configuration and the environment.

Everything that is decided before the first process starts lives here. Laws: what the user's file says of port, host
and TLS holds for the front; the legacy hears of the tap by its configuration and its environment alone; nothing
listens beyond loopback unless told to.
"""

import contextlib
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shim.run import ports
from shim.run.authority import Authority, authority
from shim.run.disguise import Disguise, host_of, port_of
from shim.run.mirror import Copy, Mirror
from shim.run.places import DATABASE, RENEWALS
from shim.run.settings import Copied, FrontSettings
from shim.run.wishes import PlanError, Wishes, attached

WAIT = 20.0  # seconds for the binary to answer before clients are let in
PROXIES = ("https_proxy", "http_proxy", "all_proxy", "no_proxy")
# Settings of the front's: native would take them for its own.
OURS = frozenset({"QUOTIO_HOST", "QUOTIO_PORT", "QUOTIO_PASSTHROUGH_ENABLED", "QUOTIO_CLI_PROXY_PORT"})
ANYWHERE = ("", "0.0.0.0", "::")  # noqa: S104  # names of it, to compare with


@dataclass(slots=True)
class Held:
    """Sockets for what is to be started."""

    front: socket.socket
    tap: socket.socket | None = None
    legacy: socket.socket | None = None
    native: socket.socket | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start.

    Attributes:
        settings: For the front's process.
        sockets: Bound, for it to take over.
        reserved: Ports held for those that are supervised.
        mirror: The configuration's copies; None in attach mode without a configuration.
        legacy: The binary's command line; empty in attach mode.
        native: Native's; empty where it is not to run.
        environment: The supervised processes'.
        authority: The tap's; None without a tap.
        address: Where the front listens, for people.
    """

    settings: FrontSettings
    sockets: tuple[socket.socket, ...]
    reserved: tuple[socket.socket, ...]
    mirror: Mirror | None
    legacy: tuple[str, ...]
    native: tuple[str, ...]
    environment: dict[str, str]
    authority: Authority | None
    address: str


def clients(wishes: Wishes) -> socket.socket:
    """The socket that clients connect to, bound. Raises PlanError."""
    return _front(wishes, _configuration(wishes))


def native_command(wishes: Wishes, python: str, config: Path) -> tuple[str, ...]:
    """How native is started on a configuration."""
    program = (str(wishes.native_bin),) if wishes.native_bin else (python, "-m", "native")
    return (*program, "--config", str(config))


def plan(wishes: Wishes, environment: Mapping[str, str], python: str, front: socket.socket | None = None) -> Plan:
    """Work out what to start; sockets are bound, files are written. Raises PlanError.

    Args:
        wishes: The command line.
        environment: Ours.
        python: The interpreter, for native.
        front: The socket that clients connect to, where it is bound already.
    """
    with contextlib.ExitStack() as opened:
        text = _configuration(wishes)
        if front is None:
            front = opened.enter_context(_front(wishes, text))
        tap = _tap(wishes)
        if tap:
            opened.enter_context(tap)
        held = Held(front, tap)
        if wishes.legacy_bin:
            held.legacy = opened.enter_context(ports.reserve(ports.LEGACY))
        if wishes.native is not False and wishes.config:
            held.native = opened.enter_context(ports.reserve(ports.NATIVE))
        found = _plan(wishes, environment, python, text, held)
        opened.pop_all()
        return found


def _plan(
    wishes: Wishes,
    environment: Mapping[str, str],
    python: str,
    text: str,
    held: Held,
) -> Plan:
    front, tap = held.front, held.tap
    tap_port = ports.number_of(tap) if tap else None
    legacy = (ports.LOOPBACK, ports.number_of(held.legacy)) if held.legacy else attached(wishes)
    mirror = _mirror(wishes, held, tap_port)
    trust = authority(wishes.data_dir / "tap", environment) if tap else None
    tls = _tls(text) if wishes.legacy_bin else ("", "")
    copies = mirror.copies if mirror else []
    settings = FrontSettings(
        front=front.fileno(),
        legacy=f"{legacy[0]}:{legacy[1]}",
        database=str(wishes.data_dir / DATABASE),
        tap=tap.fileno() if tap else None,
        tap_port=tap_port or 0,
        native=ports.number_of(held.native) if held.native else None,
        key=str(trust.key) if trust else "",
        certificate=str(trust.certificate) if trust else "",
        trusted=str(trust.trusted) if trust else "",
        config=str(mirror.user) if mirror else "",
        copies=tuple(Copied(str(copy.path), copy.disguise.who, copy.disguise.port) for copy in copies),
        front_port=port_of(text),
        drain=wishes.drain,
        record=wishes.record,
        wait=WAIT if wishes.legacy_bin else 0.0,
        flags_file=str(wishes.flags_file or ""),
        tls_certificate=tls[0],
        tls_key=tls[1],
        environment={name: value for name, value in environment.items() if name.lower() in PROXIES},
    )
    return Plan(
        settings=settings,
        sockets=(front, tap) if tap else (front,),
        reserved=tuple(each for each in (held.legacy, held.native) if each),
        mirror=mirror,
        legacy=_binary(wishes, copies),
        native=_native(wishes, python, copies) if held.native else (),
        environment=_environment(wishes, environment, trust, tap_port),
        authority=trust,
        address=f"{'https' if tls[0] else 'http'}://{front.getsockname()[0]}:{ports.number_of(front)}",
    )


def _mirror(wishes: Wishes, held: Held, tap_port: int | None) -> Mirror | None:
    """The configuration's copies, written; None where nobody needs one."""
    if wishes.config is None:
        return None
    home = wishes.data_dir / "run" / str(ports.number_of(held.front))
    wanted = (("legacy", held.legacy), ("native", held.native))
    copies = [
        Copy(home / who / "config.yaml", Disguise(who, ports.number_of(sock), tap_port)) for who, sock in wanted if sock
    ]
    if not copies:
        return None
    mirror = Mirror(wishes.config.absolute(), copies)
    mirror.begin()
    _share_logs(mirror)
    return mirror


def _configuration(wishes: Wishes) -> str:
    if wishes.config is None:
        if wishes.legacy_bin:
            raise PlanError("--legacy-bin needs the binary's configuration: --config config.yaml")
        return ""
    try:
        return wishes.config.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(f"{wishes.config} cannot be read: {error}") from error


def _front(wishes: Wishes, text: str) -> socket.socket:
    named = host_of(text) if wishes.legacy_bin else ""
    host = wishes.host if wishes.host is not None else named
    if wishes.host is None and host in ANYWHERE:
        host = ports.LOOPBACK
    port = wishes.port or port_of(text)
    try:
        return ports.bind("127.0.0.1" if host == "localhost" else host, port)
    except ports.PortTakenError as error:
        raise PlanError(f"{error}; if the binary still runs there, stop it or move it first") from error


def _tap(wishes: Wishes) -> socket.socket | None:
    if not wishes.tap:
        return None
    if wishes.legacy_bin:
        return ports.listen_near(ports.TAP)
    try:
        return ports.listen(ports.LOOPBACK, ports.TAP)  # the user's own `proxy-url` names it
    except ports.PortTakenError as error:
        raise PlanError(f"{error}; the tap listens there, or run with --no-tap") from error


def _binary(wishes: Wishes, copies: list[Copy]) -> tuple[str, ...]:
    if wishes.legacy_bin is None:
        return ()
    if not os.access(wishes.legacy_bin, os.X_OK):
        raise PlanError(f"{wishes.legacy_bin} is no program that can be run")
    return (str(wishes.legacy_bin.absolute()), "--config", str(copies[0].path), *wishes.extra)


def _native(wishes: Wishes, python: str, copies: list[Copy]) -> tuple[str, ...]:
    """Native beside the binary, which renews the log-ins that both use."""
    return (*native_command(wishes, python, copies[-1].path), "--renewals", str(wishes.data_dir / RENEWALS))


def _environment(
    wishes: Wishes, environment: Mapping[str, str], trust: Authority | None, tap_port: int | None
) -> dict[str, str]:
    """What the supervised processes see of ours, and of the tap."""
    told = {name: value for name, value in environment.items() if name not in OURS}
    if wishes.config:
        told.setdefault("MANAGEMENT_STATIC_PATH", str(wishes.config.absolute().parent / "static"))
    if trust is None:
        return told
    told["SSL_CERT_FILE"] = str(trust.bundle)
    told.pop("NODE_EXTRA_CA_CERTS", None)
    for name in ("HTTPS_PROXY", "https_proxy"):
        told[name] = f"socks5://{ports.LOOPBACK}:{tap_port}"
    exempt = told.get("NO_PROXY") or told.get("no_proxy") or ""
    for name in ("NO_PROXY", "no_proxy"):
        told[name] = ",".join(dict.fromkeys([*filter(None, exempt.split(",")), "127.0.0.1", "localhost", "::1"]))
    return told


def _share_logs(mirror: Mirror) -> None:
    """Have requests logged beside the user's configuration, as they are where nothing stands before the binary."""
    logs = mirror.user.parent / "logs"
    for copy in mirror.copies:
        link = copy.path.parent / "logs"
        if not link.is_symlink() and not link.exists():
            logs.mkdir(exist_ok=True)  # the binary cannot make what a link leads to
            link.symlink_to(logs)


def _tls(text: str) -> tuple[str, str]:
    """Certificate and key of a configuration that has TLS on."""
    if "tls" not in text:
        return ("", "")
    from ruamel.yaml import YAML  # noqa: PLC0415  # few need it, and it takes a while to load

    tree = YAML(typ="safe").load(text)
    tls = tree.get("tls") if isinstance(tree, dict) else None
    if not isinstance(tls, dict) or tls.get("enable") is not True:
        return ("", "")
    files = (str(tls.get("cert", "")), str(tls.get("key", "")))
    for name in files:
        if not os.access(name, os.R_OK):
            raise PlanError(f"the configuration's tls names {name!r}, which cannot be read")
    return files

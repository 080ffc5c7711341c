"""Ports: the ones that belong to us, and free ones in their stead."""

import contextlib
import socket

LEGACY, TAP, NATIVE, DASHBOARD = 18317, 18318, 18319, 18320
LOOPBACK = "127.0.0.1"


class PortTakenError(OSError):
    """Somebody listens there already: the message says where and what to do."""


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to an address, not listening yet: who knocks is refused until it does.

    Raises:
        PortTakenError: Somebody listens there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise PortTakenError(f"{host}:{port} cannot be had: {error.strerror or error}") from error
    return found


def bind_near(port: int) -> socket.socket:
    """A socket bound on loopback to this port, or to a free one where it is taken."""
    try:
        return bind(LOOPBACK, port)
    except PortTakenError:
        return bind(LOOPBACK, 0)


def free(port: int, *taken: int) -> int:
    """This port, or a free one where it is taken."""
    if port in taken:
        port = 0
    with contextlib.closing(bind_near(port)) as found:
        number: int = found.getsockname()[1]
    return number

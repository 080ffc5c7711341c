"""Ports: the ones that belong to us, and free ones in their stead.

Everything that binds sockets lives here. Law: no two of us, started at once, ever share a port.
"""

import socket

LEGACY, TAP, NATIVE, DASHBOARD = 18317, 18318, 18319, 18320
LOOPBACK = "127.0.0.1"
BACKLOG = 1024


class PortTakenError(OSError):
    """Somebody listens there already: the message says where and what to do."""


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to an address, not listening yet: who knocks is refused until it does.

    Raises:
        PortTakenError: Somebody listens there.
    """
    found = _socket(host)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # ends of old connections may linger
    return _bound(found, host, port)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens: who knocks waits until somebody takes it over. Raises PortTakenError."""
    found = bind(host, port)
    try:
        found.listen(BACKLOG)
    except OSError as error:
        found.close()
        raise PortTakenError(f"{host}:{port} cannot be had: {error.strerror or error}") from error
    return found


def listen_near(port: int) -> socket.socket:
    """A socket that listens on loopback on this port, or on a free one where it is taken."""
    try:
        return listen(LOOPBACK, port)
    except PortTakenError:
        return listen(LOOPBACK, 0)


def reserve(port: int) -> socket.socket:
    """Hold a port on loopback, this one or a free one, for a process that is to listen there.

    For as long as the socket is open nobody is given the port who did not ask for it by number.
    """
    try:
        found = _bound(_socket(LOOPBACK), LOOPBACK, port)
    except PortTakenError:
        found = _bound(_socket(LOOPBACK), LOOPBACK, 0)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # lets the process bind beside it
    return found


def free(port: int) -> int:
    """This port, or a free one where it is taken; for those who can wait no longer than until it is used."""
    with reserve(port) as found:
        return number_of(found)


def number_of(found: socket.socket) -> int:
    """The port that a socket has."""
    number: int = found.getsockname()[1]
    return number


def _socket(host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio would not send small writes at once.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)


def _bound(found: socket.socket, host: str, port: int) -> socket.socket:
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise PortTakenError(f"{host}:{port} cannot be had: {error.strerror or error}") from error
    return found

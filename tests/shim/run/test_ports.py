"""No two of us share a port, and who is to have one gets it."""

import socket

import pytest

from shim.run.ports import PortTakenError, bind, free, listen, listen_near, number_of, reserve


def test_a_bound_port_refuses_knockers_and_a_listening_one_has_them_wait():
    with bind("127.0.0.1", 0) as bound, listen("127.0.0.1", 0) as listening:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(bound.getsockname())
        socket.create_connection(listening.getsockname()).close()


def test_a_port_that_somebody_listens_on_is_said_to_be_taken():
    with listen("127.0.0.1", 0) as taken:
        for having in (bind, listen):
            with pytest.raises(PortTakenError, match=r"127\.0\.0\.1:\d+ cannot be had"):
                having("127.0.0.1", number_of(taken))


def test_instead_of_one_that_is_taken_a_free_one_is_found():
    with listen_near(0) as first, listen_near(number_of(first)) as second:
        assert number_of(first) != number_of(second)


def test_a_reserved_port_is_nobody_elses_who_did_not_ask_for_it_by_number():
    with reserve(0) as held:
        port = number_of(held)
        with reserve(port) as other:
            assert number_of(other) != port
        assert free(port) != port
        with socket.create_server(("127.0.0.1", port)) as process:
            socket.create_connection(process.getsockname()).close()


def test_small_writes_are_sent_at_once_on_what_was_bound_here():
    with bind("127.0.0.1", 0) as found:
        assert found.proto == socket.IPPROTO_TCP


def test_ipv6_is_bound_as_such():
    if not socket.has_ipv6:
        pytest.skip("there is no IPv6 here")
    try:
        with bind("::1", 0) as found:
            assert found.family == socket.AF_INET6
    except PortTakenError:
        pytest.skip("there is no IPv6 here")

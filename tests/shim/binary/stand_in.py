"""Builders for tests that play to a binary: a stand-in with a fault, and cases that it answers."""

import sys
from pathlib import Path

from shim.exchange import Case, Exchange, Interaction, Request, Response, Run

JSON = (("Content-Type", "application/json"),)
ANSWER = b'{"text":"hello"}'


def a_binary(folder, fault="none"):
    """The stand-in as a program."""
    file = folder / f"legacy-{fault}"
    stand_in = Path(__file__).with_name("fake_legacy.py")
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{stand_in}" --fault {fault} "$@"\n')
    file.chmod(0o700)
    return file


def an_exchange(text="hi", *, answer=ANSWER, status=200, key="up-secret-1", mode="legacy"):
    """What the stand-in does without a fault, and what native does when it is right."""
    body = b'{"model":"m","said":"%b"}' % text.encode()
    call = Request("POST", "https://up.test/v1", (("X-Key", key), *JSON), body)
    upstream = Interaction(call, Response(status, JSON, (answer,)))
    said = Response(status, JSON, (answer if status == 200 else b'{"error":"upstream"}',))
    return Exchange(Request("POST", "/v1/messages", JSON, body), said, (upstream,), mode=mode)


def a_config(*keys):
    return {
        "proxy-url": "$SOCKS",
        "auth-dir": "$WORK/auth",
        "claude-api-key": [{"api-key": key} for key in keys or ("up-secret-1",)],
    }


def a_case(one=None, *, name="case", config=None):
    return Case("test", name, config or a_config(), {}, (Run((one or an_exchange(),)),))

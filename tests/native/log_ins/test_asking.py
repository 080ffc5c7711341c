import asyncio

import pytest

from native.log_ins import asking
from native.log_ins.asking import Answer, Asking, UnreadableError, challenge, query, rfc3339, verifier
from native.upstream import UpstreamError


def test_pkce_is_as_the_rfc_says(a):
    # RFC 7636, appendix B
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert len(verifier(a.CountingIds(), 32)) == 43


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"<html>", b'{"n":"x"}', b'{"n":true}', b'{"n":1.5}'])
def test_what_is_of_another_kind_is_not_taken(body):
    with pytest.raises(UnreadableError):
        Answer(200, body).tree(n=int)


def test_what_is_missing_says_nothing():
    assert Answer(200, b'{"n":null,"more":1}').tree(n=int, t=str, d=dict) == {"n": 0, "t": "", "d": {}, "more": 1}
    assert Answer(200, b"null").tree(n=int) == {"n": 0}


def test_forms_and_times():
    assert query({"b": "1 2", "a": "é/"}) == "a=%C3%A9%2F&b=1+2"
    assert rfc3339(1_760_000_000.9) == "2025-10-09T08:53:20Z"
    assert rfc3339(1e18) == "9999-12-31T23:59:59Z"


async def test_who_never_answers_does_not_answer(monkeypatch):
    class Silent:
        async def send(self, _):
            await asyncio.Event().wait()

    monkeypatch.setattr(asking, "SECONDS", 0.01)
    with pytest.raises(UpstreamError, match="does not answer"):
        await Asking(Silent(), "").send("GET", "https://x.example.test")

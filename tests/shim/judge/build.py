"""Builders for the judge's tests: a case reads as a sentence."""

import orjson

from shim.exchange import Case, Exchange, Interaction, Request, Response, Run

URL = "https://api.anthropic.com/v1/messages?beta=true"


def json_bytes(value):
    return orjson.dumps(value)


def an_answer(body=None, *, status=200, headers=(("Content-Type", "application/json"),), complete=True, text=None):
    data = text.encode() if text is not None else json_bytes({"ok": True} if body is None else body)
    return Response(status, tuple(headers), (data,), complete=complete)


def a_stream(*events, complete=True):
    text = "".join(f"data: {json_bytes(e).decode() if not isinstance(e, str) else e}\n\n" for e in events)
    return Response(200, (("Content-Type", "text/event-stream"),), (text.encode(),), complete=complete)


def a_call(body=None, *, url=URL, headers=(("X-Api-Key", "k"), ("Content-Type", "application/json"))):
    return Interaction(Request("POST", url, tuple(headers), json_bytes(body or {"model": "m"})), an_answer())


def an_exchange(answer=None, *calls, path="/v1/messages", body=None, **more):
    request = Request("POST", path, (("Authorization", "Bearer sk-client-1"),), json_bytes(body or {"model": "m"}))
    return Exchange(request, answer or an_answer(), calls, **more)


def a_run(*exchanges, state=None):
    return Run(exchanges, state_after=state)


def a_case(*runs, name="group/case", family="test", config=None, auth_files=None):
    return Case(family, name, config or {}, auth_files or {}, runs)

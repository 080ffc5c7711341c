"""Every management endpoint, given what it should not be given: it says so, and harms nothing."""

import io
import itertools

import pytest

from native.server import declared
from native.surface.management.call import MOST_BODY, PREFIX

ROUTES = [route for route in declared().all if route.family == "management"]
WRITING = [r for r in ROUTES if r.method in {"PUT", "PATCH", "POST"} and (r.doc.takes is not None or r.doc.form)]
NAMED = [route for route in ROUTES if set(route.doc.query) & {"name", "all"} or ":" in route.path]
WRONG = [
    b"",
    b"nope",
    b"7",
    b'"text"',
    b"[7]",
    b'{"value":{}}',
    b'{"value":[[]]}',
    b"\xff\xfe",
    b"[" * 9999,
]
"""Bodies that are no JSON, or of a kind that no endpoint takes."""
TRICKS = [
    "../outside.json",
    "..%2Foutside.json",
    "/etc/passwd",
    "a/../../outside.json",
    "a\\..\\..\\outside.json",
    "..",
    "....",
    "outside.json\0",
    "\0",
    "%00outside.json",
    "outside.json.",
    "link.json",
    "x" * 5000,
]


ANY_OBJECT = {"/oauth-excluded-models", "/oauth-model-alias", "/usage/import", "/config.yaml"}
"""Who takes an object without anything it knows for one that says nothing, as the legacy does."""


def place(route):
    return route.path.removeprefix(PREFIX)


def about(route):
    return f"{route.method} {place(route)}"


def held(owner):
    """What stands around the log-ins and in them, but for locks."""
    root = owner.auth_dir.parent
    return {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and not p.name.startswith(".")}


@pytest.fixture
def guarded(owning, tmp_path):
    """A server whose folder of log-ins has a link out, and something outside to lead to."""

    async def prepare(owner):
        outside = tmp_path / "outside.json"
        outside.write_text('{"type": "claude", "what": "private matter"}')
        (owner.auth_dir / "link.json").symlink_to(outside)
        return outside

    return owning(log_ins={"a.json": {"type": "claude"}}), prepare


async def test_a_body_of_the_wrong_kind_is_refused_by_every_endpoint(guarded):
    own, prepare = guarded
    async with own as owner:
        outside = await prepare(owner)
        before = held(owner)
        taken = []
        for route, body in itertools.product(WRITING, WRONG):
            if body.startswith(b"{") and place(route) in ANY_OBJECT:
                continue
            status, said = await owner.ask(route.method, place(route).replace(":", ""), body)
            if status not in range(400, 500) or "error" not in str(said):
                taken.append((about(route), body[:20], status, said))
        assert not taken, "\n".join(map(repr, taken))
        assert held(owner) == before
        assert outside.exists()


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(guarded):
    own, _ = guarded
    async with own as owner:
        before = held(owner)
        large = b'{"value":"' + b"x" * MOST_BODY + b'"}'

        async def unmeasured():
            yield large

        for route in WRITING:
            status, _ = await owner.ask(route.method, place(route).replace(":", ""), io.BytesIO(large))
            assert status in {413, 400}, about(route)
        assert (await owner.ask("PUT", "/debug", data=unmeasured()))[0] == 413
        assert held(owner) == before


async def test_a_name_never_leads_out_of_the_folder(guarded):
    own, prepare = guarded
    async with own as owner:
        outside = await prepare(owner)
        before = held(owner)
        for route, name in itertools.product(NAMED, TRICKS):
            body = b'{"type":"claude"}' if route.method in {"PUT", "PATCH", "POST"} else None
            path = place(route)
            if ":" in path:
                path = f"{path.partition(':')[0]}{name.replace('%', '%25').replace(chr(0), '%00')}"
            status, said = await owner.ask(route.method, path, body, params={"name": name})
            assert status < 500, (about(route), name, status, said)
            assert "private matter" not in repr(said), (about(route), name, said)
        assert outside.read_text() == '{"type": "claude", "what": "private matter"}'
        assert {p for p in held(owner) if p.parent != owner.auth_dir} == {
            p for p in before if p.parent != owner.auth_dir
        }


async def test_without_the_key_nothing_is_told_or_done(guarded):
    own, _ = guarded
    async with own as owner:
        before = held(owner)
        for route in ROUTES:
            for key in ("", "wrong"):
                assert (await owner.ask(route.method, place(route).replace(":", ""), b"{}", key=key))[0] == 401, about(
                    route
                )
        assert held(owner) == before

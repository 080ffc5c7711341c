"""Who gets in: nobody without the key, no other origin, no other name, and no cookie without what goes with it."""

import pytest

from shim.page.guard import TOKEN, cookie_name
from tests.shim.page.build import CHAT, a_recording, served

OPEN = {"/", "/static/{name}", "/api/login", "/metrics"}


@pytest.fixture
async def visit(tmp_path):
    async with served(a_recording(tmp_path / "recordings.db")) as found:
        yield found


async def status(visit, method, path, **more):
    async with visit.ask(method, path, **more) as answer:
        return answer.status


FLIP = {"json": {"endpoint": CHAT, "value": "native"}}


async def test_every_route_needs_the_key(tmp_path):
    from shim.page.server import Page

    async with served(a_recording(tmp_path / "recordings.db"), logged_in=False) as visit:
        routes = [(route.method, route.path) for route in Page(visit_outside(visit)).routes()]
        closed = [(method, path.replace("{id}", "1")) for method, path in routes if path not in OPEN]
        assert len(closed) >= 9
        for method, path in closed:
            assert await status(visit, method, path) == 401, path
        assert await status(visit, "GET", "/metrics") == 401


async def test_what_is_open_says_nothing_of_the_recording(tmp_path):
    async with served(a_recording(tmp_path / "recordings.db"), logged_in=False) as visit:
        for path in ("/", "/static/app.js"):
            async with visit.ask("GET", path) as answer:
                assert answer.status == 200
                assert "chat/completions" not in await answer.text()
        assert await status(visit, "GET", "/static/..%2fserver.py") == 404
        assert await status(visit, "GET", "/static/nothing.js") == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}"]
)
async def test_a_name_that_was_pointed_here_is_not_answered_to(visit, host):
    foreign = {"Host": host.format(port=visit.port)}
    for path in ("/", "/api/overview", "/static/app.js", "/metrics"):
        assert await status(visit, "GET", path, headers=foreign) == 421


@pytest.mark.parametrize("name", ["localhost", "[::1]", "LOCALHOST"])
async def test_names_of_loopback_are_answered_to(visit, name):
    own = {"Host": f"{name}:{visit.port}", "Origin": None}
    assert await status(visit, "GET", "/", headers=own) == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "http://localhost:{port}"],
)
async def test_another_origin_is_refused_though_it_has_cookie_and_token(visit, origin):
    foreign = {"Origin": origin.format(port=visit.port)}
    assert await status(visit, "POST", "/api/flags", headers=foreign, **FLIP) == 403
    assert await status(visit, "GET", "/api/overview", headers=foreign) == 403
    assert await status(visit, "POST", "/api/login", headers=foreign, json={"key": "k"}) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_what_a_browser_says_comes_from_elsewhere_is_refused(visit, site):
    foreign = {"Sec-Fetch-Site": site, "Origin": None}
    assert await status(visit, "GET", "/api/overview", headers=foreign) == 403
    assert await status(visit, "GET", "/api/live", headers=foreign) == 403
    assert await status(visit, "GET", "/static/app.js", headers=foreign) == 403
    frame = {**foreign, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    assert await status(visit, "GET", "/", headers=frame) == 403
    link = {**foreign, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert await status(visit, "GET", "/", headers=link) == 200


async def test_a_write_that_does_not_say_where_it_comes_from_is_refused(visit):
    assert await status(visit, "POST", "/api/flags", headers={"Origin": None}, **FLIP) == 403
    assert await status(visit, "POST", "/api/flags", headers={"Sec-Fetch-Site": "same-site"}, **FLIP) == 403


async def test_a_stolen_cookie_without_the_token_opens_nothing(visit):
    for token in ("", "made up"):
        assert await status(visit, "GET", "/api/overview", token=token) == 401
        assert await status(visit, "POST", "/api/flags", token=token, **FLIP) == 401


async def test_a_token_without_the_cookie_opens_nothing(visit):
    visit.session.cookie_jar.clear()
    assert await status(visit, "GET", "/api/overview") == 401


async def test_a_form_of_another_page_cannot_speak_json(visit):
    assert await status(visit, "POST", "/api/flags", data={"endpoint": CHAT, "value": "native"}) == 415
    plain = {"Content-Type": "text/plain"}
    assert await status(visit, "POST", "/api/flags", headers=plain, data=b'{"value": "native"}') == 415


async def test_every_answer_keeps_browsers_from_running_or_framing_what_is_not_ours(visit):
    answers = [
        ("GET", "/"),
        ("GET", "/api/overview"),
        ("GET", "/nowhere"),
        ("GET", "/api/exchanges/99"),
        ("GET", "/static/page.css"),
        ("GET", "/api/live"),
    ]
    for method, path in answers:
        async with visit.ask(method, path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_cookie_is_for_this_page_and_no_script(visit):
    visit.session.cookie_jar.clear()
    async with visit.ask("POST", "/api/login", json={"key": "k" * 43}) as answer:
        said = answer.headers["Set-Cookie"]
        token = (await answer.json())["token"]
    assert said.startswith(cookie_name(visit.port))
    assert "HttpOnly" in said
    assert "SameSite=Strict" in said
    assert token not in said
    assert TOKEN.lower() not in said.lower()


def visit_outside(visit):
    from shim.page.outside import Outside

    return Outside(visit.database, None, None, visit.port)

"""What others try against somebody who is logged in: their pages, names and recorded scripts, a stolen cookie."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shim.page.guard import cookie_name
from tests.shim.page.browser.conftest import arrived
from tests.shim.page.build import CHAT

pytestmark = pytest.mark.browser

EVIL = """<!doctype html><title>evil</title>
<iframe name="frame" src="ORIGIN/"></iframe><iframe name="sink"></iframe>
<form id="form" method="post" action="ORIGIN/api/flags" enctype="text/plain" target="sink">
<input name='{"endpoint": "ENDPOINT", "value": "native", "why": "' value='"}'></form>
<script src="ORIGIN/static/app.js"></script>
<script type="module">
const told = {};
const attempt = async (name, act) => {
  try { told[name] = await act(); } catch (error) { told[name] = "refused"; }
};
const read = async (path) => (await fetch("ORIGIN" + path, { credentials: "include" })).text();
const flip = (more, headers) => fetch("ORIGIN/api/flags", {
  method: "POST", body: '{"endpoint": "ENDPOINT", "value": "native"}', credentials: "include", headers, ...more,
});
const json = { "Content-Type": "application/json" };
document.getElementById("form").submit();
await attempt("read", () => read("/api/overview"));
await attempt("metrics", () => read("/metrics"));
await attempt("write", async () => (await flip({}, json)).text());
await attempt("forged", async () => (await flip({}, { ...json, "X-Page-Token": "x" })).text());
await attempt("blind", async () => (await flip({ mode: "no-cors" })).type);
await attempt("beacon", async () => navigator.sendBeacon("ORIGIN/api/logout", "{}") && "sent");
await attempt("events", () => new Promise((done, failed) => {
  const source = new EventSource("ORIGIN/api/live", { withCredentials: true });
  source.onmessage = source.onopen = () => done("open");
  source.onerror = failed;
}));
await attempt("frame", async () => frames[0].document.body.innerText);
window.told = told;
document.title = "done";
</script>"""


class Elsewhere(BaseHTTPRequestHandler):
    """Somebody else's page."""

    def do_GET(self):
        body = self.server.page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def elsewhere(served):
    """Somebody else's server: another port, and so another origin of the same site; by name, another site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    server.page = EVIL.replace("ORIGIN", served.origin).replace("ENDPOINT", CHAT)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "elsewhere.example"], ids=["same site", "another site"])
def test_another_origins_page_learns_and_changes_nothing(visit, served, elsewhere, host):
    mine = visit()
    theirs = mine.context.new_page()
    answers = []
    theirs.on("response", lambda found: answers.append((found.url, found.status)))
    theirs.goto(f"http://{host}:{elsewhere}/")
    theirs.wait_for_function("document.title === 'done'")
    told = theirs.evaluate("window.told")
    assert told.pop("blind") in ("opaque", "refused")
    assert told.pop("beacon") == "sent"
    assert set(told.values()) == {"refused"}, told
    assert served.flags()[CHAT] == "canary 5%"
    reached = {(url, status) for url, status in answers if "/api/" in url and status < 400}
    assert reached == set()
    mine.reload()
    arrived(mine)
    assert mine.get_by_role("link", name=CHAT).is_visible()


def test_a_page_of_ours_in_a_frame_of_theirs_stays_empty(visit, elsewhere):
    tab = visit().context.new_page()
    tab.goto(f"http://127.0.0.1:{elsewhere}/")
    tab.wait_for_function("document.title === 'done'")
    frame = next(one for one in tab.frames if one.name == "frame")
    assert frame.locator("#top").count() == 0


def test_a_name_that_was_pointed_at_the_page_is_not_answered_to(visit, served):
    tab = visit().context.new_page()
    answer = tab.goto(f"http://rebound.example:{served.port}/")
    assert answer.status == 421
    told = tab.evaluate("async () => (await fetch('/api/overview')).status")
    assert told == 421


def test_a_stolen_cookie_opens_nothing(visit, served, chromium):
    mine = visit()
    stolen = [one for one in mine.context.cookies() if one["name"] == cookie_name(served.port)]
    assert len(stolen) == 1
    assert stolen[0]["httpOnly"]
    assert stolen[0]["sameSite"] == "Strict"
    thief = chromium.new_context()
    thief.add_cookies(stolen)
    tab = thief.new_page()
    tab.goto(served.origin)
    tab.wait_for_selector("#key")
    assert tab.evaluate("async () => (await fetch('/api/overview')).status") == 401
    json = "headers: {'Content-Type': 'application/json'}, body: '{}'"
    assert tab.evaluate(f"async () => (await fetch('/api/flags', {{method: 'POST', {json}}})).status") == 401
    thief.close()


@pytest.mark.parametrize("view", ["exchange/3", "differences", "exchanges", ""])
def test_a_recorded_script_is_shown_and_does_not_run(visit, view):
    tab = visit(view)
    said = []
    tab.on("dialog", lambda found: said.append(found.message))
    tab.reload()
    arrived(tab)
    if view in ("exchange/3", "differences"):
        assert "<script>window.pwned=1</script>" in tab.locator("main").inner_text()
    assert tab.evaluate("window.pwned === undefined")
    assert tab.evaluate("document.querySelectorAll('main script, main img, main iframe').length") == 0
    assert said == []


def test_not_even_a_script_that_got_into_the_page_would_run(visit):
    tab = visit()
    tab.evaluate("""() => {
        const script = (how, what) =>
            document.body.append(Object.assign(document.createElement('script'), { [how]: what }));
        const tries = [
            () => script('text', 'window.pwned=1'),
            () => script('src', 'data:text/javascript,window.pwned=1'),
            () => document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.pwned=1">'),
        ];
        for (const attempt of tries) try { attempt(); } catch {}
    }""")
    tab.wait_for_timeout(100)
    assert tab.evaluate("window.pwned === undefined")

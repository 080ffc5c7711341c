"""The pictures of docs/page.md: `python -m tests.shim.page.browser.screenshots`, wide and narrow, light and dark."""

import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import sync_playwright

from shim import corpusfile
from shim.flags.ledger import Ledger
from shim.flags.table import Scope, Value
from shim.store.sessions import Standing
from shim.store.store import Store
from tests.shim.page.browser.conftest import ARGUMENTS, NARROW, arrived, serving
from tests.shim.page.build import CHAT, GOLDEN, add, judged

IMAGES = Path(__file__).parents[4] / "docs" / "images"
SLIPS = ((b'"stop"', b'"length"'), (b'"end_turn"', b'"max_tokens"'), (b'"STOP"', b'"MAX_TOKENS"'))
DESK = (1200, 740)
SHOTS = (  # name, view, size, scheme, what to press
    ("endpoints", "", DESK, "light", ""),
    ("endpoints-dark", "", DESK, "dark", ""),
    ("endpoints-phone", "", NARROW, "light", ""),
    ("roll-back", "", DESK, "light", "Roll back"),
    ("accept-dark", "differences", DESK, "dark", "Accept the group"),
    ("exchange", "exchange/{different}", DESK, "light", ""),
    ("exchange-phone-dark", "exchange/{different}", NARROW, "dark", ""),
)


def filled(path):
    """An hour of traffic made of the golden cases, a few of which the legacy answered otherwise."""
    rng, now = random.Random(3), time.time()
    cases = [case for file in sorted(GOLDEN.glob("core-*.jsonl.gz")) for case in corpusfile.read(file)]
    cases = rng.sample([case for case in cases if len(case.runs[0].exchanges) == 1], 240)
    with Ledger.open(path) as ledger:
        for ago, value, scope in (
            (90_000, "shadow", Scope("*")),
            (80_000, "shadow", Scope(CHAT)),
            (7_200, "canary 10%", Scope(CHAT)),
            (3_600, "canary 1%", Scope("POST /v1/messages")),
        ):
            ledger.set(scope, Value.parse(value), who="me", why="clean so far", at=now - ago)
    with Store(path) as store, store.transaction():
        session = store.sessions.begin(now - 7200)
        for n, case in enumerate(cases):
            one = case.runs[0].exchanges[0]
            chunks = one.response.chunks
            for slip in SLIPS if n % 12 == 5 else ():
                chunks = tuple(chunk.replace(*slip) for chunk in chunks)
            times = tuple(0.2 + 0.02 * k for k in range(len(chunks)))
            answered = "canary" if n % 15 == 3 else "legacy"
            one = replace(one, mode=answered, response=replace(one.response, chunks=chunks, times=times))
            add(store, one, case, began=now - 3500 + 14 * n, took=rng.uniform(0.4, 1.6))
        store.sessions.tell(session, Standing(seen=241, recorded=240, open=1, calls=240))
        store.sql.execute("UPDATE sessions SET found = 240")
    judged(path)
    with Store(path, read_only=True) as store:
        found = store.sql.execute(
            "SELECT v.exchange FROM verdicts v JOIN exchanges e ON e.id = v.exchange"
            " WHERE v.level = 'different' AND e.stream ORDER BY v.id DESC LIMIT 1"
        )
        return found.fetchone()[0]


def main():
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "recordings.db"
        different = filled(database)
        with serving(database) as served, sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
            for name, view, size, scheme, press in SHOTS:
                tab = browser.new_page(color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
                tab.goto(f"{served.origin}/#/{view.format(different=different)}")
                tab.fill("#key", served.key)
                tab.keyboard.press("Enter")
                arrived(tab)
                if press:
                    tab.get_by_role("button", name=press).first.click()
                    tab.wait_for_selector("dialog .will p")
                if view.startswith("exchange"):
                    tab.get_by_role("heading", name="What the client got").evaluate("it => it.scrollIntoView()")
                    tab.evaluate("window.scrollBy(0, -90)")
                tab.wait_for_timeout(300)
                tab.screenshot(path=IMAGES / f"{name}.png")
                tab.close()
            browser.close()


if __name__ == "__main__":
    main()

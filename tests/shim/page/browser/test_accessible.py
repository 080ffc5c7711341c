"""axe-core finds nothing to complain of: every view and dialog, light and dark, wide and narrow."""

from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.shim.page.browser.conftest import NARROW, WIDE, arrived
from tests.shim.page.build import CHAT

pytestmark = pytest.mark.browser
VIEWS = ("", "differences", "exchanges", "exchange/3", "history", "health", f"endpoint/{quote(CHAT, safe='')}")


def complaints(tab):
    found = Axe().run(tab)
    return [(v["id"], node["html"][:200]) for v in found.response["violations"] for node in v["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_view_and_no_dialog_shuts_anybody_out(visit, scheme, size):
    tab = visit(scheme=scheme, size=size, log_in=False)
    assert complaints(tab) == []
    tab = visit(scheme=scheme, size=size)
    for view in VIEWS:
        tab.evaluate("at => { location.hash = at; }", f"#/{view}")
        tab.wait_for_selector(f"main[data-at='#/{view}']")
        arrived(tab)
        assert complaints(tab) == [], view
    tab.get_by_role("button", name="Roll back").first.click()
    tab.wait_for_selector("dialog .will p")
    assert complaints(tab) == []
    tab.keyboard.press("Escape")
    tab.evaluate("() => { location.hash = '#/differences'; }")
    tab.get_by_role("button", name="Accept the group").first.click()
    tab.wait_for_selector("dialog .will p")
    assert complaints(tab) == []

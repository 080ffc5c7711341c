"""The page worked by hand: flips, roll-backs, differences, what changes by itself, and all of it by keyboard."""

import re
import time

import pytest

from tests.shim.page.browser.conftest import NARROW, WIDE, arrived
from tests.shim.page.build import CHAT, flag

pytestmark = pytest.mark.browser
sizes = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])


def row(tab, name=CHAT):
    return tab.get_by_role("row").filter(has=tab.get_by_role("link", name=name, exact=True))


@sizes
def test_a_flag_is_flipped_when_what_it_will_do_was_confirmed(visit, served, size):
    tab = visit(size=size)
    row(tab).get_by_role("button", name="Change who answers").click()
    dialog = tab.get_by_role("dialog", name=f"Change {CHAT}")
    dialog.get_by_role("radio", name="native").check()
    dialog.get_by_text("From canary 5% to native").wait_for()
    assert "shim flags set" in dialog.inner_text()
    assert served.flags()[CHAT] == "canary 5%"
    dialog.get_by_label("Why").fill("it is clean")
    dialog.get_by_role("button", name="Set to native").click()
    row(tab).get_by_text("native", exact=True).first.wait_for()
    assert served.flags()[CHAT] == "native"


@sizes
def test_an_endpoint_is_rolled_back(visit, served, size):
    tab = visit(size=size)
    row(tab).get_by_role("button", name="Roll back").click()
    dialog = tab.get_by_role("dialog", name=f"Roll back {CHAT}")
    dialog.get_by_role("button", name="Roll back to legacy").click()
    row(tab).get_by_text("legacy", exact=True).first.wait_for()
    assert served.flags()[CHAT] == "legacy"
    tab.get_by_role("link", name="History").click()
    tab.get_by_role("heading", name="History").wait_for()
    assert "on the page" in tab.get_by_role("row").nth(1).inner_text()


def test_a_flip_on_an_old_picture_is_refused(visit, served):
    tab = visit()
    row(tab).get_by_role("button", name="Change who answers").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("radio", name="native").check()
    dialog.get_by_text("From canary 5% to native").wait_for()
    flag(served.database, "legacy", CHAT)
    dialog.get_by_role("button", name="Set to native").click()
    dialog.get_by_role("alert").get_by_text("changed meanwhile").wait_for()
    assert served.flags()[CHAT] == "legacy"


@sizes
def test_a_difference_is_opened_and_accepted(visit, served, size):
    tab = visit("differences", size=size)
    tab.get_by_role("link", name=re.compile(r"^Exchange \d+$")).first.click()
    tab.get_by_role("heading", name="What the client got").wait_for()
    assert tab.locator(".events > li.changed").count() == 1
    assert tab.locator(".events > li.changed del").first.is_visible()
    tab.get_by_role("button", name="Accept the difference").first.click()
    dialog = tab.get_by_role("dialog", name="Accept a difference")
    dialog.get_by_text("2 of them become clean").wait_for()
    dialog.get_by_label("Reason").fill("it is a planted one")
    dialog.get_by_role("button", name="Accept").click()
    tab.get_by_text("accepted", exact=True).wait_for()
    assert "it is a planted one" in served.database.with_name("accepted.yaml").read_text()
    tab.get_by_role("link", name="Differences").click()
    tab.get_by_text("No difference stands open").wait_for()


def test_what_changes_elsewhere_shows_by_itself_and_leaves_the_focus_alone(visit, served):
    tab = visit()
    button = row(tab).get_by_role("button", name="Change who answers")
    button.focus()
    began = time.monotonic()
    flag(served.database, "native", CHAT)
    row(tab).get_by_text("native", exact=True).first.wait_for()
    assert time.monotonic() - began < 10
    assert tab.evaluate("document.activeElement.dataset.act") == "change"


def test_a_page_whose_server_went_away_says_so_and_comes_back(chromium, template, tmp_path):
    import shutil

    from tests.shim.page.browser.conftest import serving

    shutil.copy(template, tmp_path / "recordings.db")
    with serving(tmp_path / "recordings.db") as served:
        tab = chromium.new_page()
        tab.goto(served.origin)
        tab.fill("#key", served.key)
        tab.keyboard.press("Enter")
        tab.get_by_text("Live", exact=True).wait_for()
    tab.get_by_text("Connection lost").wait_for()
    tab.context.close()


def test_everything_is_worked_by_keyboard_alone(visit, served):
    tab = visit(log_in=False)
    tab.keyboard.type(served.key)
    tab.keyboard.press("Enter")
    arrived(tab)
    for _ in range(40):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.getAttribute('aria-label') ?? ''") == f"Change who answers {CHAT}":
            break
    else:
        pytest.fail("the button was not reached")
    tab.keyboard.press("Enter")
    dialog = tab.get_by_role("dialog")
    dialog.wait_for()
    tab.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert tab.evaluate("document.activeElement.dataset.act") == "change"
    tab.keyboard.press("Enter")
    dialog.wait_for()
    while not tab.evaluate("document.activeElement.name === 'mode'"):
        tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowLeft")
    dialog.get_by_text("From canary 5% to shadow").wait_for()
    assert tab.evaluate("document.activeElement.closest('dialog') !== null")
    tab.keyboard.press("Enter")
    dialog.wait_for(state="detached")
    assert served.flags()[CHAT] == "shadow"


def test_a_wrong_key_is_told_and_logging_out_closes_the_room(visit, served):
    tab = visit(log_in=False)
    tab.fill("#key", "wrong")
    tab.keyboard.press("Enter")
    tab.get_by_role("alert").get_by_text("not the page's key").wait_for()
    tab.fill("#key", served.key)
    tab.keyboard.press("Enter")
    arrived(tab)
    tab.get_by_role("button", name="Log out").click()
    tab.wait_for_selector("#key")
    tab.reload()
    tab.wait_for_selector("#key")


@sizes
@pytest.mark.parametrize("view", ["", "differences", "exchanges", "exchange/3", "history", "health"])
def test_nothing_is_wider_than_the_window(visit, size, view):
    tab = visit(view, size=size)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""The page's way from a log-in to a flip."""

import asyncio

from shim.flags.ledger import Ledger
from shim.page.visitors import FREE_TRIES
from tests.shim.page.build import CHAT, KEY, NOW, a_recording, flag, judged, served


async def test_the_page_is_worked_from_log_in_to_log_out(tmp_path):
    path = a_recording(tmp_path / "recordings.db")
    flag(path, "shadow")
    await asyncio.to_thread(judged, path)
    async with served(path) as visit:
        found = await visit.get("/api/overview")
        row = next(one for one in found["endpoints"] if one["id"] == CHAT)
        assert row["flag"]["value"] == "shadow"
        assert row["parity"]["judged"] == 4
        done = await visit.post("/api/flags", {"endpoint": CHAT, "value": "canary 5%", "expected": "", "why": "clean"})
        assert (done["before"], done["value"]) == ("", "canary 5%")
        (change, _) = (await visit.get("/api/history"))["changes"]
        assert change["why"] == "clean"
        assert change["who"].endswith("on the page")
        assert (await visit.get("/api/overview"))["endpoints"][0]["flag"]["value"] == "canary 5%"
        await visit.post("/api/logout", {})
        await visit.get("/api/overview", 401)


async def test_a_wrong_key_is_refused_and_many_are_slowed_down(tmp_path):
    now = [100.0]
    async with served(tmp_path / "recordings.db", logged_in=False, pace=lambda: now[0]) as visit:
        for _ in range(FREE_TRIES):
            await visit.log_in("wrong", 403)
        async with visit.ask("POST", "/api/login", json={"key": KEY}) as answer:
            assert answer.status == 429
            assert int(answer.headers["Retry-After"]) >= 1
        now[0] += 2
        await visit.log_in()
        assert visit.token


async def test_an_empty_recording_has_every_view(tmp_path):
    async with served(tmp_path / "recordings.db") as visit:
        for view in ("overview", "groups", "exchanges", "history", "health"):
            await visit.get(f"/api/{view}")
        assert "purged" in (await visit.get("/api/exchanges/1", 404))["error"]


async def test_what_is_asked_wrongly_is_answered_in_words(tmp_path):
    async with served(tmp_path / "recordings.db") as visit:
        wrong = [
            ({"endpoint": CHAT, "value": "sometimes"}, "is no flag"),
            ({"endpoint": "POST /v1/nowhere", "value": "native"}, "no endpoint"),
            ({"endpoint": CHAT, "value": "native", "stream": "maybe"}, "stream"),
            ({"endpoint": CHAT, "value": "native", "more": 1}, "more"),
            ([1], "dict"),
        ]
        for body, words in wrong:
            assert words in (await visit.post("/api/flags", body, 400))["error"]
        assert "whole number" in (await visit.get("/api/exchanges?before=x", 400))["error"]
        assert "level" in (await visit.get("/api/exchanges?level=x", 400))["error"]
        async with visit.ask("POST", "/api/flags", data=b"{", headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 400
        await visit.get("/api/nowhere", 404)


async def test_a_change_from_elsewhere_is_told_at_once(tmp_path):
    path = a_recording(tmp_path / "recordings.db")
    async with served(path) as visit, visit.ask("GET", "/api/live") as answer, asyncio.timeout(10):
        assert answer.content_type == "text/event-stream"
        assert (await answer.content.readline()).startswith(b"event: changed")
        with Ledger.open(path) as ledger:
            assert ledger.table().flags == ()
        await asyncio.to_thread(flag, path, "native", CHAT)
        told = 0
        while told < 1:
            told += (await answer.content.readline()).startswith(b"event: changed")
        row = (await visit.get("/api/overview"))["endpoints"][0]
        assert row["flag"]["value"] == "native"


async def test_what_was_recorded_is_given_as_text_whatever_it_looks_like(tmp_path):
    path = a_recording(tmp_path / "recordings.db", changed=(b"chat.completion.chunk", b"<script>alert(1)</script>"))
    async with served(path) as visit, visit.ask("GET", "/api/exchanges/1") as answer:
        assert answer.content_type == "application/json"
        assert "<script>alert(1)</script>" in await answer.text()


async def test_the_clock_is_the_one_that_was_given(tmp_path):
    async with served(tmp_path / "recordings.db") as visit:
        assert (await visit.get("/api/health"))["now"] == NOW

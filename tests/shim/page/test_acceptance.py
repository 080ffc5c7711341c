"""A difference is accepted: what that would change is told before, and comes to pass."""

import asyncio

from tests.shim.page.build import CHAT, TODAY, a_recording, flag, golden, judged, served

WRONG = (b'"role":"assistant"', b'"role":"assistent"')
PATH = "exchanges[*].response.sse[*].data.choices[*].delta.role"


def spoilt(path):
    a_recording(path, golden(few=2), changed=WRONG)
    flag(path, "shadow")
    judged(path)
    return path


async def test_what_a_rule_would_change_is_told_and_comes_to_pass(tmp_path):
    path = await asyncio.to_thread(spoilt, tmp_path / "recordings.db")
    async with served(path) as visit:
        (group,) = (await visit.get("/api/groups"))["groups"]
        assert group["holds_back"] == 2
        told = await visit.get(f"/api/accept/effect?path={PATH}&cases={CHAT}")
        assert (told["covers"], told["clean"], told["endpoints"]) == (2, 2, [CHAT])
        assert told["expires"] > TODAY.isoformat()
        rule = {"path": PATH, "cases": CHAT, "reason": "a slip of the tongue", "expires": "2026-12-31"}
        assert (await visit.post("/api/accept", rule))["renewed"] == 2
        assert "a slip of the tongue" in (tmp_path / "accepted.yaml").read_text()
        assert (await visit.get("/api/groups"))["groups"] == []
        parity = (await visit.get("/api/overview"))["endpoints"][0]["parity"]
        assert (parity["levels"], parity["clean"]) == ({"accepted": 2}, 2)
        assert "already" in (await visit.post("/api/accept", rule, 409))["error"]


async def test_a_rule_needs_a_place_a_reason_and_a_day_to_come(tmp_path):
    async with served(tmp_path / "recordings.db") as visit:
        wrong = [
            ({"path": PATH, "reason": "short"}, "reason"),
            ({"path": "a..b", "reason": "long enough"}, "path"),
            ({"path": PATH, "reason": "long enough", "expires": "2020-01-01"}, "expires"),
            ({"path": PATH, "reason": "long enough", "author": "somebody else"}, "author"),
        ]
        for rule, word in wrong:
            assert word in (await visit.post("/api/accept", rule, 400))["error"]
        assert "path" in (await visit.get("/api/accept/effect?path=", 400))["error"]
        assert not (tmp_path / "accepted.yaml").exists()

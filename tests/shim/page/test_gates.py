"""Gates on the page: what is missing is told, an open one is climbed through, and a hold is lifted by hand alone."""

from shim.build import build
from shim.flags.holds import Hold
from shim.flags.ledger import Ledger
from shim.flags.table import Scope, Value
from shim.store.store import Store
from shim.store.verdicts import VerdictRow
from tests.shim.page.build import CHAT, NOW, a_recording, flag, served

OPEN = "steps: [{flag: canary 1%}]\nselfsame: {parity: 0, judged: 1}\n"


def held(path):
    flag(path, "canary 10%", CHAT)
    with Ledger.open(path) as ledger:
        hold = Hold(Scope(CHAT), Value.parse("shadow"), "3 of 3 answers were faults", NOW - 10, build())
        assert ledger.put_down(ledger.table().flags[0], hold, who="roll-back")


async def endpoint(visit):
    return (await visit.get("/api/overview"))["endpoints"][0]


async def test_a_closed_gate_says_what_is_missing_and_nothing_climbs_through_it(tmp_path):
    path = a_recording(tmp_path / "recordings.db")
    flag(path, "shadow", CHAT)
    async with served(path) as visit:
        one = await endpoint(visit)
        assert one["gate"]["next"] == "canary 1%"
        assert one["gate"]["outcome"] != "pass"
        assert any(check["missing"] for check in one["gate"]["checks"])
        assert "closed" in (await visit.post("/api/promote", {"endpoint": CHAT}, 409))["error"]
        told = await visit.get(f"/api/flags/effect?endpoint={CHAT}&value=canary+1%25")
        assert any("gate is not open" in warning for warning in told["warnings"])


async def test_an_open_gate_is_climbed_through(tmp_path):
    path = a_recording(tmp_path / "recordings.db")
    flag(path, "shadow", CHAT)
    (tmp_path / "gates.yaml").write_text(OPEN)
    with Store(path) as store, store.transaction():
        store.verdicts.add(VerdictRow(1, "identical", NOW, subject="legacy"))
    async with served(path) as visit:
        one = await endpoint(visit)
        assert [check for check in one["gate"]["checks"] if check["outcome"] != "pass"] == []
        done = await visit.post("/api/promote", {"endpoint": CHAT})
        assert (done["before"], done["value"]) == ("shadow", "canary 1%")
        assert done["who"].endswith("on the page")


async def test_a_file_of_gates_that_cannot_be_understood_is_told(tmp_path):
    (tmp_path / "gates.yaml").write_text("steps: no\n")
    async with served(a_recording(tmp_path / "recordings.db")) as visit:
        assert "gates" in (await visit.get("/api/overview", 500))["error"]


async def test_a_hold_is_shown_kept_and_lifted(tmp_path):
    path = a_recording(tmp_path / "recordings.db")
    held(path)
    async with served(path) as visit:
        one = await endpoint(visit)
        assert one["hold"]["why"] == "3 of 3 answers were faults"
        await visit.post("/api/promote", {"endpoint": CHAT}, 409)
        told = await visit.get(f"/api/flags/effect?endpoint={CHAT}&value=native")
        assert any("lifts the hold" in warning for warning in told["warnings"])
        await visit.post("/api/holds/lift", {"endpoint": CHAT, "why": "mended"})
        assert (await endpoint(visit))["hold"] is None
        assert "not held" in (await visit.post("/api/holds/lift", {"endpoint": CHAT}, 409))["error"]

import aiohttp
import pytest

from native.credentials.writing import safe
from native.surface.management.auth_files import stamp

LOG_IN = {"type": "claude", "email": "a@example.test", "access_token": "t", "last_refresh": "2026-11-01T00:00:00Z"}
TRICKS = ["../x.json", "/etc/x.json", "a/b.json", "a\\b.json", "..", ".", "a\0.json", "x" * 300 + ".json", " "]


async def listed(owner):
    return {entry["name"]: entry for entry in (await owner.ask("GET", "/auth-files"))[1]["files"]}


async def test_log_ins_are_listed_with_what_is_known_of_them(owning):
    async with owning(log_ins={"b.json": {**LOG_IN, "note": "mine", "priority": 3}, "A.json": LOG_IN}) as owner:
        found = await listed(owner)
        assert list(found) == ["A.json", "b.json"]
        entry = found["b.json"]
        assert (entry["provider"], entry["account"], entry["status"]) == ("claude", "a@example.test", "active")
        assert (entry["note"], entry["priority"], entry["source"]) == ("mine", 3, "file")
        assert entry["size"] == (owner.auth_dir / "b.json").stat().st_size
        assert "t" not in entry.values()


async def test_a_log_in_sent_up_is_there_at_once_and_its_owners_alone(owning):
    async with owning() as owner:
        assert await owner.ask("POST", "/auth-files?name=n.json", LOG_IN) == (200, {"status": "ok"})
        assert owner.log_in("n.json") == {**LOG_IN, "disabled": False}
        assert (owner.auth_dir / "n.json").stat().st_mode & 0o777 == 0o600
        assert (await listed(owner))["n.json"]["last_refresh"] == "2026-11-01T00:00:00Z"
        models = (await owner.ask("GET", "/auth-files/models?name=n.json"))[1]["models"]
        assert any(model["id"].startswith("claude-") for model in models)


async def test_several_are_sent_up_as_a_form(owning):
    async with owning() as owner:
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("file", b'{"type":"claude"}', filename="../one.json")
        form.add_field("file", b"{nope", filename="two.json")
        form.add_field("file", b"{}", filename="three.txt")
        status, said = await owner.ask("POST", "/auth-files", data=form)
        assert (status, said["uploaded"], said["files"]) == (207, 1, ["one.json"])
        assert [f["error"] for f in said["failed"]] == [
            "invalid auth file: invalid character 'n' looking for beginning of object key string",
            "file must be .json",
        ]
        assert not (owner.auth_dir.parent / "one.json").exists()


@pytest.mark.parametrize("name", TRICKS)
async def test_a_name_never_leads_out_of_the_folder(owning, name):
    async with owning() as owner:
        before = sorted(owner.auth_dir.parent.rglob("*"))
        params = {"params": {"name": name}}
        assert (await owner.ask("POST", "/auth-files", LOG_IN, **params))[0] == 400
        assert (await owner.ask("GET", "/auth-files/download", **params))[0] == 400
        assert (await owner.ask("DELETE", "/auth-files", **params))[0] == 400
        assert {p for p in owner.auth_dir.parent.rglob("*") if not p.name.startswith(".")} <= set(before)


async def test_a_link_out_of_the_folder_is_neither_read_nor_written_through(owning, tmp_path):
    async with owning() as owner:
        outside = tmp_path / "outside.json"
        outside.write_text('{"secret": 1}')
        (owner.auth_dir / "l.json").symlink_to(outside)
        assert (await owner.ask("GET", "/auth-files/download?name=l.json"))[0] == 404
        assert (await owner.ask("POST", "/auth-files?name=l.json", LOG_IN))[0] == 200
        assert outside.read_text() == '{"secret": 1}'
        (owner.auth_dir / "m.json").symlink_to(outside)
        assert (await owner.ask("DELETE", "/auth-files?name=m.json"))[0] == 200
        assert outside.exists()


async def test_a_log_in_may_say_nothing_at_all(owning):
    async with owning() as owner:
        assert (await owner.ask("POST", "/auth-files?name=n.json", b"null"))[0] == 200
        assert owner.log_in("n.json") is None
        assert "n.json" not in await listed(owner)


async def test_a_log_in_is_fetched_as_it_is(owning):
    async with owning(log_ins={"c.json": LOG_IN}) as owner:
        assert await owner.ask("GET", "/auth-files/download?name=c.json") == (200, LOG_IN)
        assert await owner.ask("GET", "/auth-files/download?name=z.json") == (404, {"error": "file not found"})


async def test_a_log_in_is_switched_off_and_on(owning):
    async with owning(log_ins={"c.json": LOG_IN}) as owner:
        for off in (True, False):
            body = {"name": "c.json", "disabled": off}
            assert (await owner.ask("PATCH", "/auth-files/status", body))[0] == 200
            assert owner.log_in("c.json") == {**LOG_IN, "disabled": off}
            assert (await listed(owner))["c.json"]["disabled"] is off
        for body, status in (({"name": "z", "disabled": True}, 404), ({"name": "c.json"}, 400), ({}, 400), (7, 400)):
            assert (await owner.ask("PATCH", "/auth-files/status", body))[0] == status


async def test_a_priority_and_a_note_stay(owning):
    async with owning(log_ins={"c.json": LOG_IN}) as owner:
        change = {"name": "c.json", "priority": 4, "note": " n ", "prefix": "p"}
        assert (await owner.ask("PATCH", "/auth-files/fields", change))[0] == 200
        assert owner.log_in("c.json") == {**LOG_IN, "disabled": False, "priority": 4, "note": "n"}
        assert owner.service.pool.credentials["c.json"].prefix == "p"
        assert (await owner.ask("PATCH", "/auth-files/fields", {"name": "c.json"}))[0] == 400


async def test_log_ins_are_removed_by_name_by_names_and_all(owning):
    async with owning(log_ins={f"{n}.json": LOG_IN for n in "abcd"}) as owner:
        assert await owner.ask("DELETE", "/auth-files?name=a.json") == (200, {"status": "ok"})
        assert await owner.ask("DELETE", "/auth-files?name=a.json") == (404, {"error": "auth file not found"})
        status, said = await owner.ask("DELETE", "/auth-files", {"names": ["b.json", "z.json", "b.json"]})
        assert (status, said["deleted"], said["failed"][0]["name"]) == (207, 1, "z.json")
        assert await owner.ask("DELETE", "/auth-files?all=true") == (200, {"status": "ok", "deleted": 2})
        assert await listed(owner) == {}


def test_times_and_names():
    assert stamp(1_760_000_000.25) == "2025-10-09T08:53:20.25Z"
    assert stamp(1_760_000_000) == "2025-10-09T08:53:20Z"
    assert not any(map(safe, TRICKS))


async def test_a_log_in_that_does_not_say_whose_it_is_is_listed(owning):
    async with owning() as owner:
        assert (await owner.ask("POST", "/auth-files?name=t.json", {"a": 1}))[0] == 200
        _, said = await owner.ask("GET", "/auth-files")
        (found,) = [entry for entry in said["files"] if entry["name"] == "t.json"]
        assert (found["type"], found["provider"], found["label"]) == ("unknown", "unknown", "unknown")
        assert "last_refresh" not in found


async def test_who_switched_a_log_in_off_is_told_only_where_its_file_is_not_read_anew(owning):
    async with owning(log_ins={"c.json": LOG_IN}) as owner:
        for said in ("", "disabled via management API"):
            await owner.ask("PATCH", "/auth-files/status", {"name": "c.json", "disabled": True})
            found = (await listed(owner))["c.json"]
            assert (found["status"], found["status_message"]) == ("disabled", said)

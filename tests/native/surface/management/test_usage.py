DETAIL = {"timestamp": "2026-11-01T10:00:00Z", "source": "s", "auth_index": "i", "tokens": {"input_tokens": 2}}
EXPORT = {"version": 1, "usage": {"apis": {"k": {"models": {"m": {"details": [DETAIL, DETAIL]}}}}}}


async def test_what_was_taken_away_is_brought_back_once(owning):
    async with owning() as owner:
        said = {"added": 1, "skipped": 1, "total_requests": 1, "failed_requests": 0}
        assert await owner.ask("POST", "/usage/import", EXPORT) == (200, said)
        _, away = await owner.ask("GET", "/usage/export")
        assert away["usage"]["apis"]["k"]["models"]["m"]["total_tokens"] == 2
        assert (await owner.ask("POST", "/usage/import", away))[1]["skipped"] == 1
        assert (await owner.ask("GET", "/usage"))[1]["usage"] == away["usage"]


async def test_what_is_no_export_changes_nothing(owning):
    async with owning() as owner:
        for body in (b"x", {"usage": 7}, {"version": "1"}, []):
            assert await owner.ask("POST", "/usage/import", body) == (400, {"error": "invalid json"})
        assert (await owner.ask("POST", "/usage/import", {"version": 2}))[1] == {"error": "unsupported version"}

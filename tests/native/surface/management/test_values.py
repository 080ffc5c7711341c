import pytest

from native.surface.management.values import VALUES


@pytest.mark.parametrize(("path", "kind"), [(path, kind) for path, kind, _ in VALUES])
async def test_every_setting_is_changed_in_the_file_and_at_once(owning, path, kind):
    value = {"routing/strategy": "fill-first"}.get(path, {bool: True, int: 3, str: "x"}[type(kind.zero)])
    name = path.rsplit("/", 1)[-1]
    async with owning() as owner:
        assert await owner.ask("PUT", f"/{path}", {"value": value}) == (200, {"status": "ok"})
        assert await owner.ask("GET", f"/{path}") == (200, {name: value})
        found = owner.tree
        for part in path.split("/"):
            found = found[part]
        assert found == value


@pytest.mark.parametrize("body", [b"{nope", b"", {"value": None}, {"value": []}, {"value": "x"}, {}, [], None, 7])
async def test_a_body_of_the_wrong_kind_changes_nothing(owning, body):
    async with owning() as owner:
        before = owner.file.read_bytes()
        for path in ("debug", "request-retry"):
            assert await owner.ask("PATCH", f"/{path}", body) == (400, {"error": "invalid body"})
        assert owner.file.read_bytes() == before


async def test_numbers_have_bounds(owning):
    async with owning() as owner:
        await owner.ask("PUT", "/logs-max-total-size-mb", {"value": -1})
        await owner.ask("PUT", "/error-logs-max-files", {"value": -1})
        assert await owner.ask("GET", "/logs-max-total-size-mb") == (200, {"logs-max-total-size-mb": 0})
        assert await owner.ask("GET", "/error-logs-max-files") == (200, {"error-logs-max-files": 10})
        for value in (True, 1.5, 2**63):
            assert (await owner.ask("PUT", "/request-retry", {"value": value}))[0] == 400


async def test_a_strategy_has_many_spellings_and_no_others(owning):
    async with owning() as owner:
        await owner.ask("PUT", "/routing/strategy", {"value": " FF "})
        assert owner.service.config.routing.fill_first
        assert await owner.ask("PUT", "/routing/strategy", {"value": "z"}) == (400, {"error": "invalid strategy"})


async def test_an_address_is_reset(owning):
    async with owning({"proxy-url": "http://127.0.0.1:1"}) as owner:
        assert (await owner.ask("DELETE", "/proxy-url"))[0] == 200
        assert owner.tree["proxy-url"] == ""
        assert owner.service.config.proxy_url == ""

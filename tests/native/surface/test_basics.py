"""Lists of models in the asker's shape, and the panel's page where there is one."""

import pytest

PAGE = "<!doctype html><title>panel</title>"


@pytest.mark.parametrize(
    ("agent", "keys"),
    [("curl/8", {"object", "data"}), ("claude-cli/2.1 (external)", {"data", "has_more", "first_id", "last_id"})],
)
async def test_models_are_listed_in_the_askers_shape(a, serving, agent, keys):
    async with serving(a.config()) as (client, _), client.get("/v1/models", headers={"User-Agent": agent}) as answer:
        said = await answer.json()
        assert (answer.status, set(said)) == (200, keys)
        assert [model["id"] for model in said["data"]] == ["m"]


async def test_the_panels_page_is_given_without_a_key_and_only_where_it_has_changed(a, serving, tmp_path):
    page = tmp_path / "management.html"
    page.write_text(PAGE, encoding="utf-8")
    async with serving(a.config(), panel=page) as (client, _):
        async with client.get("/management.html", headers={"Authorization": ""}) as answer:
            assert (answer.status, await answer.text()) == (200, PAGE)
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            since = {"If-Modified-Since": answer.headers["Last-Modified"]}
        async with client.get("/management.html", headers=since) as answer:
            assert (answer.status, await answer.text()) == (304, "")


@pytest.mark.parametrize("switched_off", [True, False])
async def test_without_a_page_or_with_the_panel_switched_off_there_is_none(a, serving, tmp_path, switched_off):
    page = tmp_path / "management.html"
    if switched_off:
        page.write_text(PAGE, encoding="utf-8")
    tree = a.config(**{"remote-management": {"disable-control-panel": switched_off}})
    async with serving(tree, panel=page) as (client, _), client.get("/management.html") as answer:
        assert (answer.status, await answer.read()) == (404, b"")

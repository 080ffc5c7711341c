from native import config as configuration
from native.surface.management.desk import HASHES, desk_of, hashed

COMMENTED = "# mine\ndebug: false  # quiet\nremote-management:\n  secret-key: owner\nlater: [1, 2]  # not ours\n"


async def test_a_change_leaves_the_rest_of_the_file(owning):
    async with owning(text=COMMENTED) as owner:
        await owner.ask("PUT", "/debug", {"value": True})
        lines = owner.file.read_text().splitlines()
        assert lines[0] == "# mine"
        assert lines[1].startswith("debug: true")
        assert lines[1].endswith("# quiet")
        assert "later: [1, 2]  # not ours" in lines


async def test_what_somebody_else_wrote_meanwhile_stays(owning):
    async with owning({"debug": False}) as owner:
        await owner.ask("PUT", "/ws-auth", {"value": True})
        owner.file.write_text(owner.file.read_text() + "request-retry: 7\n")
        await owner.ask("PUT", "/debug", {"value": True})
        assert owner.tree["request-retry"] == 7
        assert owner.tree["ws-auth"] is True
        assert owner.service.config.request_retry == 7


async def test_a_file_that_broke_is_neither_changed_nor_put_in_force(owning):
    async with owning({"debug": False}) as owner:
        await owner.ask("GET", "/debug")
        owner.file.write_text("debug: [\n")
        status, said = await owner.ask("PUT", "/debug", {"value": True})
        assert status == 500
        assert "line 2" in said["error"]
        assert owner.file.read_text() == "debug: [\n"
        assert owner.service.config.debug is False


async def test_what_is_put_in_force_elsewhere_is_what_is_shown(owning):
    async with owning({"request-retry": 1}) as owner:
        assert desk_of(owner.service).settings["request-retry"] == 1
        owner.file.write_text(owner.file.read_text().replace("request-retry: 1", "request-retry: 2"))
        owner.service.apply(configuration.load(owner.file))
        assert desk_of(owner.service).settings["request-retry"] == 2


async def test_a_link_to_the_file_is_followed(owning, tmp_path):
    async with owning({"debug": False}) as owner:
        real = tmp_path / "real.yaml"
        owner.file.rename(real)
        owner.file.symlink_to(real)
        await owner.ask("PUT", "/debug", {"value": True})
        assert owner.file.is_symlink()
        assert "debug: true" in real.read_text()


def test_a_hash_is_one_that_the_legacy_knows():
    assert hashed("x" * 100).startswith(HASHES[0] + "10$")


async def test_an_emptied_list_stays_none_until_the_file_says_otherwise(owning):
    async with owning({"api-keys": []}) as owner:
        for _ in range(2):
            await owner.ask("PUT", "/api-keys", b"null")
            owner.clock.time += 10
        # The second time the file stayed as it was, so nobody read it again.
        assert await owner.ask("GET", "/api-keys") == (200, {"api-keys": None})

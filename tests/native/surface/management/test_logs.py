from datetime import datetime

from native.surface.management.logs import age

OLD, NEW = "[2026-11-01 10:00:00] old", "[2026-11-01 11:00:00] new"


def seconds(hour):
    return int(datetime(2026, 11, 1, hour).astimezone().timestamp())


def write(owner, **files):
    folder = owner.file.parent / "logs"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", "-").replace("_", ".")).write_text(text)
    return folder


async def test_logs_are_read_oldest_first_since_a_time_and_to_a_limit(owning):
    async with owning({"logging-to-file": True}) as owner:
        owner.service.logs._main = False  # or what is asked here would be in it
        empty = {"lines": [], "line-count": 0, "latest-timestamp": 0}
        assert await owner.ask("GET", "/logs") == (200, empty)
        write(owner, main_log_1=OLD + "\nmore\n", main_log=NEW + "\n", other_log="no\n")
        said = (await owner.ask("GET", "/logs"))[1]
        assert said == {"lines": [OLD, "more", NEW], "line-count": 3, "latest-timestamp": seconds(11)}
        assert (await owner.ask("GET", "/logs?limit=1"))[1]["lines"] == [NEW]
        assert (await owner.ask("GET", f"/logs?after={seconds(10)}"))[1]["lines"] == [NEW]
        for limit in ("0", "-1", "x"):
            assert (await owner.ask("GET", f"/logs?limit={limit}"))[0] == 400


async def test_logs_are_cleared(owning):
    async with owning({"logging-to-file": True}) as owner:
        owner.service.logs._main = False  # or what is asked here would be in it
        folder = write(owner, main_log_1="a", main_log="b", other_log="c")
        assert (await owner.ask("DELETE", "/logs"))[1]["removed"] == 1
        assert {p.name: p.read_text() for p in folder.iterdir()} == {"main.log": "", "other.log": "c"}


async def test_there_are_no_logs_where_none_are_kept(owning):
    async with owning() as owner:
        for method in ("GET", "DELETE"):
            assert await owner.ask(method, "/logs") == (400, {"error": "logging to file disabled"})


async def test_a_failed_requests_log_is_listed_and_fetched_by_name_and_id(owning):
    async with owning() as owner:
        folder = write(owner, error__chat__abc_log="what went wrong")
        assert (await owner.ask("GET", "/request-error-logs"))[1]["files"][0]["name"] == "error-chat-abc.log"
        for path in ("/request-error-logs/error-chat-abc.log", "/request-log-by-id/abc"):
            assert await owner.ask("GET", path) == (200, b"what went wrong")
        (folder / "error-l.log").symlink_to(owner.file)
        for path in ("/request-error-logs/error-l.log", "/request-log-by-id/l", "/request-error-logs/main.log"):
            assert (await owner.ask("GET", path))[0] == 404
        for path in ("/request-error-logs/..%2Fconfig.yaml", "/request-log-by-id/a%2F..%2Fb"):
            assert (await owner.ask("GET", path))[0] in {400, 404}


def test_the_age_of_a_log_is_in_its_name():
    assert age("main.log") < age("main.log.1") < age("main.log.2")
    assert age("main-2026-11-02T00-00-00.log") < age("main-2026-11-01T00-00-00.log.gz")
    assert age("other.log") is None
    assert age("main-2026-99-01T00-00-00.log") is None

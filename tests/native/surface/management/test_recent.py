import pytest

from native.logs.logs import Entry


def remember(owner, *some):
    for n, (status, provider) in enumerate(some):
        error = "no" if status >= 400 else ""
        owner.service.logs.remember(Entry(f"{n:08x}", 1.5, "POST", "/v1/messages", status, 0.25, provider, "m", error))


async def test_the_newest_requests_of_a_provider_are_listed(owning):
    async with owning() as owner:
        remember(owner, (200, "lab"), (200, "claude"), (500, "lab"))
        status, said = await owner.ask("GET", "/logs/provider/lab")
        assert (status, said["count"], said["provider"]) == (200, 2, "lab")
        assert said["logs"][1] == {
            "requestId": "00000002",
            "timestamp": "1970-01-01T00:00:01.5Z",
            "method": "POST",
            "path": "/v1/messages",
            "status": 500,
            "latencyMs": 250,
            "provider": "lab",
            "model": "m",
            "error": "no",
        }
        assert (await owner.ask("GET", "/logs/provider/lab?limit=1"))[1]["logs"] == said["logs"][1:]


@pytest.mark.parametrize(("wanted", "found"), [("2xx", 1), ("4xx", 2), ("5xx", 1), ("errors", 3), ("all", 4)])
async def test_requests_are_found_by_how_they_ended(owning, wanted, found):
    async with owning() as owner:
        remember(owner, (200, "lab"), (404, "lab"), (429, "lab"), (502, "lab"))
        said = (await owner.ask("GET", f"/logs/status/{wanted}"))[1]
        assert (said["count"], len(said["logs"])) == (found, found)


@pytest.mark.parametrize("path", ["/logs/status/9xx", "/logs/status/4xx?limit=0", "/logs/provider/x?limit=-1"])
async def test_what_makes_no_sense_is_refused(owning, path):
    async with owning() as owner:
        assert (await owner.ask("GET", path))[0] == 400

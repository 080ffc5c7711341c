"""What native tells Prometheus of itself, and to whom."""

import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families

from native.metrics.exposition import Family, written
from native.server import SERVICE

CHAT = "POST /v1/chat/completions"
BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def samples(text):
    """Samples by name and labels."""
    return {
        (s.name, *sorted(s.labels.items())): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }


async def told(client):
    async with client.get("/metrics", headers={"Authorization": ""}) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert "Access-Control-Allow-Origin" not in answer.headers
        return samples(await answer.text())


def value(found, name, **labels):
    return found.get((name, *sorted(labels.items())))


async def chat(client, **more):
    async with client.post("/v1/chat/completions", json={**BODY, **more}) as answer:
        await answer.read()
        return answer.status


async def test_nothing_is_told_where_nobody_asked_for_it(a, serving):
    async with serving(a.config()) as (client, _), client.get("/metrics") as answer:
        assert (answer.status, await answer.text()) == (404, "404 page not found")


@pytest.mark.parametrize("host", ["evil.example:8317", "localhost.evil.example", ""])
async def test_a_name_that_was_pointed_at_this_machine_is_told_nothing(a, serving, host):
    async with serving(a.config(), metrics=True) as (client, _):
        async with client.get("/metrics", headers={"Host": host}) as answer:
            assert (answer.status, await answer.text()) == (404, "404 page not found")
        for name in ("localhost", "[::1]", "[::1]:8317", "127.0.0.1:8317"):
            async with client.get("/metrics", headers={"Host": name}) as answer:
                assert answer.status == 200


async def test_who_is_on_another_machine_is_told_nothing(a, serving, monkeypatch):
    async with serving(a.config(), metrics=True) as (client, _):
        monkeypatch.setattr("native.metrics.PEERS", frozenset({"192.0.2.1"}))  # this machine's is another one then
        async with client.get("/metrics") as answer:
            assert answer.status == 404


async def test_a_credential_that_rests_is_told_with_the_seconds_until_it_is_back(a, serving):
    clock = a.StandingClock()

    def script(request):
        used_up = dict(request.headers)["Authorization"] == "Bearer spent-key"
        return a.Answer([b"{}"], 429, [("Retry-After", "90")]) if used_up else a.chat()

    async with serving(a.config(["spent-key", "k2"]), script, clock=clock, metrics=True) as (client, _):
        before = await told(client)
        assert value(before, "native_credentials", provider="lab", state="ready") == 2
        for _ in range(2):
            assert await chat(client) == 200
        clock.time += 0.25
        found = await told(client)
        assert value(found, "native_credentials", provider="lab", state="ready") == 1
        assert value(found, "native_credentials", provider="lab", state="cooling") == 1
        ((name, *labels),) = (key for key in found if key[0] == "native_cooldown_seconds")
        assert {k: v for k, v in labels if k != "credential"} == {"provider": "lab", "model": "m", "reason": "quota"}
        assert len(dict(labels)["credential"]) == 16
        assert 0 < found[name, *labels] <= 90
        assert not any("spent-key" in str(key) for key in found)
        clock.time += 91
        after = await told(client)
        assert value(after, "native_credentials", provider="lab", state="cooling") == 0
        assert not any(key[0] == "native_cooldown_seconds" for key in after)
        assert value(after, "native_uptime_seconds") == pytest.approx(91.25)


async def test_a_credential_that_is_switched_off_is_told_as_such(a, serving):
    async with serving(a.config(), metrics=True) as (client, _):
        for credential in client.app[SERVICE].pool.credentials.values():
            credential.disabled = True
        assert value(await told(client), "native_credentials", provider="lab", state="disabled") == 1


async def test_requests_are_counted_by_endpoint_and_status_with_what_they_took(a, serving):
    async with serving(a.config(), metrics=True) as (client, _):
        assert await chat(client) == 200
        assert await chat(client, model="nobody's") >= 400
        for path in ("/made/up", "/made/up/too"):
            async with client.get(path) as answer:
                assert answer.status == 404
        found = await told(client)
        assert value(found, "native_requests_total", endpoint=CHAT, code="2xx") == 1
        assert value(found, "native_failures_total", endpoint=CHAT) == 1
        assert value(found, "native_requests_total", endpoint="other", code="4xx") == 2
        assert value(found, "native_request_duration_seconds_count", endpoint=CHAT) == 2
        assert value(found, "native_request_duration_seconds_bucket", endpoint=CHAT, le="+Inf") == 2
        assert not any("/metrics" in str(key) for key in found)


async def test_a_stream_that_breaks_is_a_failure_though_its_status_was_good(a, serving):
    def script(_):
        begun = a.stream("Hel")
        return a.Answer(begun.chunks[:1], broken="reset")

    async with serving(a.config(), script, metrics=True) as (client, _):
        assert await chat(client, stream=True) == 200
        found = await told(client)
        assert value(found, "native_requests_total", endpoint=CHAT, code="2xx") == 1
        assert value(found, "native_failures_total", endpoint=CHAT) == 1


async def test_a_client_that_left_is_counted_without_a_status(a, serving):
    begun = asyncio.Event()

    class Silent(a.Answer):
        async def _pieces(self):
            begun.set()
            await asyncio.Event().wait()
            yield b""

    async with serving(a.config(), lambda _: Silent([]), metrics=True) as (client, _), asyncio.timeout(10):
        asking = asyncio.create_task(chat(client))
        await begun.wait()
        asking.cancel()
        while value(await told(client), "native_requests_total", endpoint=CHAT, code="none") != 1:
            pass  # the server has not heard of it yet


def test_a_label_never_breaks_a_line():
    family = Family("native_x", "gauge", "One")
    family.add(1.5, ("model", 'a"b\\c\nd\ud800'))
    text = written([family]).decode()
    assert text.count("\n") == 3
    assert samples(text) == {("native_x", ("model", 'a"b\\c\nd?')): 1.5}

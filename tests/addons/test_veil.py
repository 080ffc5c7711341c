"""Clients of the management API see the user's configuration, and what they write is there before the answer."""

import json

import pytest
import yaml

from addons.veil import Veil
from shim.run.disguise import Disguise
from shim.run.mirror import Copy, Mirror
from shim.run.settings import Copied

TEXT = "port: 8317\nhost: ''\nproxy-url: http://work:1\nclaude-api-key:\n- api-key: k\n  proxy-url: direct\n"


@pytest.fixture
def told(tmp_path):
    """The settings of a front that keeps a configuration, and where its copy lies."""
    config, copy = tmp_path / "config.yaml", tmp_path / "copy.yaml"
    config.write_text(TEXT)
    disguise = Disguise("legacy", 18317, 18318)
    copy.write_text(disguise.put_on(TEXT))
    settings = {"config": str(config), "copies": (Copied(str(copy), "legacy", 18317),), "tap_port": 18318, "tap": -1}
    return settings, config, copy, disguise


def body_of(answer):
    return answer.partition(b"\r\n\r\n")[2]


async def test_what_is_read_says_what_the_user_says(rig, told):
    settings, _, copy, disguise = told
    tree = yaml.safe_load(copy.read_text())
    legacy = await rig.origin(rig.whole(json.dumps(tree).encode()))
    front = await rig.front(legacy.port, settings=settings)
    answer = await rig.ask(front.port, "/v0/management/config", method="GET")
    assert json.loads(body_of(answer)) == yaml.safe_load(TEXT)
    assert f"Content-Length: {len(body_of(answer))}".encode() in answer
    assert disguise.proxy("direct").encode() not in answer
    assert (await front.ended())[0].response.body == body_of(answer)


@pytest.mark.parametrize("path", ["/v0/management/proxy-url", "/v0/management/claude-api-key"])
async def test_parts_of_it_say_so_too(rig, told, path):
    settings, _, _, disguise = told
    legacy = await rig.origin(rig.whole(json.dumps({"proxy-url": disguise.proxy("direct")}).encode()))
    front = await rig.front(legacy.port, settings=settings)
    assert json.loads(body_of(await rig.ask(front.port, path, method="GET"))) == {"proxy-url": "direct"}


async def test_the_file_itself_is_shown_as_the_user_has_it(rig, told):
    settings, _, copy, _ = told
    legacy = await rig.origin(rig.whole(copy.read_bytes()))
    front = await rig.front(legacy.port, settings=settings)
    assert body_of(await rig.ask(front.port, "/v0/management/config.yaml", method="GET")) == TEXT.encode()


async def test_what_a_client_writes_is_in_the_users_file_before_the_answer(rig, told):
    settings, config, copy, _ = told

    async def write(_, writer):
        copy.write_text(copy.read_text() + "debug: true\n")
        writer.write(rig.whole(b"{}"))

    legacy = await rig.origin(write)
    front = await rig.front(legacy.port, settings=settings)
    await rig.ask(front.port, "/v0/management/debug", b"{}", method="PUT")
    assert config.read_text() == TEXT + "debug: true\n"


async def test_other_answers_are_not_held_back_or_changed(rig, told):
    settings, _, _, disguise = told
    said = rig.whole(disguise.proxy("direct").encode())
    legacy = await rig.origin(said)
    front = await rig.front(legacy.port, settings=settings)
    for path in ("/v1/models", "/v0/management/logs"):
        assert await rig.ask(front.port, path, method="GET") == said


def test_only_the_disguise_is_lifted(tmp_path):
    user = tmp_path / "config.yaml"
    user.write_text("port: 5\nhost: 0.0.0.0\n")
    disguise = Disguise("legacy", 18317, 18318)
    mirror = Mirror(user, [Copy(tmp_path / "c", disguise)])
    mirror.begin()
    veil = Veil(mirror, [disguise], 5)
    said = b'{"port":18317,"host":"127.0.0.1","other":18317,"proxy-url":"socks5://me:tap@127.0.0.1:9"}'
    wanted = b'{"port":5,"host":"0.0.0.0","other":18317,"proxy-url":"socks5://me:tap@127.0.0.1:9"}'
    assert veil.lift(said, "/v0/management/config") == wanted

"""A disguise changes what it must, and comes off without a trace."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shim.run.disguise import Caller, Disguise, host_of, port_of

DISGUISE = Disguise("legacy", 18317, 18318)

TEXTS = {
    "plain": "port: 8317\nhost: ''\nproxy-url: \"\"\napi-keys:\n- a\n",
    "comments": (
        "# mine\nport: 9 # the port\n\nhost:   \"0.0.0.0\"   # all\nproxy-url: 'http://u:p%40@proxy:3128/'  # work\n"
    ),
    "nothing of it": "api-keys:\n  - a\n",
    "keys with proxies": (
        "port: 1\nclaude-api-key:\n- api-key: k\n  proxy-url: socks5://u:p@h:1\n- proxy-url: direct\n  api-key: 2\n"
        "- api-key: 3\n  proxy-url: ''\n"
    ),
    "nested deeper": (
        "port: 1\nopenai-compatibility:\n  - name: x\n"
        "    api-key-entries:\n      - api-key: a\n        proxy-url: http://h\n"
    ),
    "tls": "tls:\n  enable: true # on\n  cert: c.pem\n  key: k.pem\nport: 5\n",
    "tls off": "tls:\n  enable: false\nport: 5\n",
    "another enable": "pprof:\n  enable: true\nport: 5\n",
    "windows": "port: 5\r\nhost: x\r\nproxy-url: http://h:1\r\n",
    "quoted keys": '"port": 5\n"proxy-url": "http://h:1"\n',
    "empty": "",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_taken_off_nothing_of_it_is_left(text):
    assert DISGUISE.take_off(DISGUISE.put_on(text), text) == text


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_put_on_it_says_what_the_process_is_to_hear_and_else_what_the_user_says(text):
    before, after = (yaml.safe_load(each) or {} for each in (text, DISGUISE.put_on(text)))
    assert (after["port"], after["host"]) == (18317, "127.0.0.1")
    assert DISGUISE.original(after["proxy-url"]) == (before.get("proxy-url") or "")
    assert not (after.get("tls") or {}).get("enable")
    ours = ("port", "host", "proxy-url", "tls")
    rest = {key: value for key, value in after.items() if key not in ours}
    for entries in (rest.get("claude-api-key"), *(c["api-key-entries"] for c in rest.get("openai-compatibility", []))):
        for entry in entries or []:
            if entry.get("proxy-url"):
                entry["proxy-url"] = DISGUISE.original(entry["proxy-url"])
    assert rest == {key: value for key, value in before.items() if key not in ours}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_put_on_twice_is_put_on_once(text):
    once = DISGUISE.put_on(text)
    assert DISGUISE.put_on(once) == once


def test_json_is_a_configuration_too():
    text = '{"port": 5, "api-keys": ["x"], "proxy-url": "http://h:1"}'
    after = yaml.safe_load(DISGUISE.put_on(text))
    assert after["port"] == 18317
    assert DISGUISE.original(after["proxy-url"]) == "http://h:1"
    assert yaml.safe_load(DISGUISE.take_off(DISGUISE.put_on(text), text)) == yaml.safe_load(text)


def test_what_the_process_changes_comes_through():
    user = "port: 8317\nproxy-url: ''\ndebug: false\n"
    changed = DISGUISE.put_on(user).replace("debug: false", "debug: true")
    changed = changed.replace(DISGUISE.proxy(""), "http://new:1").replace("18317", "4000")
    assert DISGUISE.take_off(changed, user) == "port: 4000\nproxy-url: http://new:1\ndebug: true\n"


def test_a_field_that_the_process_took_away_stays_away():
    user = "port: 8317\nproxy-url: http://h:1\n"
    left = "".join(line for line in DISGUISE.put_on(user).splitlines(keepends=True) if "proxy-url" not in line)
    assert DISGUISE.take_off(left, user) == "port: 8317\n"


def test_without_a_tap_proxies_stay_as_they_are():
    text = "port: 1\nproxy-url: http://h:1\nclaude-api-key:\n- proxy-url: direct\n"
    after = yaml.safe_load(Disguise("legacy", 2, None).put_on(text))
    assert after == {
        "port": 2,
        "proxy-url": "http://h:1",
        "claude-api-key": [{"proxy-url": "direct"}],
        "host": "127.0.0.1",
    }


def test_one_disguise_does_not_take_off_another():
    native = Disguise("native", 18319, 18318)
    assert DISGUISE.original(native.proxy("http://h:1")) is None
    assert native.original(native.proxy("http://h:1")) == "http://h:1"
    assert DISGUISE.original("socks5://somebody:tap@127.0.0.1:18318") is None
    assert DISGUISE.original("socks5://legacy:tap@127.0.0.1:notaport") is None


@given(st.sampled_from(["legacy", "native"]), st.text())
def test_a_callers_name_carries_its_proxy(who, proxy):
    if not proxy.isprintable():
        return
    assert Caller.named(Caller(who, proxy).name) == Caller(who, proxy)


@given(st.text())
def test_any_name_is_somebodys(name):
    assert Caller.named(name).who in ("legacy", "native")


@given(st.text(alphabet="port: 18host\n'\"#-{}proxy-url tlsenable", max_size=200))
def test_no_text_is_too_odd(text):
    DISGUISE.take_off(DISGUISE.put_on(text), text)


def test_the_port_and_host_are_read_as_the_binary_reads_them():
    assert (port_of("port: 5 # x\n"), port_of("port: '6'\n"), port_of("")) == (5, 6, 8317)
    assert (host_of("host: ''\n"), host_of('host: "0.0.0.0"\n'), host_of("")) == ("", "0.0.0.0", "")

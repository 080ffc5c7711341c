"""A recorded state made fit for a second instance: it calls nobody, and has the credentials whose turn it was."""

from shim.exchange import Exchange, Interaction, Request, Response
from shim.lanes.state import background_of, led_home, narrowed, playable
from shim.store.records import Record, Stray
from shim.store.snapshots import Snapshot
from shim.store.store import Store

CONFIG = {
    "port": 8317,
    "proxy-url": "http://user:pass@proxy.test:3128",
    "tls": {"enable": True, "cert": "c.pem"},
    "pprof": {"enable": True, "addr": "127.0.0.1:8316"},
    "claude-api-key": [{"api-key": "sk-ant-first", "proxy-url": "direct"}, {"api-key": "sk-ant-second"}],
    "openai-compatibility": [
        {"name": "lab", "base-url": "https://lab.test", "api-key-entries": [{"api-key": "sk-lab-1"}]},
        {
            "name": "two",
            "base-url": "https://two.test",
            "api-key-entries": [{"api-key": "sk-a-11"}, {"api-key": "sk-b-22"}],
        },
    ],
    "payload": {"default": [{"params": {"proxy_url": "kept out too"}}]},
}
FILES = {
    "claude-a.json": {"access_token": "tok-aaaaaa", "proxy_url": "socks5://x"},
    "codex-b.json": {"token": "tok-bbbbbb"},
}


def a_call(secret, url="https://up.test/v1"):
    return Request("POST", url, (("Authorization", f"Bearer {secret}"),))


def test_every_proxy_leads_to_the_one_that_plays_the_providers():
    config = led_home(CONFIG)
    assert config["proxy-url"] == "$SOCKS"
    assert "proxy-url" not in config["claude-api-key"][0]
    assert "proxy_url" not in config["payload"]["default"][0]["params"]
    assert (config["tls"]["enable"], config["pprof"]["enable"]) == (False, False)
    assert config["tls"]["cert"] == "c.pem"


def test_only_the_credentials_that_made_the_calls_are_there():
    config, files = narrowed(CONFIG, FILES, [a_call("sk-ant-second")])
    assert config["claude-api-key"] == [{"api-key": "sk-ant-second"}]
    assert config["openai-compatibility"] == []
    assert files == {}


def test_of_an_entry_with_several_keys_the_used_one_stays_with_all_else_it_says():
    config, _ = narrowed(CONFIG, FILES, [a_call("sk-b-22")])
    (entry,) = config["openai-compatibility"]
    assert (entry["name"], entry["api-key-entries"]) == ("two", [{"api-key": "sk-b-22"}])


def test_a_failover_keeps_both_and_a_key_may_stand_in_the_address():
    config, files = narrowed(CONFIG, FILES, [a_call("tok-bbbbbb"), a_call("", "https://up.test/v1?key=sk-ant-first")])
    assert [entry["api-key"] for entry in config["claude-api-key"]] == ["sk-ant-first"]
    assert list(files) == ["codex-b.json"]


def test_where_nothing_tells_whose_turn_it_was_all_stay():
    assert narrowed(CONFIG, FILES, [a_call("tok-renewed-meanwhile")]) == (CONFIG, FILES)
    assert narrowed(CONFIG, FILES, []) == (CONFIG, FILES)


def test_of_calls_on_a_providers_own_account_the_last_of_each_is_played(tmp_path):
    url = "https://daily-cloudcode-pa.googleapis.com/v1internal:fetchAvailableModels"
    calls = [Interaction(Request("POST", url), Response(200, (), (body,))) for body in (b"1", b"2")]
    others = [Interaction(Request("GET", "https://else.test/"), Response(200)), Interaction(Request("POST", url), None)]
    with Store(tmp_path / "recordings.db") as store:
        with store.transaction():
            for n, call in enumerate([*calls, *others]):
                store.exchanges.add_stray(Stray(call, float(n), 0.0))
        assert background_of(store) == (calls[1],)
        assert [stray.began for stray in store.exchanges.strays(newest=2)] == [2.0, 3.0]


def test_a_live_exchange_is_a_case_of_one_run_played_at_once():
    call = Interaction(a_call("sk-ant-second"), Response(200))
    one = Exchange(Request("POST", "/v1/messages"), Response(200), (call,), pause=3.0, after=2.0, id="7")
    record = Record(one, endpoint="POST /v1/messages", snapshot=Snapshot(CONFIG, FILES))
    case = playable(record)
    (played,) = case.runs[0].exchanges
    assert (case.full_name, played.pause, played.after) == ("live/POST /v1/messages/7", 0.0, 0.0)
    assert case.config["auth-dir"] == "$WORK/auth"
    assert case.config["claude-api-key"] == [{"api-key": "sk-ant-second"}]

import multiprocessing
import stat

import pytest

from native import configfile
from native.configfile import ConfigFileError, merge, parsed, plain, written

FILE = """\
# who may ask
api-keys:
  - "one"  # mine
  - two
debug: false # quiet

unknown-key: {a: 1}
claude-api-key:
  # the first
  - api-key: k1
    note: unknown
  - api-key: k2
    base-url: ""
"""


def merged(text, tree):
    document = parsed(text)
    merge(document, tree)
    return written(document)


def test_a_change_leaves_comments_order_and_unknown_keys():
    text = merged(FILE, {"debug": True})
    assert text == FILE.replace("debug: false", "debug: true ")  # a comment keeps its column


def test_a_value_that_stays_keeps_its_quotes():
    assert '- "one"  # mine' in merged(FILE, {"api-keys": ["one", "three"]})


def test_an_entry_that_stays_keeps_its_comment_when_another_goes():
    text = merged(FILE, {"api-keys": ["two", "one"]})
    assert plain(parsed(text))["api-keys"] == ["two", "one"]
    assert '- "one"  # mine' in text


def test_a_new_key_appears_only_where_it_says_something():
    tree = {"request-retry": 0, "routing": {"strategy": "round-robin"}, "error-logs-max-files": 10, "ws-auth": True}
    assert plain(parsed(merged("debug: false\n", tree))) == {"debug": False, "ws-auth": True}


def test_a_key_that_is_there_takes_a_zero_too():
    assert plain(parsed(merged("request-retry: 3\nname: x\n", {"request-retry": 0}))) == {
        "request-retry": 0,
        "name": "x",
    }


def test_a_new_entry_in_a_list_that_is_there_is_whole():
    tree = {"claude-api-key": [{"api-key": "k3", "base-url": "", "models": []}]}
    assert plain(parsed(merged(FILE, tree)))["claude-api-key"] == tree["claude-api-key"]


def test_an_entry_loses_what_its_kind_does_not_know():
    tree = {"claude-api-key": [{"api-key": "k1", "base-url": ""}, {"api-key": "k2", "base-url": "x"}]}
    found = plain(parsed(merged(FILE, tree)))["claude-api-key"]
    assert found == [{"api-key": "k1"}, {"api-key": "k2", "base-url": "x"}]


def test_a_list_that_is_emptied_stays_as_a_mark():
    assert "claude-api-key: []" in merged(FILE, {"claude-api-key": []})
    assert plain(parsed(merged("claude-api-key:\n", {"claude-api-key": []}))) == {"claude-api-key": None}


def test_channels_that_are_gone_are_gone_from_the_file():
    text = "oauth-excluded-models:\n  claude: [a]\n  codex: [b]\noauth-model-alias:\n  kiro: []\n"
    assert plain(parsed(merged(text, {"oauth-excluded-models": {"codex": ["b"]}}))) == {
        "oauth-excluded-models": {"codex": ["b"]},
        "oauth-model-alias": {},
    }
    assert "oauth-excluded-models" not in plain(parsed(merged(text, {})))


def test_keys_of_older_versions_go():
    text = "auth: {}\ngenerative-language-api-key: [x]\nopenai-compatibility:\n  - name: a\n    api-keys: [k]\n"
    assert plain(parsed(merged(text, {}))) == {"openai-compatibility": [{"name": "a"}]}


@pytest.mark.parametrize("text", ["a: [1\nb: 2\n", "- a\n", "", "a: 1\na: 2\n"])
def test_what_is_no_configuration_is_refused(text):
    with pytest.raises(ConfigFileError):
        parsed(text)


def test_a_broken_file_is_told_by_line_and_column():
    with pytest.raises(ConfigFileError, match=r"line 3, column 1: "):
        parsed("a: 1\nb: [\n")


def test_a_file_is_its_owners_alone_and_replaced_as_a_whole(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("old")
    configfile.replace(file, b"new")
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["config.yaml"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("old")
    with pytest.raises(TypeError):
        configfile.replace(file, "no bytes")  # type: ignore[arg-type]
    assert file.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_heading_stays_when_the_section_above_it_is_emptied():
    text = "a-list:\n  - name: x\n\n# the next section\nnext: 1\n# more\nlast: 2\n"
    found, tree = configfile.edited(text, {"a-list": [], "next": 1, "last": 2})
    assert found == "a-list: []\n\n# the next section\nnext: 1\n# more\nlast: 2\n"
    assert tree == {"a-list": [], "next": 1, "last": 2}


def _count_up(file, name, times):
    for _ in range(times):
        with configfile.locked(file):
            document = parsed(file.read_text())
            document[name] += 1
            configfile.replace(file, written(document).encode())


def test_two_writers_lose_no_change_of_each_other(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("both: 0\n# kept\na: 0\n")
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_count_up, args=(file, "both", 40)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert file.read_text() == "both: 80\n# kept\na: 0\n"


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 9999,
        "a: " + "{b: " * 9999,
        "- " * 9999,
        "a: 2001-99-99",
        "".join(" " * n + "a:\n" for n in range(800)),
    ],
)
def test_what_would_break_the_reader_is_refused(text):
    with pytest.raises(ConfigFileError):
        parsed(text)


@pytest.mark.parametrize(
    "text", ["", "y", "No", "true", "~", "7", "1_000", "1.5e3", ".inf", "0x1F", "12:30", "2026-01-02"]
)
def test_a_text_that_looks_like_something_else_is_written_as_the_legacy_writes_it(text):
    document = parsed("a: x\nb: [k]\n")
    merge(document, {"a": text, "b": [text, "plain"]})
    assert f'a: "{text}"' in written(document)
    assert plain(parsed(written(document))) == {"a": text, "b": [text, "plain"]}


@pytest.mark.parametrize("text", ["yard", "-1a", "1.2.3.4", "https://x.example.test:80", "sk-1", "a b"])
def test_a_text_that_is_one_stands_without_quotes(text):
    document = parsed("a: x\n")
    merge(document, {"a": text})
    assert written(document) == f"a: {text}\n"

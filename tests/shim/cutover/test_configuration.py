"""A key of the configuration counts as read where native asks for it, and nowhere else."""

import pytest

from shim.cutover.configuration import of_configuration
from shim.cutover.obstacles import Kind


@pytest.fixture
def found(tmp_path):
    def look(text, **more):
        (tmp_path / "config.yaml").write_text(text)
        return list(of_configuration(tmp_path / "config.yaml", **more))

    return look


def test_what_native_reads_stands_in_nobodys_way(found):
    assert not found("""
port: 8317
api-keys: [a]
claude-api-key:
  - {api-key: k, models: [{name: a, alias: b}], headers: {X-Mine: 1}, cloak: {mode: auto}}
oauth-model-alias: {claude: [{name: a, alias: b}]}
payload: {default: [{models: [{name: x}], params: {a.b: 1}}]}
""")


def test_what_it_does_not_read_is_named_by_its_path(found):
    text = "pprof: {enable: true}\nclaude-api-key:\n  - {api-key: k}\n  - {api-key: l, colour: red}\n"
    assert [(one.kind, one.name) for one in found(text)] == [
        (Kind.CONFIGURATION, "pprof"),
        (Kind.CONFIGURATION, "claude-api-key[1].colour"),
    ]


@pytest.mark.parametrize("text", ["a: [", "- a", "port: {}"])
def test_what_cannot_be_read_cannot_be_told(found, text):
    assert [one.kind for one in found(text)] == [Kind.UNDECIDED]


def test_a_configuration_that_nobody_named_cannot_be_told():
    assert [one.kind for one in of_configuration(None)] == [Kind.UNDECIDED]


def test_a_proxy_that_is_the_tap_ends_with_the_cut_over(found):
    text = "proxy-url: socks5://127.0.0.1:18318\n"
    assert [one.name for one in found(text, attached=True)] == ["proxy-url"]
    assert not found(text)

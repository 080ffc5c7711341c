"""A file of flags is understood whole or not at all."""

import pytest

from shim.flags.sheet import SheetError, read_sheet
from shim.flags.table import Scope, Value


def a_sheet(tmp_path, text):
    path = tmp_path / "flags.yaml"
    path.write_text(text)
    return path


def test_flags_are_read_with_their_narrowings(tmp_path):
    text = """
        POST /v1/messages: canary 5%
        "*": shadow
        POST /v1/chat/completions:
          - {model: "gpt-5*", stream: yes, provider: codex, flag: native}
          - legacy
    """
    chat = "POST /v1/chat/completions"
    assert read_sheet(a_sheet(tmp_path, text)) == [
        (Scope("POST /v1/messages"), Value.parse("canary 5%")),
        (Scope("*"), Value.parse("shadow")),
        (Scope(chat, "codex", "yes", "gpt-5*"), Value.parse("native")),
        (Scope(chat), Value.parse("legacy")),
    ]


def test_an_empty_file_has_no_flags(tmp_path):
    assert read_sheet(a_sheet(tmp_path, "")) == []


@pytest.mark.parametrize(
    "text", ["- a", "a: b: c", "x: nativ", "x: {flag: native, when: noon}", "x: [{model: m}]", "x: 5"]
)
def test_what_cannot_be_understood_is_refused_with_the_file_named(tmp_path, text):
    with pytest.raises(SheetError, match=r"flags\.yaml"):
        read_sheet(a_sheet(tmp_path, text))

import hashlib
from importlib.resources import files

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from native import tokens

MIXED = "日本語 🚀 é isn't WE'LL 12345 1,234.5 \t\ttabs  \r\n\r\n CamelCase HTTPServer /a//b !!! <|endoftext|>"


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("o200k_base", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"),
        ("cl100k_base", "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"),
    ],
)
def test_the_vocabularies_are_those_that_openai_publishes(name, digest):
    packed = files("native").joinpath(f"data/{name}.tiktoken.zst").read_bytes()
    assert hashlib.sha256(zstandard.decompress(packed)).hexdigest() == digest


@pytest.mark.parametrize(
    ("model", "said", "count"),
    [
        ("gpt-4o", "hello world", 2),
        ("gpt-4", "hello world", 2),
        ("gpt-4o", "お誕生日おめでとう", 8),
        ("gpt-4", "お誕生日おめでとう", 9),
        ("gpt-5", "antidisestablishmentarianism", 6),
        ("gpt-4", "2 + 2 = 4", 7),
        ("lab-large", "<|endoftext|>", 7),
        ("o3", "", 0),
    ],
)
def test_texts_are_counted_as_openai_does(model, said, count):
    assert tokens.of_text(model, said) == count


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("", tokens.CL100K),
        (" GPT-4-turbo ", tokens.CL100K),
        ("gpt-4.1-mini", tokens.O200K),
        ("gpt-3.5-turbo", tokens.CL100K),
        ("o4-mini", tokens.O200K),
        ("qwen3-coder", tokens.O200K),
    ],
)
def test_a_models_name_says_how_it_is_counted(model, encoding):
    same = {tokens.CL100K: "gpt-4", tokens.O200K: "gpt-4o"}[encoding]
    other = {tokens.CL100K: "gpt-4o", tokens.O200K: "gpt-4"}[encoding]
    assert tokens.of_text(model, MIXED) == tokens.of_text(same, MIXED) != tokens.of_text(other, MIXED)


@pytest.mark.parametrize("model", ["claude-opus-4-6", "my-Claude", "kiro-x", "amazonq-x"])
def test_claude_is_estimated_a_tenth_above(model):
    assert tokens.of_text(model, MIXED) == int(tokens.of_text("gpt-4", MIXED) * 1.1)


def test_codex_counts_what_it_does_not_know_as_gpt_4():
    body = {"input": [{"type": "message", "content": [{"text": MIXED}]}]}
    assert tokens.of_codex("o3", body) == tokens.of_codex("", body) == tokens.of_text("gpt-4", MIXED)
    assert tokens.of_codex("gpt-5-codex", body) == tokens.of_text("gpt-4o", MIXED)


def test_whole_requests_are_counted():
    assert tokens.of_chat("lab", {"messages": [{"role": "user", "content": "Say hello."}]}) == 5
    assert tokens.of_codex("gpt-5", {"input": [{"type": "message", "content": [{"text": "Say hello."}]}]}) == 3
    image = {"type": "image", "source": {}}
    assert tokens.of_claude("claude", {"messages": [{"role": "user", "content": [image]}]}) == 1001
    assert tokens.of_chat("lab", {}) == 0


@pytest.mark.parametrize("blank", [" ", "\t", "\n"])
def test_a_million_blanks_are_counted(blank):
    assert 0 < tokens.of_text("gpt-4o", "a" + blank * 1_000_000 + "b") < 100_000


@given(st.text(max_size=60))
def test_any_text_is_counted_and_its_bytes_are_the_most_it_has(said):
    for model in ("gpt-4", "gpt-4o"):
        assert 0 <= tokens.of_text(model, said) <= len(said.encode(errors="replace"))

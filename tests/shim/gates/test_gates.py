"""The gates' figures: from a file, from the defaults, and refused where they make no sense."""

from pathlib import Path

import pytest
import yaml

from shim.flags.table import Value
from shim.gates.gates import SHADOW, Gates, GatesError
from shim.gates.setting import GATES

CANARY, NATIVE, LEGACY = Value.parse("canary 10%"), Value.parse("native"), Value.parse("legacy")


def a_file(tmp_path, text):
    path = tmp_path / GATES
    path.write_text(text)
    return path


def test_with_no_file_there_are_defaults_that_lead_up():
    steps = Gates.read(None).steps
    assert [step.flag for step in steps] == ["canary 1%", "canary 10%", "canary 50%", "native"]
    assert [step.parity for step in steps] == sorted(step.parity for step in steps)
    assert [step.judged for step in steps] == sorted(step.judged for step in steps)
    assert all(step.errors == 0 for step in steps)


def test_a_file_beside_the_recording_is_found_and_one_that_is_named_goes_before_it(tmp_path):
    a_file(tmp_path, "breach: {errors: 7}")
    named = tmp_path / "mine.yaml"
    named.write_text("breach: {errors: 9}")
    assert Gates.read(None, beside=tmp_path).breach.errors == 7
    assert Gates.read(named, beside=tmp_path).breach.errors == 9
    assert Gates.read(None, beside=tmp_path / "elsewhere").breach.errors == 3


def test_what_a_file_leaves_out_is_as_by_default(tmp_path):
    found = Gates.read(a_file(tmp_path, "steps: [{flag: native, judged: 5, soak: 90m}]"))
    assert (found.steps[0].soak, found.steps[0].errors, found.breach) == (5400, 0, Gates().breach)
    assert Gates.read(a_file(tmp_path, "")) == Gates()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("steps: [{flag: native}, {flag: canary 5%}]", "steps lead up"),
        ("steps: [{flag: shadow}]", "a gate leads to"),
        ("steps: [{flag: canary}]", "canary needs its share"),
        ("steps: [{flag: native, parity: 101}]", r"steps\.0\.parity"),
        ("steps: [{flag: native, soak: soon}]", "no span of time"),
        ("breach: {erors: 3}", r"breach\.erors"),
        ("[1, 2]", "valid dictionary"),
        ("a: [", "not YAML"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_with_the_place(tmp_path, text, says):
    with pytest.raises(GatesError, match=says):
        Gates.read(a_file(tmp_path, text))


@pytest.mark.parametrize(
    ("value", "above", "below"),
    [
        ("legacy", None, "legacy"),
        ("shadow", "canary 1%", "legacy"),
        ("canary 0.5%", "canary 1%", "shadow"),
        ("canary 1%", "canary 10%", "shadow"),
        ("canary 5%", "canary 10%", "canary 1%"),
        ("canary 10%", "canary 50%", "canary 1%"),
        ("canary 100%", "native", "canary 50%"),
        ("native", None, "canary 50%"),
    ],
)
def test_what_is_above_and_below_each_flag(value, above, below):
    found = Gates().above(Value.parse(value), "turns")
    assert (found.flag if found else None, str(Gates().below(Value.parse(value)))) == (above, below)


def test_a_family_may_ask_for_other_figures(tmp_path):
    gates = Gates.read(a_file(tmp_path, "families: {models: {judged: 7, latency: false}}"))
    step = gates.above(CANARY, "models")
    assert (step.judged, step.latency, step.soak) == (7, None, Gates().steps[2].soak)
    assert gates.above(CANARY, "turns") == Gates().steps[2]
    assert Gates().above(SHADOW, "management").judged == 30


def test_the_file_that_the_documentation_shows_is_the_default():
    text = (Path(__file__).parents[3] / "docs" / "gates.md").read_text()
    shown = text.partition("## The file")[2].partition("## Roll-back")[0]
    lines = [line[4:] for line in shown.splitlines() if line.startswith("    ")]
    assert Gates.model_validate(yaml.safe_load("\n".join(lines))) == Gates()

import pytest

from native.providers.claude_body import limited, without_betas, without_forbidden_thinking


@pytest.mark.parametrize(
    ("named", "betas"),
    [(["a", " b ", "", 3], ["a", "b", "3"]), ("solo", ["solo"]), (None, []), ([], []), ({"a": 1}, ['{"a":1}'])],
)
def test_features_are_taken_out_of_the_body(named, betas):
    assert without_betas({"betas": named, "x": 1}) == (betas, {"x": 1})


def test_a_body_without_features_is_itself():
    body = {"x": 1}
    assert without_betas(body)[1] is body


@pytest.mark.parametrize("kind", ["any", "tool"])
def test_a_forced_tool_takes_thinking_out(kind):
    body = {"tool_choice": {"type": kind}, "thinking": {"type": "enabled"}, "output_config": {"effort": "low"}}
    assert without_forbidden_thinking(body) == {"tool_choice": {"type": kind}}


@pytest.mark.parametrize("choice", [None, "any", {"type": "auto"}, {"type": None}])
def test_thinking_stays_where_no_tool_is_forced(choice):
    body = {"tool_choice": choice, "thinking": {"type": "enabled"}}
    assert without_forbidden_thinking(body) is body


def test_a_limit_is_the_clients_the_models_or_the_least():
    assert limited({"max_tokens": None}, 64) == {"max_tokens": None}
    assert limited({}, 64) == {"max_tokens": 64}
    assert limited({}, 0) == {"max_tokens": 1024}

import pytest

from native.configfile import ConfigFileError, parsed
from native.surface.management.yaml_faults import of_kind, of_root, of_syntax


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1\n", "yaml: line 1: did not find expected ',' or ']'"),
        ("x: 1\na: {b: 1\n", "yaml: line 1: did not find expected ',' or '}'"),
        ("a: b: c\n", "yaml: mapping values are not allowed in this context"),
        ("a: 1\nb: c: d\n", "yaml: line 2: mapping values are not allowed in this context"),
        ("a: 1\n- b\n", "yaml: line 1: did not find expected key"),
        ("a: @x\n", "yaml: found character that cannot start any token"),
    ],
)
def test_a_text_that_is_no_yaml_says_so_as_gos_library_does(text, said):
    with pytest.raises(ConfigFileError) as raised:
        parsed(text)
    assert of_syntax(raised.value.__cause__) == said


@pytest.mark.parametrize(
    ("text", "problem", "said"),
    [
        ("port: abc\n", "port: expected int", "line 1: cannot unmarshal !!str `abc` into int"),
        ("a: 1\ndebug: [1]\n", "debug: expected bool", "line 2: cannot unmarshal !!seq into bool"),
        ("port: a-long-text\n", "port: expected int", "line 1: cannot unmarshal !!str `a-long-...` into int"),
        (
            "k:\n  - p: 1\n  - p: {}\n",
            "k[1].p: expected str",
            "line 3: cannot unmarshal !!map into string",
        ),
        ("api-keys: 5\n", "api-keys: expected a list", "line 1: cannot unmarshal !!int `5` into []string"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_with_its_line(text, problem, said):
    assert of_kind(text, problem) == f"yaml: unmarshal errors:\n  {said}"


@pytest.mark.parametrize("problem", ["port: out of range", "b: expected int", "a.b[0]: expected int", "a: expected x"])
def test_what_cannot_be_found_again_is_told_as_it_is(problem):
    assert of_kind("a: 1\n", problem) == problem


def test_a_document_that_is_no_mapping_is_no_configuration():
    assert of_root("x\n") == "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `x` into config.Config"
    assert of_root("- 1\n") == "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into config.Config"

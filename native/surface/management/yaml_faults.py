"""What is wrong with a configuration that was sent, in the words of Go's YAML library: clients show them.

Law: of several values of the wrong kind the first is told.
"""

import re
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.scanner import ScannerError

_SAID: Final = (
    ("expected ',' or ']'", "did not find expected ',' or ']'"),
    ("expected ',' or '}'", "did not find expected ',' or '}'"),
    ("expected the node content", "did not find expected node content"),
    ("expected '<document start>'", "did not find expected <document start>"),
    ("mapping values are not allowed", "mapping values are not allowed in this context"),
    ("mapping keys are not allowed", "mapping keys are not allowed in this context"),
    ("sequence entries are not allowed", "block sequence entries are not allowed in this context"),
    ("could not find expected ':'", "could not find expected ':'"),
    ("that cannot start any token", "found character that cannot start any token"),
    ("found unexpected document separator", "found unexpected document indicator"),
    ("found unknown escape character", "found unknown escape character"),
)
_BLOCK_ENDS: Final = {"while parsing a block mapping": "key", "while parsing a block collection": "'-' indicator"}
_KINDS: Final = {"int": "int", "bool": "bool", "str": "string", "a list": "[]string", "a mapping": "map[string]string"}
_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_MOST: Final = 10


def of_syntax(error: MarkedYAMLError) -> str:
    """Why a text is no YAML."""
    line = 0
    for mark in (error.context_mark, error.problem_mark):
        if mark is not None and mark.line:
            line = mark.line + isinstance(error, ScannerError)
            break
    problem = error.problem or error.context or ""
    said = next((ours for theirs, ours in _SAID if theirs in problem), problem)
    if problem.startswith("expected <block end>"):
        said = f"did not find expected {_BLOCK_ENDS.get(error.context or '', 'key')}"
    return f"yaml: line {line}: {said}" if line else f"yaml: {said}"


def of_kind(text: str, problem: str) -> str:
    """Why a document is no configuration; `problem` says where and what was expected."""
    where, _, wanted = problem.partition(": expected ")
    try:
        node = _at(YAML().compose(text), where)
    except (YAMLError, LookupError, ValueError):
        return problem
    kind = _KINDS.get(wanted)
    return _unfit(node, kind) if node is not None and kind else problem


def of_root(text: str) -> str:
    """Why a document is none where it is no mapping."""
    return _unfit(YAML().compose(text), "config.Config")


def _unfit(node: Any, kind: str) -> str:
    tag = str(node.tag).replace("tag:yaml.org,2002:", "!!")
    value = ""
    if isinstance(node, ScalarNode):
        value = f" `{node.value}`" if len(node.value) <= _MOST else f" `{node.value[: _MOST - 3]}...`"
    return f"yaml: unmarshal errors:\n  line {node.start_mark.line + 1}: cannot unmarshal {tag}{value} into {kind}"


def _at(node: Any, where: str) -> Any:
    for name, index in _STEP.findall(where):
        if index and isinstance(node, SequenceNode):
            node = node.value[int(index)]
        elif isinstance(node, MappingNode):
            node = next((value for key, value in node.value if key.value == name), None)
        else:
            return None
    return node

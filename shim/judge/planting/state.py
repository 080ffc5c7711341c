"""Changes of what is left behind: the configuration and the credential files."""

import random
from collections.abc import Callable
from typing import Any

import orjson
import yaml

from shim.judge import view
from shim.judge.planting.leaves import JSON_CHANGES, field_added


def _config_changed(rng: random.Random, state: dict[str, Any]) -> dict[str, Any] | None:
    tree = yaml.safe_load(state["config.yaml"]) or {}
    tree.pop("port", None)
    tree.get("remote-management", {}).pop("secret-key", None)  # hashed anew at every start
    changed = JSON_CHANGES[rng.choice(["field added", "type changed"])](rng, tree)
    return None if changed is None else {**state, "config.yaml": "port: 1\n" + yaml.safe_dump(changed)}


def _file_changed(rng: random.Random, state: dict[str, Any]) -> dict[str, Any] | None:
    files = {n: t for n, t in state["auth_files"].items() if isinstance(view.tree(t), dict)}
    if not files:
        return None
    name = rng.choice(sorted(files))
    changed = field_added(rng, view.tree(files[name]))
    return {**state, "auth_files": {**state["auth_files"], name: orjson.dumps(changed).decode()}}


def _file_gone(rng: random.Random, state: dict[str, Any]) -> dict[str, Any] | None:
    if not state["auth_files"]:
        return None
    gone = rng.choice(sorted(state["auth_files"]))
    return {**state, "auth_files": {n: t for n, t in state["auth_files"].items() if n != gone}}


STATE_CHANGES: dict[str, Callable[[random.Random, dict[str, Any]], dict[str, Any] | None]] = {
    "state: configuration changed": _config_changed,
    "state: credential file changed": _file_changed,
    "state: credential file gone": _file_gone,
    "state: credential file added": lambda _rng, s: {**s, "auth_files": {**s["auth_files"], "planted.json": "{}"}},
}

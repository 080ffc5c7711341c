"""What management calls do to a configuration: the rules again, as plain operations on plain dictionaries.

Written apart from the server and much simpler: no files, no comments, no kinds; every body is of the right kind. It
says which answer a call gets and what is configured then; a configuration here has every list, text, number and switch
that calls can change, empty where nothing was said.
"""

from typing import Any
from urllib.parse import parse_qsl

from tests.native.sequences.calls import NUMBERS, SWITCHES, TEXTS, Call, Json

STRATEGIES = {"": "round-robin", "round-robin": "round-robin", "rr": "round-robin", "fill-first": "fill-first"}
STRATEGIES["ff"] = "fill-first"
LISTS = ("gemini-api-key", "claude-api-key", "codex-api-key", "vertex-api-key", "openai-compatibility")
VITAL = {
    "gemini-api-key": ("api-key",),
    "codex-api-key": ("base-url",),
    "vertex-api-key": ("api-key", "base-url"),
    "openai-compatibility": ("base-url",),
}
ONCE = {"gemini-api-key": ("api-key",), "vertex-api-key": ("api-key", "base-url")}


class RefusedError(Exception):
    """A call that changes nothing; its status."""


def trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def headers(given: Any) -> Json:
    pairs = ((k.strip(), v.strip()) for k, v in (given or {}).items())
    return {k: v for k, v in pairs if k and v}


def patterns(given: Any) -> list[str]:
    return list(dict.fromkeys(p for p in (g.strip().lower() for g in given or []) if p))


def prefix(text: str) -> str:
    bare = text.strip().strip("/")
    return "" if "/" in bare else bare


class Model:
    """A configuration, changed by calls."""

    def __init__(self) -> None:
        self.values: Json = {**dict.fromkeys(SWITCHES, False), **dict.fromkeys(NUMBERS, 0), **dict.fromkeys(TEXTS, "")}
        self.values |= {"routing/strategy": "round-robin", "error-logs-max-files": 10}
        self.keys: list[str] = []
        self.lists: dict[str, list[Json]] = {name: [] for name in LISTS}
        self.excluded: dict[str, list[str]] = {}
        self.mappings: list[Json] = []
        self.amp_keys: list[Json] = []
        self.filed: list[Json] = []  # Amp's keys in the file: where none are left, the last ones stay there

    def status(self, call: Call) -> int:
        """Make a call; its answer's status."""
        try:
            self._make(call)
        except RefusedError as refused:
            return int(refused.args[0])
        return 200

    def _make(self, call: Call) -> None:
        path, _, query = call.path.lstrip("/").partition("?")
        asked = dict(parse_qsl(query, keep_blank_values=True))
        if path in self.values:
            self._value(call, path)
        elif path == "api-keys":
            self._client_keys(call, asked)
        elif path in LISTS:
            self._upstream_keys(call, path, asked)
        elif path == "oauth-excluded-models":
            self._exclusions(call, asked)
        elif path == "ampcode/model-mappings":
            self.mappings = self._amp(call, self.mappings, "from", lambda entry: entry)
        elif path == "ampcode/upstream-api-keys":
            self.amp_keys = self._amp(call, self.amp_keys, "upstream-api-key", self._amp_entry)
            self.filed = self.amp_keys or self.filed
        else:
            raise AssertionError(f"the model knows nothing of {path}")

    # ---- one value each

    def _value(self, call: Call, path: str) -> None:
        if call.method == "DELETE":
            self.values[path] = ""
            return
        value = call.body["value"]
        if path == "routing/strategy":
            if value.strip().lower() not in STRATEGIES:
                raise RefusedError(400)
            value = STRATEGIES[value.strip().lower()]
        elif path == "logs-max-total-size-mb":
            value = max(0, value)
        elif path == "error-logs-max-files":
            value = 10 if value < 0 else value
        elif path.startswith("ampcode/"):
            value = trimmed(value)
        self.values[path] = value

    # ---- client keys

    def _client_keys(self, call: Call, asked: Json) -> None:
        body = call.body
        if call.method == "PUT":
            found = body if isinstance(body, list) else body["items"]
            if not isinstance(body, list) and not found:
                raise RefusedError(400)
            self.keys = list(found)
        elif call.method == "PATCH" and "index" in body:
            if not 0 <= body["index"] < len(self.keys):
                raise RefusedError(400)
            self.keys[body["index"]] = body["value"]
        elif call.method == "PATCH":
            at = self.keys.index(body["old"]) if body["old"] in self.keys else len(self.keys)
            self.keys[at : at + 1] = [body["new"]]
        elif "index" in asked and 0 <= int(asked["index"]) < len(self.keys):
            del self.keys[int(asked["index"])]
        elif asked.get("value", "").strip():
            self.keys = [key for key in self.keys if key.strip() != asked["value"].strip()]
        else:
            raise RefusedError(400)

    # ---- keys that lead upstream

    def _upstream_keys(self, call: Call, name: str, asked: Json) -> None:
        if call.method == "PUT":
            self._put(name, call.body)
        elif call.method == "PATCH":
            self._patch(name, call.body)
        else:
            self._delete(name, asked)

    def _put(self, name: str, body: Any) -> None:
        found = body if isinstance(body, list) else body["items"]
        if not isinstance(body, list) and not found:
            raise RefusedError(400)
        if name == "vertex-api-key" and any(not entry["api-key"].strip() for entry in found):
            raise RefusedError(400)
        self.lists[name] = self._clean(name, found)

    def _patch(self, name: str, body: Json) -> None:
        entries, known = self.lists[name], "name" if name == "openai-compatibility" else "api-key"
        at = body.get("index", -1)
        if not 0 <= at < len(entries):
            wanted = body.get("name" if known == "name" else "match", "\0").strip()
            nameless = name in {"gemini-api-key", "vertex-api-key"} and not wanted
            at = next((n for n, entry in enumerate(entries) if entry[known] == wanted and not nameless), -1)
        if at < 0:
            raise RefusedError(404)
        changed = {**entries[at], **{k: trimmed(v) for k, v in body["value"].items()}}
        if any(k in body["value"] and not changed[k] for k in VITAL.get(name, ())):
            del entries[at]
        else:
            entries[at] = changed
        self.lists[name] = self._clean(name, entries)

    def _delete(self, name: str, asked: Json) -> None:
        entries, known = self.lists[name], "name" if name == "openai-compatibility" else "api-key"
        wanted = asked.get(known, "")
        if name in {"gemini-api-key", "vertex-api-key"}:
            wanted = wanted.strip()
        if wanted:
            left = [entry for entry in entries if entry[known] != wanted]
            if name == "gemini-api-key" and len(left) == len(entries):
                raise RefusedError(404)
        elif "index" in asked and 0 <= int(asked["index"]) < len(entries):
            left = [entry for n, entry in enumerate(entries) if n != int(asked["index"])]
        else:
            raise RefusedError(400)
        self.lists[name] = left

    def _clean(self, name: str, entries: list[Json]) -> list[Json]:
        found: list[Json] = []
        for given in entries:
            entry = self._entry(name, given)
            lacks = name in {"codex-api-key", "openai-compatibility"} and not entry["base-url"]
            lacks |= name in {"gemini-api-key", "vertex-api-key"} and not entry["api-key"]
            twice = any(all(entry[k] == other[k] for k in ONCE[name]) for other in found) if name in ONCE else False
            if not lacks and not twice:
                found.append(entry)
        return found

    def _entry(self, name: str, given: Json) -> Json:
        models = [{k: trimmed(v) for k, v in model.items()} for model in given.get("models") or []]
        if name in {"claude-api-key", "codex-api-key"}:
            models = [model for model in models if model["name"] or model["alias"]]
        elif name == "vertex-api-key":
            models = [model for model in models if model["name"] and model["alias"]]
        entry = {
            "base-url": given.get("base-url", "").strip(),
            "prefix": prefix(given.get("prefix", "")),
            "headers": headers(given.get("headers")),
            "models": models,
        }
        if name == "openai-compatibility":
            keys = [{"api-key": key["api-key"].strip()} for key in given.get("api-key-entries") or []]
            return entry | {"name": given.get("name", "").strip(), "api-key-entries": keys}
        more = {"api-key": given.get("api-key", "").strip(), "proxy-url": given.get("proxy-url", "").strip()}
        return entry | more | {"excluded-models": patterns(given.get("excluded-models"))}

    # ---- models of log-ins, and Amp's

    def _exclusions(self, call: Call, asked: Json) -> None:
        if call.method == "PUT":
            found = [(provider.strip().lower(), patterns(given)) for provider, given in call.body.items()]
            self.excluded = {provider: given for provider, given in found if given}
            return
        body = call.body or {"models": [], "provider": asked.get("provider", "")}
        provider, given = body["provider"].strip().lower(), patterns(body["models"])
        if given:
            self.excluded[provider] = given
        elif provider in self.excluded:
            del self.excluded[provider]
        else:
            raise RefusedError(404)

    def _amp(self, call: Call, held: list[Json], known: str, clean: Any) -> list[Json]:
        value = call.body["value"]
        if call.method == "DELETE":
            gone = {name.strip() for name in value} - ({""} if known == "upstream-api-key" else set())
            if known == "upstream-api-key" and value and not gone:
                raise RefusedError(400)
            return [entry for entry in held if entry[known].strip() not in gone] if gone else []
        entries = [clean(entry) for entry in value]
        if call.method == "PUT":
            return entries
        held = list(held)
        for entry in entries:
            names = [other[known].strip() for other in held]
            at = names.index(entry[known].strip()) if entry[known].strip() in names else len(held)
            held[at : at + 1] = [entry]
        return held

    def _amp_entry(self, given: Json) -> Json:
        keys = [key for key in (k.strip() for k in given["api-keys"]) if key]
        return {"upstream-api-key": given["upstream-api-key"].strip(), "api-keys": keys}


# ---- a file's tree, seen the same way ------------------------------------------------------------------------------


def seen(tree: Json) -> Json:
    """What a file's tree configures, in the model's words."""

    def at(path: str) -> Any:
        found: Any = tree
        for name in path.split("/"):
            found = (found or {}).get(name)
        return found

    model = Model()
    for path, zero in model.values.items():
        model.values[path] = at(path) or (zero if path != "error-logs-max-files" or at(path) is None else 0)
    model.values["routing/strategy"] = STRATEGIES[model.values["routing/strategy"]]
    model.keys = tree.get("api-keys") or []
    for name in LISTS:
        model.lists[name] = [model._entry(name, entry) for entry in tree.get(name) or []]
    model.excluded = tree.get("oauth-excluded-models") or {}
    model.mappings = [mapping_of(entry) for entry in at("ampcode/model-mappings") or []]
    model.filed = [
        {**entry, "api-keys": entry.get("api-keys") or []} for entry in at("ampcode/upstream-api-keys") or []
    ]
    return told(model)


def mapping_of(entry: Json) -> Json:
    """A mapping with a switch that is off left out."""
    return {k: v for k, v in entry.items() if k != "regex" or v}


def told(model: Model) -> Json:
    """What a model configures."""
    mappings = [mapping_of(entry) for entry in model.mappings]
    return {**vars(model), "mappings": mappings, "amp_keys": None}

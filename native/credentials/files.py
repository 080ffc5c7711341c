"""Credentials from the log-ins' folder: one JSON file each, one credential each project of a Gemini account.

Law: a file that cannot be read is left out; one that says no type is kept in sight, and serves nothing; what is read
here is read as the file's writer meant it.
"""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path

from native.config import Config
from native.credentials.credential import Credential, Json
from native.wire.loose import boolean, get, integer, parse, text

UNKNOWN = "unknown"
"""Whose log-in it is where a file does not say."""
KEPT = ("disable_cooling", "disable-cooling", "request_retry", "request-retry")
"""What a project takes over from its account."""
_UNSAFE = str.maketrans("/\\ ", "___")


def log_ins(folder: Path, config: Config, now: float) -> Iterator[Credential]:
    """Every log-in of a folder, by name."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".json")
    except OSError:
        return
    for path in found:
        try:
            tree = parse(path.read_bytes())
        except OSError:
            continue
        if isinstance(tree, dict):
            yield from log_in(path, _text(tree, "type").lower() or UNKNOWN, tree, config, now)


def log_in(path: Path, kind: str, tree: Json, config: Config, now: float) -> Iterator[Credential]:
    """One file's credentials."""
    provider = "gemini-cli" if kind == "gemini" else kind
    prefix = _text(tree, "prefix").strip().strip("/")
    disabled = tree.get("disabled") is True
    account = Credential(
        id=path.name,
        provider=provider,
        kind="oauth",
        label=_text(tree, "email") or ("" if provider == UNKNOWN else provider),
        prefix="" if "/" in prefix else prefix,
        proxy_url=_text(tree, "proxy_url").strip(),
        priority=_priority(tree.get("priority")),
        websockets=boolean(tree.get("websockets")),
        attributes={"auth_kind": "oauth", "source": str(path), "path": str(path), **_said(provider, tree)},
        metadata=dict(tree),
        excluded=_excluded(provider, tree, config),
        disabled=disabled,
        status="disabled" if disabled else "active",
        created_at=now,
        updated_at=now,
    )
    projects = _projects(tree) if provider == "gemini-cli" else []
    if len(projects) > 1:
        account.disabled, account.status = True, "disabled"
        account.attributes |= {"gemini_virtual_primary": "true", "virtual_children": ",".join(projects)}
    yield account
    if len(projects) > 1:
        yield from (_project(account, project, tree) for project in projects)


def _text(tree: Json, name: str) -> str:
    value = tree.get(name)
    return value if isinstance(value, str) else ""


def _priority(value: object) -> int:
    """A number, or a text that is nothing but one."""
    if isinstance(value, str):
        return integer(value) if value.strip().lstrip("+-").isdecimal() else 0
    return integer(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0


def _excluded(provider: str, tree: Json, config: Config) -> list[str]:
    own = tree.get("excluded_models", tree.get("excluded-models"))
    named = [item.strip().lower() for item in own if isinstance(item, str)] if isinstance(own, list) else []
    return list(dict.fromkeys([*filter(None, named), *config.oauth_excluded_models.get(provider, [])]))


def _said(provider: str, tree: Json) -> dict[str, str]:
    """What else a file says: a note, and the plan of a Codex account."""
    found = {"note": _text(tree, "note").strip()}
    if provider == "codex":
        token = claims(_text(tree, "id_token"))
        found["plan_type"] = text(get(token, "https://api.openai.com/auth", "chatgpt_plan_type")).strip()
    return {name: value for name, value in found.items() if value}


def claims(token: str) -> object:
    """What a JWT says of its owner; its signature is not ours to judge."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        return parse(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None


def _projects(tree: Json) -> list[str]:
    return list(dict.fromkeys(filter(None, (part.strip() for part in _text(tree, "project_id").split(",")))))


def _project(account: Credential, project: str, tree: Json) -> Credential:
    """One project of an account that has several: they take turns, account by account."""
    metadata = {
        "email": _text(tree, "email"),
        "project_id": project,
        "virtual": True,
        "virtual_parent_id": account.id,
        "type": tree.get("type"),
        **{name: tree[name] for name in KEPT if name in tree},
    }
    kept = {name: account.attributes[name] for name in ("source", "path", "note") if name in account.attributes}
    own = {"auth_kind": "oauth", "runtime_only": "true", "gemini_virtual_parent": account.id}
    return Credential(
        id=f"{account.id}::{project.translate(_UNSAFE)}",
        provider=account.provider,
        kind="oauth",
        label=f"{account.label} [{project}]",
        prefix=account.prefix,
        proxy_url=account.proxy_url,
        priority=account.priority,
        attributes=kept | own | {"gemini_virtual_project": project},
        metadata=metadata,
        excluded=account.excluded,
        created_at=account.created_at,
        updated_at=account.updated_at,
    )

"""Credentials from the log-ins' folder: one JSON file each. Law: a file that cannot be read is left out."""

from collections.abc import Iterator
from pathlib import Path

from native.config import Config
from native.credentials.credential import Credential
from native.wire.loose import boolean, integer, parse, text


def log_ins(folder: Path, config: Config, now: float) -> Iterator[Credential]:
    """Every log-in of a folder, by name."""
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("*.json")):
        try:
            tree = parse(path.read_bytes())
        except OSError:
            continue
        if isinstance(tree, dict) and (kind := text(tree.get("type")).strip().lower()):
            yield log_in(path.name, kind, tree, config, now)


def log_in(name: str, kind: str, tree: dict[str, object], config: Config, now: float) -> Credential:
    """One log-in from its file's JSON."""
    provider = "gemini-cli" if kind == "gemini" else kind
    own = tree.get("excluded_models", tree.get("excluded-models"))
    excluded = [text(item).strip().lower() for item in own] if isinstance(own, list) else []
    excluded += config.oauth_excluded_models.get(provider, [])
    headers = tree.get("headers")
    prefix = text(tree.get("prefix")).strip().strip("/")
    disabled = boolean(tree.get("disabled"))
    return Credential(
        id=name,
        provider=provider,
        kind="oauth",
        label=text(tree.get("email")) or name,
        prefix="" if "/" in prefix else prefix,
        proxy_url=text(tree.get("proxy_url")).strip(),
        headers={k.strip(): text(v).strip() for k, v in headers.items()} if isinstance(headers, dict) else {},
        priority=integer(tree.get("priority")),
        websockets=boolean(tree.get("websockets")),
        attributes={"auth_kind": "oauth"},
        metadata=dict(tree),
        excluded=excluded,
        disabled=disabled,
        status="disabled" if disabled else "active",
        created_at=now,
        updated_at=now,
    )

"""Log-ins whose calls do not pass the tap: their files name a proxy of their own.

Law: such files are the user's, and are never changed; what is shown of a proxy holds no secret.
"""

from pathlib import Path

import orjson
import yaml

from shim.state import auth_dir


def auth_dir_of(config: Path) -> Path:
    """The folder of log-ins that a configuration names; the binary's own where it cannot be read."""
    try:
        tree = yaml.safe_load(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        tree = None
    return auth_dir(tree if isinstance(tree, dict) else {}, config)


def bypassing(auth_dir: Path) -> dict[str, str]:
    """File name -> scheme and host of the proxy it names; what cannot be read names none."""
    found = {}
    for file in sorted(auth_dir.glob("*.json")) if auth_dir.is_dir() else ():
        try:
            tree = orjson.loads(file.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            continue
        proxy = tree.get("proxy_url") if isinstance(tree, dict) else None
        if isinstance(proxy, str) and proxy.strip():
            found[file.name] = _without_secret(proxy.strip())
    return found


def _without_secret(proxy: str) -> str:
    scheme, sep, rest = proxy.rpartition("://")
    return scheme + sep + rest.rpartition("@")[2]

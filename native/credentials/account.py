"""Whose a credential is: the short name that points at it, and the account behind it.

Law: both come from what identifies a credential alone, so they are the same after a restart and in every process.
"""

from hashlib import sha256

from native.credentials.credential import Credential


def index_of(credential: Credential) -> str:
    """The short name by which clients point at a credential."""
    if "path" in credential.attributes and not credential.parent:
        seed = f"file:{credential.id}"
    else:
        parts = {
            "provider": credential.attributes.get("provider_key", credential.provider),
            "compat": credential.attributes.get("compat_name", "").lower(),
            "base": credential.base_url,
            "proxy": credential.proxy_url,
            "api_key": credential.api_key,
            "source": credential.attributes.get("source", ""),
        }
        seed = "config:" + "\0".join(f"{name}={value}" for name, value in parts.items() if value)
    return sha256(seed.encode()).hexdigest()[:16]


def account_of(credential: Credential) -> tuple[str, str]:
    """The kind of account (`oauth`, `api_key`, `personal_access_token` or nothing), and whose it is."""
    said = {k: v.strip() for k, v in credential.metadata.items() if isinstance(v, str)}
    email, kind = said.get("email", ""), credential.provider
    if kind == "gemini-cli" and email and said.get("project_id"):
        return "oauth", f"{email} ({said['project_id']})"
    if kind.startswith("github") and said.get("username"):
        return "oauth", said["username"]
    method = said.get("auth_method", "").lower()
    if method in {"pat", "personal_access_token"} and not (kind in {"gemini-cli", "iflow"} and email):
        names = (said.get(name, "") for name in ("username", "email", "name", "token_preview"))
        return "personal_access_token", next(filter(None, names), "")
    if method == "oauth" and not email:
        email = next(filter(None, (said.get(name, "") for name in ("username", "name"))), "")
    if email:
        return "oauth", email
    return ("api_key", credential.api_key) if credential.api_key else ("", "")


def source_of(credential: Credential, client_key: str) -> str:
    """Whom usage is put down to: the project, the account or the key; the client's key where nothing else is known."""
    if credential.provider == "gemini-cli" and credential.id.strip():
        return credential.id.strip()
    if credential.provider == "vertex":
        for name in ("project_id", "project"):
            project = credential.metadata.get(name)
            if isinstance(project, str) and project.strip():
                return project.strip()
    found = account_of(credential)[1].strip()
    email = credential.metadata.get("email")
    if not found and isinstance(email, str):
        found = email.strip()
    return found or credential.api_key.strip() or client_key.strip()

"""Secrets in headers and addresses, made short enough to know them by and too short to use.

Law: what is masked is what the legacy masks, and cookies.
"""

from urllib.parse import quote_plus, unquote_plus

_SECRET = ("api-key", "apikey", "token", "secret", "cookie")
_SECRET_PARAMETERS = ("api-key", "apikey", "api_key", "token", "secret")


def masked(secret: str) -> str:
    """The ends of a secret."""
    for longer_than, kept in ((8, 4), (4, 2), (2, 1)):
        if len(secret) > longer_than:
            return f"{secret[:kept]}...{secret[-kept:]}"
    return secret


def header(name: str, value: str) -> str:
    """A header's value as it may be shown."""
    lower = name.strip().lower()
    if "authorization" in lower:
        scheme, blank, token = value.strip().partition(" ")
        return f"{scheme} {masked(token)}" if blank else masked(value)
    return masked(value) if any(word in lower for word in _SECRET) else value


def query(raw: str) -> str:
    """A query as it may be shown."""
    return "&".join(_parameter(part) for part in raw.split("&")) if raw else ""


def _parameter(part: str) -> str:
    name, _, value = part.partition("=")
    lower = unquote_plus(name).strip().lower().removesuffix("[]")
    if lower == "key" or any(word in lower for word in _SECRET_PARAMETERS):
        return f"{name}={quote_plus(masked(unquote_plus(value).strip()))}"
    return part


def address(url: str) -> str:
    """An address as it may be shown."""
    path, mark, raw = url.partition("?")
    return f"{path}?{query(raw)}" if mark else url

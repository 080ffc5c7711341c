"""Which proxy a call goes through. Law: a setting that is no proxy counts as none said, so the environment decides."""

from functools import lru_cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

DIRECT = frozenset({"direct", "none"})
"""What a `proxy-url` says to go around every proxy."""


@lru_cache(maxsize=1024)
def proxy_for(setting: str, url: str) -> str | None:
    """The proxy that a setting means for an address: its own, none, or the environment's where it names no proxy."""
    setting = setting.strip()
    if setting.lower() in DIRECT:
        return None
    parts = urlsplit(setting)
    if parts.scheme in {"http", "https", "socks5"} and parts.netloc:
        return setting
    target = urlsplit(url)
    host = target.hostname or ""
    if host in {"localhost", "127.0.0.1", "::1"} or proxy_bypass(host):
        return None
    return getproxies().get(target.scheme)

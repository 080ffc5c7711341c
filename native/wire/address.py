"""Addresses, as Go's client asks for them.

Laws: an address that needs no escapes is left as it is; what stands behind `#` is never sent; who is named in an
address is named in a header instead.
"""

import re
from base64 import b64encode
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

_SIGNS: Final = r"A-Za-z0-9\-._~!$&'()*+,;=:@/\[\]%"
_PLAIN: Final = re.compile(rf"https?://[A-Za-z0-9.:\[\]-]+(?:/[{_SIGNS}]*)?(?:\?[^#\s]*)?").fullmatch
_PATH: Final = re.compile(f"[{_SIGNS}]*").fullmatch
_KEPT: Final = "-._~$&+,/:;=@"


@lru_cache(maxsize=256)
def asked(url: str) -> tuple[str, str]:
    """An address as it is asked for, and the `Authorization` of whoever it names; empty where it names nobody."""
    if _PLAIN(url):
        return url, ""
    parts = urlsplit(url)
    who, _, place = parts.netloc.rpartition("@")
    plain = parts._replace(netloc=place, path=_spelled(parts.path), fragment="").geturl()
    name, _, password = who.partition(":")
    pair = f"{unquote(name)}:{unquote(password)}".encode()
    return plain, f"Basic {b64encode(pair).decode()}" if who else ""


def _spelled(path: str) -> str:
    """A path: where one sign needs an escape, every sign gets its escape that may have one."""
    return path if _PATH(path) else quote(unquote_to_bytes(path), safe=_KEPT)

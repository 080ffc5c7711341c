"""Addresses, spelled as Go's client spells them.

Law: an address that needs no escapes is left as it is.
"""

import re
from typing import Final
from urllib.parse import quote, unquote_to_bytes

_PLAIN: Final = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/\[\]%]*").fullmatch
_KEPT: Final = "-._~$&+,/:;=@"


def spelled(path: str) -> str:
    """A path: where one sign needs an escape, every sign gets its escape that may have one."""
    return path if _PLAIN(path) else quote(unquote_to_bytes(path), safe=_KEPT)

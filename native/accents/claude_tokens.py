"""The answer to a Claude client that asks how many tokens its request has.

Everything that writes it lives here; who counts, and how, is the upstream's affair (`tokens`).
"""

from native.turn import Turn


def tokens(count: int, _turn: Turn) -> bytes:
    """Claude's answer for a count, whoever counted."""
    return b'{"input_tokens":%d}' % count

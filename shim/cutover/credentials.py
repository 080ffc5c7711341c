"""Log-ins that the binary is still needed for: providers that native does not serve, tokens that it cannot renew.

Laws: a token that only the binary renews is in the way, for it ends within hours; what a log-in's file says is shown
by the file's name alone.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from native import providers
from native.config import Config
from native.credentials.credential import Credential
from native.credentials.files import UNKNOWN, log_ins
from shim.cutover.obstacles import Kind, Obstacle
from shim.run.bypass import bypassing

RENEWS = "renew"
"""The method of a provider's class that renews a log-in, where native can."""


def of_credentials(auth_dir: Path, config: Config) -> Iterator[Obstacle]:
    """What stands in the way in the folder of log-ins and among the configuration's own."""
    makers = providers.collect()
    for one in log_ins(auth_dir, config, time.time()):
        if not one.disabled and not one.parent and one.provider != UNKNOWN:  # the binary serves nobody's either
            yield from _of_log_in(one, makers.get(one.provider))
    if config.kiro and "kiro" not in makers:
        yield Obstacle(
            Kind.CREDENTIAL, "kiro", "the configuration's Kiro log-ins: native does not serve them", _DO_WITHOUT
        )
    for file, proxy in bypassing(auth_dir).items():
        says = f"it names its own proxy, {proxy}: what goes that way was never seen, and not judged"
        yield Obstacle(Kind.BYPASS, file, says, "take the file's proxy_url out for a while, to have its calls judged")


_DO_WITHOUT = "keep the binary; or disable it, or waive it by its name if it is not needed"


def _of_log_in(one: Credential, maker: type[Any] | None) -> Iterator[Obstacle]:
    if maker is None:
        yield Obstacle(Kind.CREDENTIAL, one.id, f"a log-in of {one.provider}: native does not serve it", _DO_WITHOUT)
    elif _renewable(one.metadata) and not hasattr(maker, RENEWS):
        says = f"a log-in of {one.provider}: its token is renewed by the binary, native cannot"
        yield Obstacle(Kind.CREDENTIAL, one.id, says, _DO_WITHOUT)


def _renewable(tree: Any) -> bool:
    """Whether a file holds a token that another can be had for."""
    if not isinstance(tree, dict):
        return False
    held = tree.get("refresh_token") or tree.get("refreshToken")
    return bool(held) or _renewable(tree.get("token"))

"""`shim cutover --check`: everything that still stands between now and no binary.

Law: what cannot be told stands in the way.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from native import config as configuration
from native.config import Config, ConfigError
from shim.cutover.configuration import of_configuration
from shim.cutover.credentials import of_credentials
from shim.cutover.obstacles import Kind, Obstacle, waived
from shim.cutover.place import Place
from shim.cutover.routes import of_routes
from shim.cutover.waivers import Waivers
from shim.flags.ledger import Ledger
from shim.gates.gates import Gates
from shim.gates.standing import standings
from shim.judge.accepted import Rule
from shim.state import auth_dir
from shim.store.sessions import Session
from shim.store.store import Store


def check(store: Store, place: Place, gates: Gates, rules: Iterable[Rule], *, now: float) -> list[Obstacle]:
    """What stands in the way, what is waived, and what is good to know.

    Args:
        store: An open recording; reading is enough.
        place: The binary's side.
        gates: What native must have shown.
        rules: Accepted differences.
        now: Seconds since 1970.
    """
    found = [
        *of_routes(standings(store, gates, now=now), Ledger(store.sql).table().flags, gates, rules),
        *of_configuration(place.config, attached=place.attached),
        *_log_ins(place.config),
        *_counts(store.sessions.all()),
    ]
    return waived(found, Waivers(store.sql))


def _log_ins(path: Path | None) -> Iterator[Obstacle]:
    """Of the folder that a configuration names; one that cannot be read has been told of already."""
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8")) if path else None
        config = configuration.parse(tree)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ConfigError):
        config, tree = Config(), None
    if path is not None and isinstance(tree, dict):
        yield from of_credentials(auth_dir(tree, path), config)


def _counts(sessions: Iterable[Session]) -> Iterator[Obstacle]:
    for one in sessions:
        if not one.standing.adds_up or one.found > one.standing.recorded:
            began = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.began))
            says = f"of the recorder that began {began}: what it lost, nobody knows"
            yield Obstacle(Kind.COUNTS, f"session {one.id}", says, "shim report shows them; record anew, or purge it")

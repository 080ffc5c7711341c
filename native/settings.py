"""Settings from the environment, where the configuration does not say.

Law: read once, at the start, and nowhere else; what is given outright comes before the environment.
"""

import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

PREFIX = "QUOTIO_"


class Settings(BaseModel):
    """`QUOTIO_*`; an empty variable is none. Raises pydantic's `ValidationError` for a value of the wrong kind.

    Attributes:
        host: Where to listen, before the configuration's `host`.
        port: The port, before the configuration's.
        auth_dir: The folder of log-ins, before the configuration's.
        config_dir: Where `config.yaml` is looked for when no file is named.
        models: Model definitions that `shim learn models` took from a legacy, in the place of the shipped ones.
        debug: Say more in the log.
        passthrough_enabled: Forward what native has no handler for to the legacy.
        cli_proxy_port: The legacy's port.
    """

    model_config = ConfigDict(extra="ignore")

    host: str = ""
    port: int = 0
    auth_dir: Path | None = None
    config_dir: Path | None = None
    models: Path | None = None
    debug: bool = False
    passthrough_enabled: bool = False
    cli_proxy_port: int = 0

    @model_validator(mode="before")
    @classmethod
    def _from_environment(cls, given: dict[str, Any]) -> dict[str, Any]:
        found = {name: os.environ.get(PREFIX + name.upper(), "").strip() for name in cls.model_fields}
        return {name: value for name, value in found.items() if value} | given

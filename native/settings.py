"""Settings from the environment, where the configuration does not say.

Law: read once, at the start, and nowhere else; what is given outright comes before the environment.
"""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Literal, Self

from native.section import Section, WrongKindError
from native.wire.loose import get, parse, text

PREFIX = "QUOTIO_"
PASSWORD = "MANAGEMENT_PASSWORD"  # noqa: S105 - the variable's name
PANEL = "MANAGEMENT_STATIC_PATH"
AMP = "AMP_API_KEY"
AMP_FILE = ".local/share/amp/secrets.json"
"""Where Amp keeps its own key, below a user's home."""
AMP_HOME = "apiKey@https://ampcode.com/"
PAGE = "management.html"


class Settings(Section):
    """`QUOTIO_*`, and the binary's `MANAGEMENT_PASSWORD`, `MANAGEMENT_STATIC_PATH` and `AMP_API_KEY`.

    Attributes:
        host: Where to listen, before the configuration's `host`.
        port: The port, before the configuration's.
        auth_dir: The folder of log-ins, before the configuration's.
        config_dir: Where `config.yaml` is looked for when no file is named.
        models: Model definitions that `shim learn models` took from a legacy, in the place of the shipped ones.
        debug: Say more in the log.
        log_format: `text`, or `json` for lines of JSON, one for each request too.
        metrics: Tell `/metrics` to this machine, and count requests for it.
        passthrough_enabled: Forward what native has no handler for to the legacy.
        cli_proxy_port: The legacy's port.
        callback_ports: Open the port that a provider sends browsers to, while a log-in of the panel's waits for one.
        management_password: A management key beside the configuration's; with it, the owner may come from anywhere.
        panel: The control panel's page, where it does not lie in `static` beside the configuration.
        amp_api_key: What Amp's own server is told where the configuration names no key: the variable, or Amp's own.
    """

    host: str = ""
    port: int = 0
    auth_dir: Path | None = None
    config_dir: Path | None = None
    models: Path | None = None
    debug: bool = False
    log_format: Literal["text", "json"] = "text"
    metrics: bool = False
    passthrough_enabled: bool = False
    cli_proxy_port: int = 0
    callback_ports: bool = True
    management_password: str = field(default="", repr=False)
    panel: Path | None = None
    amp_api_key: str = field(default="", repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """What an environment says; an empty variable is none. Raises `WrongKindError`."""
        ours = ((name, value.strip()) for name, value in environment.items() if name.startswith(PREFIX))
        words = {name.removeprefix(PREFIX).lower(): value for name, value in ours if value}
        words["management_password"] = environment.get(PASSWORD, "").strip()
        words["amp_api_key"] = environment.get(AMP, "").strip() or _amps_own(environment.get("HOME", ""))
        if panel := environment.get(PANEL, "").strip():
            words["panel"] = panel if panel.lower().endswith(PAGE) else f"{panel}/{PAGE}"
        try:
            return cls.read(words)
        except WrongKindError as error:
            raise WrongKindError(f"{PREFIX}*: {error}") from error


def _amps_own(home: str) -> str:
    """The key that Amp keeps for itself; empty where it has none."""
    try:
        found = parse(Path(home, AMP_FILE).read_bytes()) if home else None
    except OSError:
        return ""
    return text(get(found, AMP_HOME)).strip()

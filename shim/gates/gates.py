"""What each step up asks for, and what a breach is: the figures, from a file or as they are by default.

Everything that reads such a file lives here; docs/gates.md shows one. Laws: a file that cannot be understood is
refused whole; what it leaves out is as it is by default; steps lead up.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from shim.flags.table import Mode, Value, WrongFlagError
from shim.gates.setting import GATES
from shim.store.purge import seconds

SHADOW = Value(Mode.SHADOW)
LEGACY = Value(Mode.LEGACY)


class GatesError(ValueError):
    """The file cannot be used: the message says where and why."""


def _span(given: Any) -> Any:
    return seconds(given) if isinstance(given, str) else given


Share = Annotated[float, Field(ge=0, le=100)]
"""Per cent."""
Span = Annotated[float, Field(ge=0), BeforeValidator(_span)]
"""Seconds; in a file also `90m`, `12h`, `2d`."""
Count = Annotated[int, Field(ge=0)]


class _Figures(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Latency(_Figures):
    """How much slower than the legacy native may be, to the first byte and until the answer is over.

    Attributes:
        p50: Times the legacy's time: slower than that, and by a rank test not by chance, is too slow.
        p95: Times the legacy's 95th percentile: more than 5 % of native's answers beyond that is too slow.
        answers: Least number of answers on each side; with fewer it cannot be told.
        effect: Least effect of the rank test (0.5 is none, 0.56 small, 0.71 large).
    """

    p50: float = Field(default=1.1, gt=0)
    p95: float = Field(default=1.25, gt=0)
    answers: int = Field(default=100, ge=20)
    effect: float = Field(default=0.56, ge=0.5, le=1)


class Asks(_Figures):
    """What a gate asks for.

    Attributes:
        judged: Least number of exchanges judged on this build of native.
        parity: Least lower bound (Wilson, 95 %) of their parity, in per cent.
        errors: Most faults of native since the flag was set.
        served: Least number of answers that native has given clients since then.
        soak: How long the flag must have stood as it is.
        latency: How slow native may be; None not to ask.
        accepted: Whether exchanges may be clean by an accepted difference alone.
    """

    judged: Count = 0
    parity: Share = 0.0
    errors: Count = 0
    served: Count = 0
    soak: Span = 0.0
    latency: Latency | None = None
    accepted: bool = True


class Step(Asks):
    """A gate: what its flag will say, and what it asks for before that.

    Attributes:
        flag: `canary N%` or `native`.
    """

    flag: str

    @field_validator("flag")
    @classmethod
    def _a_flag(cls, text: str) -> str:
        try:
            value = Value.parse(text)
        except WrongFlagError as error:
            raise ValueError(str(error)) from error
        if not value.serves:
            raise ValueError(f"a gate leads to `canary N%` or `native`, not to {text!r}")
        return str(value)

    @property
    def value(self) -> Value:
        """What its flag will say."""
        return Value.parse(self.flag)


class Rather(_Figures):
    """What a family's gates ask for instead, at every step; what is left out is the step's own."""

    judged: Count | None = None
    parity: Share | None = None
    errors: Count | None = None
    served: Count | None = None
    soak: Span | None = None
    latency: Latency | Literal[False] | None = None
    accepted: bool | None = None

    def of(self, step: Step) -> Step:
        """The step as this family has it."""
        said: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if said.get("latency") is False:
            said["latency"] = None
        return step.model_copy(update=said)


class Selfsame(_Figures):
    """How equal to itself the judge must find the legacy on an endpoint before anything of native's is believed.

    Attributes:
        parity: Least parity of the legacy against itself, in per cent.
        judged: Least number of live exchanges that are believed; with fewer the shipped recordings' figure counts.
    """

    parity: Share = 99.9
    judged: int = Field(default=300, ge=1)


class Breach(_Figures):
    """What puts a flag down.

    Attributes:
        crashes: Crashes of native that put it down to the legacy.
        errors: Least number of other faults of native that can be a breach.
        error_rate: Most faults among native's answers, in per cent; more than that must be certain (Wilson, 95 %).
        differences: Least number of exchanges judged different that can be a breach.
        difference_rate: Most different ones among those judged, in per cent; as certain.
        severe: From this rate on, in per cent and as certain, the flag goes down to the legacy at once.
        absent: How long native may be starting before that is a crash.
        latency: How slow native may be; None not to ask.
        window: How many of the newest answers, and of the newest judged exchanges, are looked at.
    """

    crashes: int = Field(default=1, ge=1)
    errors: int = Field(default=3, ge=1)
    error_rate: Share = 1.0
    differences: int = Field(default=3, ge=1)
    difference_rate: Share = 1.0
    severe: Share = 25.0
    absent: Span = 60.0
    latency: Latency | None = Latency(p50=1.5, p95=2.5, answers=50, effect=0.64)
    window: int = Field(default=1000, ge=20, le=100_000)


_RARE = Rather(judged=30, parity=88.0, served=3, latency=False)


class Gates(_Figures):
    """All figures.

    Attributes:
        steps: The gates above shadow, lowest first.
        families: By family of the catalogue, what its gates ask for instead.
        selfsame: The legacy against itself.
        breach: What undoes a step.
    """

    steps: tuple[Step, ...] = (
        Step(flag="canary 1%", judged=200, parity=98.0, soak=3600),
        Step(
            flag="canary 10%",
            judged=400,
            parity=99.0,
            served=20,
            soak=2 * 3600,
            latency=Latency(p50=1.25, p95=2.0, answers=20),
        ),
        Step(
            flag="canary 50%",
            judged=800,
            parity=99.5,
            served=100,
            soak=6 * 3600,
            latency=Latency(p50=1.15, p95=1.5, answers=50),
        ),
        Step(flag="native", judged=2000, parity=99.8, served=500, soak=24 * 3600, latency=Latency()),
    )
    families: Mapping[str, Rather] = {"management": _RARE, "oauth": _RARE, "callback": _RARE}
    selfsame: Selfsame = Selfsame()
    breach: Breach = Breach()

    @field_validator("steps")
    @classmethod
    def _lead_up(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        for lower, higher in pairwise(steps):
            if lower.value.height >= higher.value.height:
                raise ValueError(f"steps lead up: {higher.flag} does not come after {lower.flag}")
        return steps

    @classmethod
    def read(cls, path: Path | None, *, beside: Path | None = None) -> "Gates":
        """Read a file.

        Args:
            path: The file; None for `gates.yaml` in the folder `beside`, or the defaults where there is none.
            beside: Where recordings are kept.

        Raises:
            GatesError: It is not YAML, or says what no gate has.
            OSError: It cannot be read.
        """
        if path is None and beside is not None and (beside / GATES).exists():
            path = beside / GATES
        if path is None:
            return cls()
        try:
            tree = yaml.safe_load(path.read_text(encoding="utf-8"))
            return cls.model_validate({} if tree is None else tree)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise GatesError(f"{path}: not YAML: {error}") from error
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in error.errors())
            raise GatesError(f"{path}: {told}") from error

    def above(self, value: Value, family: str) -> Step | None:
        """The gate above a flag, as this family has it; None at the top. Above the legacy is shadow, for nothing."""
        if value.height < SHADOW.height:
            return None
        found = next((step for step in self.steps if step.value.height > value.height), None)
        rather = self.families.get(family)
        return rather.of(found) if found and rather else found

    def below(self, value: Value) -> Value:
        """What a breach that is not severe puts a flag down to: the next lower step."""
        lower = [step.value for step in self.steps if step.value.height < value.height]
        if lower:
            return lower[-1]
        return SHADOW if value.serves else LEGACY

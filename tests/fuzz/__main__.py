"""Coverage-guided fuzzing by atheris: `make fuzz ARGS='-max_total_time=60'`. Every crash is written by libFuzzer."""

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parent))
with atheris.instrument_imports(include=["native"]):
    from targets import TARGETS
from seeds import seeds, spoilt


def one(data):
    """The first byte chooses the target, the second whether to begin from a recording."""
    provider = atheris.FuzzedDataProvider(data)
    target = TARGETS[provider.ConsumeIntInRange(0, len(TARGETS) - 1)]
    if provider.ConsumeBool():
        target(provider.ConsumeBytes(4096))
        return
    bodies, answers = seeds()
    pool = bodies if target.__name__ in {"requests", "schemas", "sockets"} else answers
    found = pool[provider.ConsumeIntInRange(0, len(pool) - 1)]
    for _ in range(provider.ConsumeIntInRange(1, 4)):
        found = spoilt(found, provider.ConsumeIntInRange)
    target(found)


if __name__ == "__main__":
    sys.setrecursionlimit(10_000)
    bounded = any(a.startswith(("-max_total_time", "-runs")) for a in sys.argv)
    atheris.Setup(sys.argv if bounded else [*sys.argv, "-max_total_time=60"], one)
    atheris.Fuzz()

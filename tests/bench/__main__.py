"""`python -m tests.bench [native|idle|judge|front] ...`: one benchmark, or all of them."""

import runpy
import sys
from pathlib import Path

NOT_BENCHMARKS = {"__init__", "__main__", "bodies", "client", "upstream"}
NAMES = sorted(f.stem for f in Path(__file__).parent.glob("*.py") if f.stem not in NOT_BENCHMARKS)


def run(name, arguments):
    """Run one benchmark as if it were called by itself; its exit status."""
    sys.argv = [f"python -m tests.bench {name}", *arguments]
    try:
        runpy.run_module(f"tests.bench.{name}", run_name="__main__")
    except SystemExit as end:
        return end.code or 0
    return 0


def main():
    chosen, arguments = sys.argv[1:2], sys.argv[2:]
    if chosen and chosen[0] not in NAMES:
        print(f"there are {', '.join(NAMES)}; `python -m tests.bench NAME --help` tells more", file=sys.stderr)
        return 2
    return max([run(name, arguments) for name in chosen or NAMES])


if __name__ == "__main__":
    sys.exit(main())

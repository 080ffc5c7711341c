"""What the judge costs the front: latency through it with the judge at work and without, in one interleaved run."""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.bench import client
from tests.bench.native import SCENARIOS, Subject, start_upstream

WANTED = 1.03  # latency with the judge / without
SHIM = (sys.executable, "-m", "shim")


async def measure(rounds, count, pause):
    binary = os.environ["SHIM_LEGACY_BIN"]
    upstream, port = start_upstream()
    found = {"judged": [], "alone": []}
    with tempfile.TemporaryDirectory() as work:
        subjects = []
        for name, judge in (("judged", "--judge"), ("alone", "--no-judge")):
            data = Path(work) / f"data-{name}"
            subprocess.run(
                [*SHIM, "flags", "--data-dir", str(data), "set", "*", "shadow"], check=True, capture_output=True
            )
            command = [*SHIM, "run", "--legacy-bin", binary, "--data-dir", str(data), "--no-native", judge]
            subjects.append(Subject(name, command, Path(work), port))
        try:
            for s in subjects:
                await s.ready()
            await asyncio.sleep(5)  # the judge starts a little after the front
            path, body, _ = SCENARIOS["small stream"]
            for n in range(rounds):
                for s in subjects if n % 2 else reversed(subjects):
                    data = client.request(path, body, port=s.port)
                    times = []
                    asker = await client.connect(s.port)
                    for _ in range(count):
                        times.append((await asker.ask(data))[1])
                        await asyncio.sleep(pause)
                    asker.transport.close()
                    found[s.name].append(statistics.median(times))
        finally:
            for s in subjects:
                s.stop()
            upstream.terminate()
            upstream.wait()
    judged, alone = (statistics.median(found[name]) for name in ("judged", "alone"))
    ratio = judged / alone
    print(f"p50 through the front: {judged * 1e3:.2f} ms judged, {alone * 1e3:.2f} ms alone: {ratio:.3f} (<= {WANTED})")
    return 0 if judged / alone <= WANTED else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--count", type=int, default=60, help="requests a round")
    parser.add_argument("--pause", type=float, default=0.01, help="seconds between requests")
    asked = parser.parse_args()
    if not os.environ.get("SHIM_LEGACY_BIN"):
        parser.error("SHIM_LEGACY_BIN names the binary")
    return uvloop.run(measure(asked.rounds, asked.count, asked.pause))


if __name__ == "__main__":
    sys.exit(main())

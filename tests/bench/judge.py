"""The judge alone: verdicts a second on small cases, and what a 240 KB conversation costs beside native's own time."""

import argparse
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

from shim import corpusfile
from shim.exchange import Case, Exchange, Interaction, Request, Response, Run
from shim.judge.compare import compare
from shim.judge.judge import judge
from shim.judge.play import play
from tests.bench import bodies

GOLDEN = Path("recordings/golden")
WANTED = 300  # verdicts a second on one core
LONGEST = 0.015  # seconds for a big conversation, native's own time aside


def small(count):
    """Cases of the request path with small bodies."""
    cases = [c for c in corpusfile.read(GOLDEN) if c.family == "core"]
    return [cases[n % len(cases)] for n in range(count)]


def big():
    """A 240 KB conversation as a case, with what native makes of it as the legacy's two runs."""
    body = bodies.claude(big=True, stream=True)
    headers = (("Authorization", "Bearer sk-client-1"), ("Content-Type", "application/json"))
    stream = Response(200, (("Content-Type", "text/event-stream"),), tuple(bodies.claude_stream()))
    call = Interaction(Request("POST", "https://api.anthropic.com/v1/messages?beta=true"), stream)
    one = Exchange(Request("POST", "/v1/messages", headers, body), Response(200), (call,))
    config = {"api-keys": ["sk-client-1"], "claude-api-key": [{"api-key": "sk-ant-1"}], "auth-dir": "$WORK/auth"}
    case = Case("bench", "big/claude", config, {}, (Run((one,)),))
    runs = play(case), play(case)
    return replace(case, runs=runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    cases = small(arguments.count)
    rates = []
    for _ in range(arguments.rounds):
        start = time.process_time()
        clean = sum(judge(c).clean for c in cases)
        rates.append(len(cases) / (time.process_time() - start))
    rate = statistics.median(rates)
    print(f"{rate:.0f} verdicts a second of one core, {clean} of {len(cases)} clean (wanted: {WANTED})")
    case = big()
    start = time.process_time()
    native = play(case)
    own = time.process_time() - start
    changed = replace(native.exchanges[0], request=replace(native.exchanges[0].request, method="POST"))
    start = time.process_time()
    verdict = compare(case, replace(native, exchanges=(changed,)))
    beside = time.process_time() - start
    print(f"240 KB: {verdict.level}, {beside * 1e3:.1f} ms to compare beside {own * 1e3:.1f} ms of native's own")
    return 0 if rate >= WANTED and beside <= LONGEST and verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())

"""Native beside the binary, interleaved in one run: `python -m tests.bench native`.

Absolute times mean nothing on a shared machine; the ratios native / legacy do. SHIM_LEGACY_BIN names the binary;
without it native is measured alone and no ratio is printed.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import orjson
import psutil
import uvloop
import yaml

from tests.bench import bodies, client

GOALS = {
    "small whole": (1.15, 1.0),
    "small stream": (0.75, 1.0),
    "small chat to claude": (0.75, 1.0),
    "big passed on": (0.6, 1.0),
    "big claude to claude": (0.4, 1.0),
    "big responses to codex": (0.06, 0.05),
    "big claude to openai": (0.06, 0.05),
    "big chat to claude": (0.06, 0.05),
    "big chat to gemini": (0.06, 0.05),
    "big claude to codex": (0.06, 0.05),
}
"""Scenario -> wanted ratio of the median time, and of CPU seconds a request."""

CLAUDE, GEMINI, CODEX = "claude-sonnet-4-5-20250929", "gemini-2.5-flash", "gpt-5.2"
SCENARIOS = {
    "small whole": ("/v1/chat/completions", bodies.chat(), 400),
    "small stream": ("/v1/chat/completions", bodies.chat(stream=True), 200),
    "small chat to claude": ("/v1/chat/completions", bodies.chat(stream=True, model=CLAUDE), 200),
    "big passed on": ("/v1/chat/completions", bodies.chat(big=True), 60),
    "big claude to claude": ("/v1/messages", bodies.claude(big=True, stream=True), 40),
    "big responses to codex": ("/v1/responses", bodies.responses(big=True, stream=True), 20),
    "big claude to openai": ("/v1/messages", bodies.claude(big=True, stream=True, model="lab-large"), 20),
    "big chat to claude": ("/v1/chat/completions", bodies.chat(big=True, stream=True, model=CLAUDE), 20),
    "big chat to gemini": ("/v1/chat/completions", bodies.chat(big=True, stream=True, model=GEMINI), 20),
    "big claude to codex": ("/v1/messages", bodies.claude(big=True, stream=True, model=CODEX), 20),
}
"""Scenario -> path, body, requests a round."""


def configuration(port, upstream, auth):
    """One configuration for both."""
    base = f"http://127.0.0.1:{upstream}"
    return {
        "host": "127.0.0.1",
        "port": port,
        "auth-dir": str(auth),
        "api-keys": ["sk-client-1"],
        "request-retry": 0,
        "remote-management": {"disable-control-panel": True, "disable-auto-update-panel": True},
        "claude-api-key": [{"api-key": "sk-ant-1", "base-url": base}],
        "gemini-api-key": [{"api-key": "AIza-1", "base-url": base}],
        "codex-api-key": [{"api-key": "sk-codex-1", "base-url": base + "/v1"}],
        "openai-compatibility": [
            {
                "name": "lab",
                "base-url": base + "/v1",
                "api-key-entries": [{"api-key": "sk-1"}],
                "models": [{"name": "lab-large", "alias": "lab-large"}],
            }
        ],
    }


class Subject:
    """A server under measurement."""

    def __init__(self, name, command, work, upstream):
        self.name, self.port = name, free_port()
        home = work / name
        (home / "auth").mkdir(parents=True)
        (home / "config.yaml").write_text(yaml.safe_dump(configuration(self.port, upstream, home / "auth")))
        environment = {**os.environ, "HOME": str(home), "NO_PROXY": "127.0.0.1"}
        self.log = (home / "log").open("wb")
        self.process = psutil.Popen(
            [*command, "--config", str(home / "config.yaml"), "--local-model", "--no-browser"],
            cwd=home,
            env={**environment, "PYTHONPATH": str(Path.cwd())},
            stdout=self.log,
            stderr=self.log,
        )

    async def ready(self):
        for _ in range(400):
            try:
                (await client.connect(self.port)).transport.close()
            except OSError:
                await asyncio.sleep(0.05)
            else:
                await asyncio.sleep(1.0)  # the binary listens before its models are registered
                return
        raise RuntimeError(f"{self.name} did not start")

    def _all(self):
        return [self.process, *self.process.children(recursive=True)]

    def cpu(self):
        """CPU seconds so far, child processes included."""
        return sum(t.user + t.system for t in (p.cpu_times() for p in self._all()))

    def rss(self):
        """Resident bytes, child processes included."""
        return sum(p.memory_info().rss for p in self._all())

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


def free_port():
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_upstream(slow=0.0):
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.upstream", str(slow)], stdout=subprocess.PIPE)
    return process, int(process.stdout.readline())


async def scenario(subjects, name, *, clients, rounds, scale):
    """Rounds in turn, one subject after the other; medians of the rounds by subject."""
    path, body, count = SCENARIOS[name]
    count = max(clients * 2, int(count * scale) if clients == 1 else int(count * scale * 2))
    out = {s.name: {"p50": [], "first": [], "cpu": [], "rate": []} for s in subjects}
    for s in subjects:
        await client.load(s.port, client.request(path, body, port=s.port), clients=clients, count=max(clients, 10))
    for n in range(rounds):
        for s in subjects if n % 2 else reversed(subjects):
            before = s.cpu()
            times, took = await client.load(
                s.port, client.request(path, body, port=s.port), clients=clients, count=count
            )
            row = out[s.name]
            row["p50"].append(statistics.median(t[1] for t in times))
            row["first"].append(statistics.median(t[0] for t in times))
            row["cpu"].append((s.cpu() - before) / count)
            row["rate"].append(count / took)
    return {name: {k: statistics.median(v) for k, v in row.items()} for name, row in out.items()}


def table(results, clients):
    """Print what was measured, and whether the goals are met."""
    met = True
    print(f"\n{clients} client{'s' if clients > 1 else ''}: native / legacy")
    print(f"{'scenario':26}{'native p50':>12}{'legacy p50':>12}{'p50':>8}{'CPU':>8}{'rate':>8}   goal")
    for name, found in results.items():
        native, legacy = found["native"], found.get("legacy")
        if legacy is None:
            print(f"{name:26}{native['p50'] * 1e3:10.2f} ms")
            continue
        ratio = {k: native[k] / legacy[k] if legacy[k] else float("nan") for k in native}
        goal = GOALS[name]
        fine = (ratio["p50"] <= goal[0] and ratio["cpu"] <= goal[1]) if clients == 1 else ratio["rate"] >= 1.0
        met &= fine
        wanted = f"p50 <= {goal[0]}, CPU <= {goal[1]}" if clients == 1 else "rate >= 1.0"
        times = f"{native['p50'] * 1e3:9.2f} ms{legacy['p50'] * 1e3:9.2f} ms"
        ratios = f"{ratio['p50']:8.2f}{ratio['cpu']:8.2f}{ratio['rate']:8.2f}"
        print(f"{name:26}{times}{ratios}   {wanted} {'met' if fine else 'MISSED'}")
    return met


async def memory(subjects, count=10_000):
    """Resident memory after many requests, and half-way, to see whether it is flat."""
    path, body, _ = SCENARIOS["small whole"]
    print(f"\nresident memory after {count} requests")
    for s in subjects:
        data = client.request(path, body, port=s.port)
        await client.load(s.port, data, clients=16, count=count // 2)
        half = s.rss()
        await client.load(s.port, data, clients=16, count=count // 2)
        print(f"  {s.name:8} {half / 1e6:8.1f} MB half-way, {s.rss() / 1e6:8.1f} MB at the end")


async def measure(arguments):
    upstream, port = start_upstream()
    binary = os.environ.get("SHIM_LEGACY_BIN")
    results, met = {}, True
    with tempfile.TemporaryDirectory() as work:
        subjects = [Subject("native", [sys.executable, "-m", "native"], Path(work), port)]
        if binary:
            subjects.append(Subject("legacy", [binary], Path(work), port))
        try:
            for s in subjects:
                await s.ready()
            for clients in arguments.clients:
                chosen = [n for n in SCENARIOS if arguments.only in n]
                results[clients] = {
                    n: await scenario(subjects, n, clients=clients, rounds=arguments.rounds, scale=arguments.scale)
                    for n in chosen
                }
                met &= table(results[clients], clients)
            if arguments.memory:
                await memory(subjects)
        finally:
            for s in subjects:
                s.stop()
            upstream.terminate()
            upstream.wait()
    if arguments.json:
        arguments.json.write_bytes(orjson.dumps({str(k): v for k, v in results.items()}, option=orjson.OPT_INDENT_2))
    if not binary:
        print("\nSHIM_LEGACY_BIN is not set: native alone, no ratio")
    return 0 if met else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 16])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="requests a round, times this")
    parser.add_argument("--memory", action="store_true", help="resident memory after 10,000 requests too")
    parser.add_argument("--json", type=Path)
    return uvloop.run(measure(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())

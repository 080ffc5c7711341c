"""What recording costs: exchanges tied, redacted and written a second, and bytes kept of growing conversations.

Figures are of this process's processor time, which a busy machine stretches too; run it on an idle one.
"""

import argparse
import random
import string
import tempfile
import time
from pathlib import Path

import orjson

from shim.exchange import Request, Response
from shim.messages import Begun, Ended, Route, State
from shim.recorder import Counters
from shim.redact import Redactor
from shim.store import Store
from shim.writer import StoreWriter

ASKED = (
    *(("Host", "127.0.0.1:8317"), ("User-Agent", "openai/python"), ("Accept", "*/*"), ("Content-Length", "222")),
    *(("Authorization", "Bearer sk-client-1"), ("Content-Type", "application/json")),
)
ANSWERED = (
    *(("Access-Control-Allow-Origin", "*"), ("Content-Type", "text/event-stream")),
    *(("Date", "Sat, 21 Nov 2026 06:13:43 GMT"), ("Transfer-Encoding", "chunked")),
)
BATCH = 400


def small_exchanges(count, at_once):
    """What front and tap offer of so many exchanges, in the order they would, `at_once` of them in flight."""
    out = []
    for number in range(count):
        at = number * 0.001
        said = [{"role": "system", "content": "You are helpful. " * 10}]
        said.append({"role": "user", "content": f"What is the {number}th thing, and why? Tell it in detail."})
        body = orjson.dumps({"model": "lab-large", "messages": said, "stream": True})
        chunks = tuple(
            b"data: "
            + orjson.dumps({"id": f"c{number}", "choices": [{"delta": {"content": f"word {number} {n}"}}]})
            + b"\n\n"
            for n in range(10)
        )
        answer = Response(200, ANSWERED, chunks, tuple(n * 0.01 for n in range(10)))
        end = at + 0.001 * at_once - 0.0005
        call = Request("POST", "https://provider.example.test/v1/chat/completions", ASKED, body)
        out += [
            (at, Begun(f"e{number}", Request("POST", "/v1/chat/completions", ASKED, body), at, call=False)),
            (at + 0.0001, Begun(f"c{number}", call, at + 0.0001, call=True)),
            (end - 0.0002, Ended(f"c{number}", answer, end - 0.0002, call=True)),
            (end, Ended(f"e{number}", answer, end, False, Route("POST /v1/chat/completions", stream=True))),
        ]
    return [message for _, message in sorted(out, key=lambda one: one[0])]


def record(folder, count, at_once):
    """Record small exchanges; returns them a second of processor time, and bytes each."""
    messages = small_exchanges(count, at_once)
    path = folder / f"small-{at_once}.db"
    counters = Counters()
    writer = StoreWriter(path, counters, Redactor(b"k" * 32), clock=lambda: 1e6)
    keys = [{"name": "lab", "api-key-entries": [{"api-key": f"sk-up-{number}"} for number in range(10)]}]
    writer.take([State({"api-keys": ["sk-client-1"], "openai-compatibility": keys}, {}, 0.0)])
    began = time.process_time()
    for start in range(0, len(messages), BATCH):
        batch = messages[start : start + BATCH]
        begun = [message.key for message in batch if isinstance(message, Begun) and not message.call]
        counters.seen += len(begun)
        counters.unsettled.update(begun)
        writer.take(batch)
    writer.close()
    took = time.process_time() - began
    assert counters.recorded == count, counters
    return count / took, path.stat().st_size / count


def grow(folder, conversations, turns=50, size=1700):
    """Keep conversations that grow by `size` a turn; returns bytes sent, the file's share of them, and seconds."""
    chance = random.Random(1)
    words = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(2, 9))) for _ in range(20_000)]

    def text(length):
        return " ".join(chance.choices(words, k=length // 7))

    system = {"role": "system", "content": text(9000)}
    tools = [{"type": "function", "function": {"name": f"tool{n}", "description": text(200)}} for n in range(15)]
    talks = [[system] for _ in range(conversations)]
    sent, took = 0, 0.0
    path = folder / "grown.db"
    with Store(path) as store:
        for _ in range(turns):
            with store.transaction():
                for talk in talks:
                    talk += [{"role": role, "content": text(size // 2)} for role in ("user", "assistant")]
                    body = orjson.dumps({"model": "lab", "messages": talk, "tools": tools})
                    began = time.process_time()
                    store.bodies.put(body)
                    took += time.process_time() - began
                    sent += len(body)
    return sent, path.stat().st_size / sent, took


def main():
    """Run and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--exchanges", type=int, default=5000)
    asked.add_argument("--conversations", type=int, default=100)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for at_once in (1, 16):
            rate, each = record(Path(name), chosen.exchanges, at_once)
            print(f"small exchanges, {at_once:2} at once: {rate:6.0f} a second, {each:.0f} bytes each")
        sent, share, took = grow(Path(name), chosen.conversations)
        kept = f"{sent / 1e6:.0f} MB sent, {share:.1%} kept, {sent / took / 1e6:.0f} MB a second"
        print(f"{chosen.conversations} growing conversations: {kept}")


if __name__ == "__main__":
    main()

"""What the stand-ins play: the golden recordings that share one configuration, found by what a client asks.

Law: a stand-in says what was recorded or nothing; it makes nothing up.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson

from shim import corpusfile
from shim.exchange import Case, Exchange, Request, Response
from shim.judge.view import decoded, tree

GOLDEN = Path(__file__).parents[2] / "recordings" / "golden"


@dataclass(frozen=True, slots=True)
class Key:
    """What a request is found by."""

    method: str
    path: str
    body: bytes

    @classmethod
    def of(cls, request: Request) -> "Key":
        """The key of a request."""
        return cls(request.method, request.url, request.body)


def golden(group: str = "core-*") -> list[Case]:
    """Golden cases of one exchange and one configuration, the one that most of them share."""
    cases = [c for file in sorted(GOLDEN.glob(f"{group}.jsonl.gz")) for c in corpusfile.read(file)]
    cases = [c for c in cases if len(c.runs[0].exchanges) == 1 and c.runs[0].exchanges[0].request.method != "WEBSOCKET"]
    by_config: dict[bytes, list[Case]] = {}
    for case in cases:
        by_config.setdefault(orjson.dumps(dict(case.config), option=orjson.OPT_SORT_KEYS), []).append(case)
    return _unmistakable(max(by_config.values(), key=len, default=[]))


def _unmistakable(cases: list[Case]) -> list[Case]:
    """Those whose requests and calls are answered in one way only: live, nothing else tells two of them apart."""
    answers: dict[object, set[object]] = {}

    def said(case: Case) -> list[tuple[object, object]]:
        one = case.runs[0].exchanges[0]
        calls = [((c.request.url, _plain(tree(decoded(c.request.body)))), c.response) for c in one.upstream]
        return [(Key.of(one.request), one.response), *((repr(key), answer) for key, answer in calls)]

    for case in cases:
        for asked, got in said(case):
            answers.setdefault(asked, set()).add(got.body if isinstance(got, Response) else None)
    return [case for case in cases if all(len(answers[asked]) == 1 for asked, _ in said(case))]


class Script:
    """Recorded exchanges by request, and recorded provider's answers by call."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.exchanges: dict[Key, Exchange] = {}
        self._calls: dict[tuple[str, str, bytes], deque[Response]] = {}
        for case in cases:
            one = case.runs[0].exchanges[0]
            self.exchanges[Key.of(one.request)] = one
            for call in one.upstream:
                if call.response is not None:
                    key = (call.request.method, call.request.url.partition("://")[2], call.request.body)
                    self._calls.setdefault(key, deque(maxlen=1)).append(call.response)

    def answer(self, request: Request) -> Exchange | None:
        """What was recorded for a client's request."""
        return self.exchanges.get(Key.of(request))

    def provider(self, request: Request) -> Response | None:
        """What was recorded for a call to a provider."""
        where = request.url.partition("://")[2]
        found = self._calls.get((request.method, where, request.body)) or self._nearest(
            request.method, where, request.body
        )
        return found[0] if found else None

    def _nearest(self, method: str, host_and_path: str, body: bytes) -> deque[Response] | None:
        """A call whose body is the same JSON in another spelling: native's, live, need not be the binary's bytes."""
        try:
            asked = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        for (one_method, one_path, recorded), answers in self._calls.items():
            if (one_method, one_path) == (method, host_and_path) and _same(asked, recorded):
                return answers
        return None


def _same(asked: object, recorded: bytes) -> bool:
    """The same request, but for a line of billing that is made up at random each time."""
    try:
        other = orjson.loads(recorded)
    except orjson.JSONDecodeError:
        return False
    return _plain(asked) == _plain(other)


def _plain(tree: object) -> object:
    if isinstance(tree, dict):
        return {k: _plain(v) for k, v in tree.items() if k not in {"metadata", "prompt_cache_key"}}
    if isinstance(tree, list):
        return [_plain(v) for v in tree]
    if isinstance(tree, str) and tree.startswith("x-anthropic-billing-header"):
        return ""
    return tree

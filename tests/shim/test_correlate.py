import random
from collections import Counter

import orjson
import pytest

from shim.correlate import AMBIGUOUS, GRACE, PATIENCE, UNSEEN, Correlator
from shim.exchange import Request, Response
from shim.messages import Asked, Begun, Ended


def a_chat(text, *, stream=False, before=()):
    messages = [*before, {"role": "user", "content": text}]
    body = orjson.dumps({"model": "lab-large", "messages": messages, "stream": stream})
    return Request("POST", "/v1/chat/completions", (), body)


def a_call(text, *, before=()):
    contents = [{"role": "user", "parts": [{"text": piece}]} for piece in (*before, text)]
    body = orjson.dumps({"contents": contents, "generationConfig": {"maxOutputTokens": 100}})
    return Request("POST", "https://provider.example.test/v1/models/lab:generate", (), body)


def an_answer(text, status=200, *, complete=True):
    return Response(status, (), (orjson.dumps({"text": text}),), complete=complete)


def a_stream(text, wrap):
    pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
    return Response(200, (), tuple(b"data: " + orjson.dumps(wrap(piece)) + b"\n\n" for piece in pieces))


class Told:
    """A correlator told in short."""

    def __init__(self):
        self.correlator = Correlator()
        self.now = 100.0

    def begin(self, key, request):
        self.now += 0.01
        self.correlator.begin(Begun(key, request, self.now, call=False))

    def finish(self, key, response):
        self.now += 0.01
        self.correlator.finish(Ended(key, response, self.now, call=False))

    def call(self, key, request):
        self.now += 0.01
        self.correlator.begin_call(Begun(key, request, self.now, call=True))

    def answer(self, key, response):
        self.now += 0.01
        self.correlator.finish_call(Ended(key, response, self.now, call=True))

    def settled(self, later=0.0):
        self.now += later
        return {
            exchange.key: (exchange.doubt, [call.key for call in exchange.calls])
            for exchange in self.correlator.settled(self.now)
        }

    def strays(self):
        return [call.key for call in self.correlator.strays()]


@pytest.fixture
def told():
    return Told()


def test_alone_in_flight_every_call_is_its_own(told):
    told.begin("a", a_chat("hello"))
    for key in ("token", "model"):
        told.call(key, Request("GET", f"https://x.example.test/{key}"))
        told.answer(key, an_answer("something else"))
    told.finish("a", an_answer("hi"))
    assert told.settled() == {"a": ("", ["token", "model"])}


def test_of_two_the_one_that_says_the_same_is_meant(told):
    told.begin("a", a_chat("the colour of the sea"))
    told.begin("b", a_chat("the height of the hill"))
    told.call("of b", a_call("the height of the hill"))
    told.call("of a", a_call("the colour of the sea"))
    for key in ("of a", "of b"):
        told.answer(key, an_answer("the same"))
    for key in ("a", "b"):
        told.finish(key, an_answer("the same"))
    assert told.settled() == {"a": ("", ["of a"]), "b": ("", ["of b"])}


def test_a_later_turn_of_a_conversation_is_told_from_an_earlier_one(told):
    turns = ("what is it", "it is a long story", "tell it then")
    told.begin("first", a_chat(turns[0]))
    told.begin("second", a_chat(turns[2], before=[{"role": "user", "content": text} for text in turns[:2]]))
    told.call("of first", a_call(turns[0]))
    told.call("of second", a_call(turns[2], before=turns[:2]))
    for key in ("of first", "of second"):
        told.answer(key, an_answer("x"))
    for key in ("first", "second"):
        told.finish(key, an_answer("x"))
    assert told.settled() == {"first": ("", ["of first"]), "second": ("", ["of second"])}


def test_the_same_question_twice_is_decided_by_the_answers(told):
    told.begin("a", a_chat("a number please"))
    told.begin("b", a_chat("a number please", stream=True))
    told.call("one", a_call("a number please"))
    told.call("two", a_call("a number please"))
    told.answer("one", a_stream("the number is seventeen", lambda text: {"delta": {"text": text}}))
    told.answer("two", an_answer("the number is ninety"))
    told.finish("b", a_stream("the number is seventeen", lambda text: {"choices": [{"delta": {"content": text}}]}))
    assert told.settled() == {}
    told.finish("a", an_answer("the number is ninety"))
    assert told.settled() == {"a": ("", ["two"]), "b": ("", ["one"])}


def test_the_same_question_with_the_same_answer_is_ambiguous(told):
    for key in "ab":
        told.begin(key, a_chat("hello"))
    for key in ("one", "two"):
        told.call(key, a_call("hello"))
        told.answer(key, an_answer("hi there"))
    for key in "ab":
        told.finish(key, an_answer("hi there"))
    assert told.settled() == {"a": (AMBIGUOUS, []), "b": (AMBIGUOUS, [])}
    assert told.strays() == ["one", "two"]


def test_who_was_answered_without_a_call_puts_one_that_had_two_in_doubt(told):
    told.begin("a", a_chat("Tell me of the Alhambra in Granada"))
    told.begin("b", a_chat(""))
    told.call("1", a_call("Tell me of the Alhambra in Granada"))
    told.call("2", a_call("Tell me of the Alhambra in Granada", before=("",)))
    told.answer("1", an_answer("It is a palace and a fortress"))
    told.answer("2", an_answer("Nothing was asked of me, it seems"))
    told.finish("a", an_answer("It is a palace and a fortress"))
    assert told.settled() == {}
    told.finish("b", an_answer("Nothing was asked of me, it seems"))
    found = told.settled(PATIENCE + 1)
    assert {key: doubt for key, (doubt, _) in found.items()} == {"a": AMBIGUOUS, "b": AMBIGUOUS}


def test_a_failed_attempt_goes_to_the_one_that_was_not_busy(told):
    told.begin("a", a_chat("hello"))
    told.begin("b", a_chat("hello"))
    told.call("failed", a_call("hello"))
    told.call("of b", a_call("hello"))
    told.now += 1
    told.answer("failed", an_answer("overloaded", 529))
    told.call("of a", a_call("hello"))
    told.answer("of b", an_answer("the answer for b"))
    told.answer("of a", an_answer("the answer for a"))
    told.finish("a", an_answer("the answer for a"))
    told.finish("b", an_answer("the answer for b"))
    assert told.settled() == {"a": ("", ["of a", "failed"]), "b": ("", ["of b"])}


def test_a_call_that_carries_nothing_leaves_all_in_doubt(told):
    told.begin("a", a_chat("one thing"))
    told.begin("b", a_chat("another thing"))
    told.call("token", Request("GET", "https://x.example.test/token"))
    told.answer("token", an_answer("token"))
    for key in "ab":
        told.finish(key, an_answer(key * 9))
    assert told.settled() == {"a": (AMBIGUOUS, []), "b": (AMBIGUOUS, [])}


def test_a_request_still_to_come_may_be_the_one_that_is_meant(told):
    told.begin("early", a_chat("the same words"))
    told.begin("late", Request("POST", "/v1/chat/completions"))
    told.call("call", Request("POST", "https://provider.example.test/"))
    told.correlator.ask(Asked("call", a_call("the same words"), call=True))
    told.answer("call", an_answer("for the late one"))
    told.finish("early", an_answer("nothing like it"))
    assert told.settled() == {}
    told.correlator.ask(Asked("late", a_chat("the same words"), call=False))
    told.finish("late", an_answer("for the late one"))
    assert told.settled() == {"early": ("", []), "late": ("", ["call"])}


def test_a_client_that_left_may_still_be_calling(told):
    told.begin("left", a_chat("hello"))
    told.finish("left", None)
    assert told.settled() == {"left": ("", [])}
    told.begin("b", a_chat("hello"))
    told.call("retry", a_call("hello"))
    told.answer("retry", an_answer("for the one that left"))
    told.finish("b", an_answer("another answer"))
    assert told.settled() == {"b": (AMBIGUOUS, [])}


def test_a_client_that_left_long_ago_is_not_in_the_way(told):
    told.begin("left", a_chat("hello"))
    told.finish("left", None)
    told.settled()
    told.now += GRACE + 1
    told.begin("b", a_chat("hello"))
    told.call("call", a_call("hello"))
    told.answer("call", an_answer("x"))
    told.finish("b", an_answer("x"))
    assert told.settled() == {"b": ("", ["call"])}


def test_a_call_with_nobody_in_flight_is_a_stray(told):
    told.call("refresh", Request("POST", "https://x.example.test/token"))
    told.answer("refresh", an_answer("x"))
    assert told.strays() == ["refresh"]


def test_an_answer_that_never_ends_is_not_waited_for(told):
    told.begin("a", a_chat("hello"))
    told.call("one", a_call("hello"))
    told.finish("a", None)
    assert told.settled() == {}
    assert told.settled(later=PATIENCE + 1) == {"a": (UNSEEN, ["one"])}


def test_another_that_never_ends_is_not_waited_for(told):
    told.begin("a", a_chat("hello"))
    told.begin("endless", a_chat("hello"))
    told.call("one", a_call("hello"))
    told.answer("one", an_answer("x"))
    told.finish("a", an_answer("x"))
    assert told.settled() == {}
    assert told.settled(later=PATIENCE + 1) == {"a": (AMBIGUOUS, [])}


def test_a_crowd_is_not_waited_for(told, monkeypatch):
    monkeypatch.setattr("shim.correlate.CROWD", 3)
    told.begin("endless", a_chat("hello"))
    for key in "abcd":
        told.begin(key, a_chat("hello"))
        told.call(f"call of {key}", a_call("hello"))
        told.answer(f"call of {key}", an_answer("x"))
        told.finish(key, an_answer("x"))
    assert told.settled() == dict.fromkeys("abcd", (AMBIGUOUS, []))


def test_a_call_that_was_lost_leaves_its_exchange_without_evidence(told):
    told.begin("a", a_chat("hello"))
    told.call("one", a_call("hello"))
    told.correlator.miss("one")
    told.finish("a", an_answer("x"))
    assert told.settled() == {"a": (UNSEEN, [])}


def test_calls_not_seen_leave_everyone_of_that_time_without_evidence(told):
    told.begin("before", a_chat("hello"))
    told.finish("before", an_answer("x"))
    told.now += 1
    told.begin("during", a_chat("hello"))
    told.correlator.miss_between(told.now, told.now + 1)
    told.finish("during", an_answer("x"))
    assert told.settled() == {"before": ("", []), "during": (UNSEEN, [])}


def test_a_websocket_is_known_by_what_is_said_over_it(told):
    told.begin("socket", Request("GET", "/v1/responses", (("Upgrade", "websocket"),)))
    told.begin("other", a_chat("the height of the hill"))
    told.correlator.say("socket", '{"type": "response.create", "input": "the colour of the sea"}')
    told.call("of socket", a_call("the colour of the sea"))
    told.answer("of socket", an_answer("blue"))
    told.finish("other", an_answer("high"))
    assert told.settled() == {"other": ("", [])}
    told.finish("socket", an_answer("blue"))
    assert told.settled() == {"socket": ("", ["of socket"])}


class Simulated:
    """Clients at once before a legacy that translates, retries and fails over; who called whom is known."""

    def __init__(self, seed, clients=16, rounds=40):
        self.random = random.Random(seed)
        self.events = []
        self.truth = {}
        self.same = set()
        self.number = 0
        for _ in range(clients):
            at = self.random.uniform(0, 0.2)
            for _ in range(rounds):
                at = self._exchange(at) + self.random.expovariate(50)

    def _exchange(self, at):
        self.number += 1
        key, number = f"e{self.number}", self.number
        same = self.random.random() < 0.3
        if same:
            self.same.add(key)
        question = (
            "say hello" if same else f"What is the {number}th thing? " + "lorem ipsum " * self.random.randrange(9)
        )
        stream = self.random.random() < 0.5
        # Half of the answers to the same question are the same, too.
        answer = "hello" if same and self.random.random() < 0.5 else f"The thing of number {number} is so and so."
        self.events.append((at, "begin", Begun(key, a_chat(question, stream=stream), at, call=False)))
        at += self.random.uniform(0.0005, 0.003)
        for attempt in range(self.random.choice([1, 1, 1, 2, 3])):
            call = f"{key}.{attempt}"
            self.truth[call] = key
            self.events.append((at, "begin_call", Begun(call, a_call(question), at, call=True)))
            at += self.random.uniform(0.005, 0.08)
            failed = attempt < 2 and self.random.random() < 0.4
            text = "overloaded, try again later" if failed else answer
            given = an_answer(text, 529 if failed else 200)
            if stream and not failed:
                given = a_stream(text, lambda piece: {"candidates": [{"content": {"parts": [{"text": piece}]}}]})
            self.events.append((at, "finish_call", Ended(call, given, at, call=True)))
            if not failed:
                break
            at += self.random.uniform(0.0005, 0.002)
        got = an_answer(text, given.status)
        if stream and given.status == 200:
            got = a_stream(text, lambda piece: {"choices": [{"delta": {"content": piece}}]})
        at += self.random.uniform(0.0005, 0.002)
        self.events.append((at, "finish", Ended(key, got, at, call=False)))
        return at

    def play(self):
        correlator = Correlator()
        settled = []
        for at, what, told in sorted(self.events, key=lambda event: event[0]):
            getattr(correlator, what)(told)
            settled += correlator.settled(at)
        return settled + correlator.settled(1e9)


@pytest.mark.parametrize("seed", range(3))
def test_of_sixteen_clients_at_once_nearly_all_distinct_are_right_and_no_evidence_is_wrong(seed):
    world = Simulated(seed)
    count = Counter()
    for exchange in world.play():
        kind = "same" if exchange.key in world.same else "distinct"
        own = {call for call, owner in world.truth.items() if owner == exchange.key}
        found = {call.key for call in exchange.calls}
        right = "doubt" if exchange.doubt else "right" if found == own else "wrong"
        count[kind, right] += 1
    assert count.total() == 640
    assert count["distinct", "wrong"] == count["same", "wrong"] == 0
    distinct = sum(many for (kind, _), many in count.items() if kind == "distinct")
    assert count["distinct", "right"] >= 0.995 * distinct
    assert count["same", "right"] > 0

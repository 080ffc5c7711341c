import random
import string
from contextlib import suppress

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shim.store import Store
from shim.store.bodies import DEEPEST, _tell, _untell
from shim.tape import digest_of


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "r.db") as opened:
        yield opened


def rows(store):
    return store.sql.execute("SELECT codec, size, length(data), depth, base FROM bodies ORDER BY id").fetchall()


class Agent:
    """Sends its whole conversation with every turn, as agents do."""

    def __init__(self, seed=1):
        self.random = random.Random(seed)
        self.words = ["".join(self.random.choices(string.ascii_lowercase, k=7)) for _ in range(5000)]
        self.messages = [{"role": "system", "content": self.text(2000)}]

    def text(self, size):
        return " ".join(self.random.choices(self.words, k=size // 8))

    def turn(self, *, front=""):
        self.messages += [{"role": role, "content": self.text(900)} for role in ("user", "assistant")]
        return orjson.dumps({"nonce": front, "messages": self.messages, "tools": [{"name": "read"}, {"name": "write"}]})


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    with Store(tmp_path_factory.mktemp("db") / "r.db") as opened:
        yield opened


@settings(max_examples=200, deadline=None)
@given(bodies=st.lists(st.binary(max_size=2000) | st.text(max_size=3000).map(str.encode), max_size=6))
def test_what_is_put_is_got_byte_for_byte(lasting, bodies):
    ids = [lasting.bodies.put(body) for body in bodies]
    lasting.bodies.forget()
    assert [lasting.bodies.get(number) for number in ids] == bodies


def test_equal_bodies_are_one_row(store):
    assert store.bodies.put(b"x" * 5000) == store.bodies.put(b"x" * 5000)
    store.bodies.forget()
    assert store.bodies.put(b"x" * 5000) == 1
    assert len(rows(store)) == 1


def test_no_body_is_none(store):
    assert store.bodies.put(b"") is None
    assert store.bodies.get(None) == b""


def test_a_grown_body_costs_what_is_new(store):
    agent = Agent()
    bodies = [agent.turn() for _ in range(20)]
    ids = [store.bodies.put(body) for body in bodies]
    (first, *others) = rows(store)
    assert first[0] == "words"
    assert {row[0] for row in others} == {"delta"}
    assert all(packed < 1500 for _, _, packed, _, _ in others)
    store.bodies.forget()
    assert [store.bodies.get(number) for number in ids] == bodies


def test_a_change_in_front_costs_little(store):
    agent = Agent()
    store.bodies.put(agent.turn(front="a" * 40))
    store.bodies.put(agent.turn(front="b" * 33))
    assert rows(store)[1][0] == "delta"


def test_a_conversation_is_told_against_itself_and_not_another(store):
    agents = [Agent(seed) for seed in range(5)]
    for agent in agents[1:]:
        agent.messages[0] = agents[0].messages[0]
    order = [(turn, who) for turn in range(6) for who in range(5)]
    numbers = {}
    for turn, who in order:
        numbers[turn, who] = store.bodies.put(agents[who].turn())
    bases = dict(store.sql.execute("SELECT id, base FROM bodies WHERE codec = 'delta'"))
    for turn, who in order:
        if turn:
            assert bases[numbers[turn, who]] == numbers[turn - 1, who]


def test_a_read_never_undoes_too_many_deltas(store):
    agent = Agent()
    numbers = [store.bodies.put(agent.turn()) for _ in range(DEEPEST + 10)]
    assert max(row[3] for row in rows(store)) == DEEPEST
    assert sum(row[3] == 0 for row in rows(store)) == 2
    assert store.bodies.get(numbers[-1]) == orjson.dumps(
        {"nonce": "", "messages": agent.messages, "tools": [{"name": "read"}, {"name": "write"}]}
    )


def test_a_big_body_grows_cheaply_too(store):
    agent = Agent()
    agent.messages[0]["content"] = agent.text(5_000_000)
    bodies = [agent.turn() for _ in range(3)]
    numbers = [store.bodies.put(body) for body in bodies]
    assert [row[0] for row in rows(store)] == ["zstd", "splice", "splice"]
    assert rows(store)[2][2] < 2000
    store.bodies.forget()
    assert [store.bodies.get(number) for number in numbers] == bodies


@pytest.mark.parametrize(("one", "other"), [(b"abc" * 9, b"abc" * 9), (b"aXb", b"aYYb"), (b"", b"x"), (b"aa", b"aaa")])
def test_a_body_between_equal_ends_is_put_together_again(monkeypatch, one, other):
    monkeypatch.setattr("shim.store.bodies.LONG", 0)
    assert _untell(*_tell(one, other), other) == one


def test_an_answer_in_another_dialect_costs_less_beside_its_like(store):
    text = Agent().text(3000)
    pieces = [text[at : at + 40] for at in range(0, len(text), 40)]
    one = b"".join(b"data: " + orjson.dumps({"delta": {"text": piece}}) + b"\n\n" for piece in pieces)
    other = b"".join(
        b"data: " + orjson.dumps({"choices": [{"delta": {"content": piece}}]}) + b"\n\n" for piece in pieces
    )
    numbers = [store.bodies.put(one)]
    numbers.append(store.bodies.put(other, like=numbers[0]))
    (_, _, alone, _, _), (codec, _, beside, _, base) = rows(store)
    assert (codec, base) == ("delta", numbers[0])
    assert beside < 0.6 * alone
    store.bodies.forget()
    assert [store.bodies.get(number) for number in numbers] == [one, other]


def test_what_is_not_like_it_stands_alone(store):
    store.bodies.put(b"a" * 600)
    store.bodies.put(Agent().text(600).encode(), like=1)
    assert rows(store)[1][0] == "words"


def test_the_head_of_a_cut_body_is_never_taken_for_the_body(store):
    whole = b"y" * 10_000
    head = store.bodies.put_head(whole[:100], len(whole), digest_of(whole))
    assert store.bodies.get(head) == whole[:100]
    assert store.bodies.get(store.bodies.put(whole)) == whole
    assert store.bodies.put_head(whole[:100], len(whole), digest_of(whole)) == head


def test_what_was_rolled_back_is_not_told_against(store):
    agent = Agent()
    with suppress(RuntimeError), store.transaction():
        store.bodies.put(agent.turn())
        raise RuntimeError
    number = store.bodies.put(agent.turn())
    assert rows(store)[0][3] == 0
    assert store.bodies.get(number)


def share_of_what_was_sent(store, conversations, turns):
    agents = [Agent(seed) for seed in range(conversations)]
    for agent in agents:
        agent.messages[0]["content"] = agents[0].text(8000)
    sent = 0
    for _ in range(turns):
        with store.transaction():
            for agent in agents:
                body = agent.turn()
                sent += len(body)
                store.bodies.put(body)
    store.sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return len(body), store.path.stat().st_size / sent


def test_conversations_that_grow_take_a_twentieth_of_what_was_sent(store):
    last, share = share_of_what_was_sent(store, conversations=10, turns=50)
    assert last > 90_000
    assert share < 0.05


@pytest.mark.slow
def test_a_thousand_conversations_that_grow_take_a_twentieth_of_what_was_sent(store):
    last, share = share_of_what_was_sent(store, conversations=1000, turns=50)
    assert last > 90_000
    assert share < 0.05

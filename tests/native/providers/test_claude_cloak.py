import pytest

from native.providers.claude_cloak import Cloaking, UserIds, blocks, broken_up, user, user_id

AGENT = "You are a Claude agent, built on Anthropic's Claude Agent SDK."
MARK = {"type": "ephemeral"}


class Ids:
    def uuid(self):
        return "11111111-1111-4111-8111-111111111111"

    def hexes(self, length):
        return "abcdef0123456789"[:length].ljust(length, "0")

    def letters(self, length):
        return "a" * length


class Counting(Ids):
    def __init__(self):
        self.count = 0

    def hexes(self, length):
        self.count += 1
        return f"{self.count:0{length}x}"


class Clock:
    def __init__(self):
        self.at = 0.0

    def now(self):
        return self.at


def cloaked(body, *, strict=False):
    return blocks(body, Ids(), lambda: b"text", strict=strict)["system"]


def test_claude_codes_blocks_come_first():
    billing, agent, own = cloaked({"system": "Be kind."})
    assert billing["text"] == "x-anthropic-billing-header: cc_version=2.1.63.abc; cc_entrypoint=cli; cch=982d9;"
    assert agent == {"type": "text", "text": AGENT}
    assert own == {"type": "text", "cache_control": MARK, "text": "Be kind."}


def test_the_clients_blocks_of_text_are_kept_and_marked_and_others_dropped():
    system = [{"type": "text", "text": "a"}, {"type": "image"}, 5, {"type": "text", "text": "b", "cache_control": None}]
    assert cloaked({"system": system})[2:] == [
        {"type": "text", "text": "a", "cache_control": MARK},
        {"type": "text", "text": "b", "cache_control": None},
    ]


def test_a_strict_cloak_leaves_nothing_of_the_client():
    assert len(cloaked({"system": "Be kind."}, strict=True)) == 2


def test_blocks_that_are_there_are_not_set_again():
    body = {"system": [{"type": "text", "text": "x-anthropic-billing-header: cc_version=9"}]}
    assert blocks(body, Ids(), lambda: b"") is body
    assert len(cloaked(body, strict=True)) == 2


@pytest.mark.parametrize("system", [None, "", [], 5, {"a": 1}])
def test_a_prompt_that_is_none_leaves_the_two_alone(system):
    assert len(cloaked({"system": system})) == 2


def test_a_user_id_of_the_shape_is_kept_and_any_other_replaced():
    made = user_id(Ids())
    kept = {"metadata": {"user_id": made}}
    assert user(kept, lambda: "new") is kept
    for odd in (
        {},
        {"metadata": {"user_id": "u-1", "x": 1}},
        {"metadata": "odd"},
        {"metadata": {"user_id": made + "\n"}},
    ):
        assert user(odd, lambda: "new")["metadata"]["user_id"] == "new"


def test_a_key_keeps_its_user_id_while_it_is_used():
    ids, clock, users = Counting(), Clock(), UserIds()
    first = users.of("sk-1", ids, clock)
    clock.at = 3599
    assert users.of("sk-1", ids, clock) == first
    assert users.of("sk-2", ids, clock) != first
    clock.at = 3599 + 3600
    assert users.of("sk-1", ids, clock) != first


def test_without_a_key_every_user_is_new():
    ids, users = Counting(), UserIds()
    assert users.of("", ids, Clock()) != users.of("", ids, Clock())


def test_words_are_broken_behind_their_first_letter_whatever_their_case():
    body = {
        "system": [{"type": "text", "text": "The SECRET plan"}, {"type": "image", "text": "secret"}],
        "messages": [
            {"role": "user", "content": "secret planning"},
            {"role": "user", "content": [{"type": "text", "text": "a plan"}, {"type": "tool_use", "input": "plan"}]},
        ],
    }
    broken = broken_up(body, ["plan", "secret plan", "x", " "])
    assert broken["system"][0]["text"] == "The S\u200bECRET plan"
    assert broken["messages"][0]["content"] == "s\u200becret planning"
    assert broken["messages"][1]["content"][0]["text"] == "a p\u200blan"
    assert broken["system"][1] == body["system"][1]
    assert broken["messages"][1]["content"][1] == body["messages"][1]["content"][1]


def test_words_too_short_or_broken_already_are_no_words():
    body = {"messages": [{"role": "user", "content": "a b"}]}
    assert broken_up(body, ["a", "b\u200bc"]) is body


@pytest.mark.parametrize(
    ("mode", "agent", "covered"),
    [
        ("auto", "curl/8", True),
        ("auto", "claude-cli/2.1.63 (external, cli)", False),
        ("", "", True),
        ("ALWAYS", "claude-cli/2", True),
        ("Never", "curl/8", False),
        ("odd", "claude-cli/2", False),
    ],
)
def test_who_is_cloaked_is_the_modes_to_say(mode, agent, covered):
    assert Cloaking(mode).covers(agent) is covered

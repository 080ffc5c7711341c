from hypothesis import given
from hypothesis import strategies as st

from shim.redact.known import RECENT, Known


def known(*secrets):
    made = Known(lambda secret: "P" * len(secret))
    made.of_state(secrets)
    return made


def test_a_secret_is_replaced_in_any_text_and_body():
    assert known("sk-client-1").out_of("a sk-client-1 b") == "a PPPPPPPPPPP b"
    assert known("sk-client-1").out_of_body(b'{"k": "sk-client-1"}', thorough=False) == b'{"k": "PPPPPPPPPPP"}'


def test_a_longer_secret_goes_before_one_that_it_contains():
    made = Known({"sk-up-1": "AAAAAAA", "sk-up-10": "BBBBBBBB"}.__getitem__)
    made.of_state(["sk-up-1", "sk-up-10"])
    assert made.out_of("sk-up-10 sk-up-1") == "BBBBBBBB AAAAAAA"


def test_a_secret_is_found_as_addresses_and_json_spell_it():
    made = known("1//ab+cd=")
    body = made.out_of_body(b'1%2F%2Fab%2Bcd%3D and {"x": "1\\/\\/ab+cd="}', thorough=False)
    assert b"ab" not in body


def test_a_text_without_any_is_given_back_as_it_is():
    body = b"x" * 100
    assert known("sk-client-1").out_of_body(body, thorough=True) is body


def test_a_short_word_is_not_looked_for():
    assert known("lab").out_of("the lab is a lab") == "the lab is a lab"


def test_what_is_derived_is_replaced_by_what_is_derived_from_the_placeholder():
    made = Known({"sk-client-1": "sk-other-22"}.__getitem__)
    made.of_state(["sk-client-1"])
    told = made.out_of("session a89771df-719e-5289-bc84-c5179c5a5053")
    assert "a89771df" not in told
    assert len(told) == len("session a89771df-719e-5289-bc84-c5179c5a5053")


def test_passing_secrets_are_forgotten_before_those_of_the_state():
    made = known("sk-of-the-state")
    made.in_passing(f"sk-passing-{number:05}" for number in range(RECENT + 10))
    assert made.any_in("sk-of-the-state")
    assert not made.any_in("sk-passing-00000")
    assert made.any_in(f"sk-passing-{RECENT + 9:05}")


@given(st.lists(st.text(min_size=8, max_size=20), max_size=5), st.text())
def test_no_known_secret_is_left(secrets, text):
    made = Known(lambda secret: "\0" * len(secret))
    made.of_state(secrets)
    told = made.out_of(text + "".join(secrets))
    assert not any(made.any_in(secret) and secret in told for secret in secrets if "\0" not in secret)

import base64
import stat

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.redact.placeholders import EMAIL, Placeholders, key_of

KEY = b"k" * 32
REAL = ["sk-ant-oat01-Abc_123-xyz", "sk-proj-" + "a1B2" * 10, "AIzaSyD-0123456789abcdef", "ya29.a0Af_x", "1//0gLab-x"]


def a_jwt(claims):
    def told(value):
        return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()

    return f"{told({'alg': 'RS256'})}.{told(claims)}.{'s1G' * 20}"


@pytest.mark.parametrize("secret", REAL)
def test_a_placeholder_is_as_long_as_the_secret_and_begins_as_it_does(secret):
    placeholder = Placeholders(KEY).of(secret)
    assert len(placeholder) == len(secret)
    assert placeholder != secret
    assert placeholder[:3] == secret[:3]


def test_what_tells_an_oauth_token_from_a_key_is_kept():
    assert Placeholders(KEY).of("sk-ant-oat01-abcdefgh").startswith("sk-ant-oat01-")
    assert Placeholders(KEY).of("aorAAAAAGabcdefgh").startswith("aorAAAAAG")


@given(st.text(min_size=1))
def test_equal_secrets_have_equal_placeholders_of_the_same_length(secret):
    placeholder = Placeholders(KEY).of(secret)
    assert placeholder == Placeholders(KEY).of(secret)
    assert len(placeholder) == len(secret)


def test_other_secrets_have_other_placeholders():
    made = Placeholders(KEY)
    assert len({made.of(f"sk-client-{number:04}") for number in range(1000)}) == 1000


def test_another_installation_has_other_placeholders():
    assert Placeholders(KEY).of(REAL[0]) != Placeholders(b"x" * 32).of(REAL[0])


def test_an_address_stays_one():
    placeholder = Placeholders(KEY).of("Some.One@mail.example.test")
    assert EMAIL.fullmatch(placeholder)
    assert "example" not in placeholder


def test_a_jwt_keeps_its_claims_but_not_its_people_or_signature():
    account = {"https://api.openai.com/auth": {"chatgpt_account_id": "acct-1", "chatgpt_plan_type": "plus"}}
    token = a_jwt({"email": "lab@example.test", "name": "Some One", "exp": 4070908800, **account})
    placeholder = Placeholders(KEY).of(token)
    _, payload, signature = placeholder.split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=="))
    assert claims["exp"] == 4070908800
    assert claims["https://api.openai.com/auth"]["chatgpt_account_id"] == "acct-1"
    assert "lab@example.test" not in str(claims)
    assert claims["name"] != "Some One"
    assert signature != token.split(".")[2]
    assert len(placeholder) == len(token)


def test_a_copilot_token_keeps_what_is_read_from_it():
    token = "tid=0123456789abcdef;exp=4070908800;sku=individual;proxy-ep=proxy.example.test:0fedcba987654321"
    placeholder = Placeholders(KEY).of(token)
    assert ";exp=4070908800;sku=individual;proxy-ep=proxy.example.test:" in placeholder
    assert "0123456789abcdef" not in placeholder
    assert "0fedcba987654321" not in placeholder


def test_a_key_is_made_once_and_is_the_owners_alone(tmp_path):
    path = tmp_path / "redaction.key"
    key = key_of(path)
    assert len(key) == 32
    assert key_of(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_no_key_is_refused(tmp_path):
    path = tmp_path / "redaction.key"
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="is no redaction key"):
        key_of(path)

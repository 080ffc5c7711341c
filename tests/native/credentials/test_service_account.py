from functools import cache

import orjson
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from native.credentials.service_account import ServiceAccountError, service_account, signing_key


@cache
def key(kind=rsa, style="PKCS8"):
    made = rsa.generate_private_key(65537, 2048) if kind is rsa else ec.generate_private_key(ec.SECP256R1())
    form = getattr(serialization.PrivateFormat, style)
    return made.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def account():
    said = {"client_email": "sa@lab.example.test", "type": "service_account", "universe_domain": "googleapis.com"}
    return {"project_id": "lab project", "private_key": key(), **said}


def test_a_key_is_kept_in_one_spelling_however_it_came():
    wanted = signing_key(key())
    assert wanted.startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert max(map(len, wanted.splitlines())) == 64
    for spelled in (
        wanted,
        key().replace("\n", "\r\n"),
        key().replace("\n", " "),
        f"\x1b[31m{key()}\x1b[0m",
        f"noise {key()} noise",
    ):
        assert signing_key(spelled) == wanted


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nope", "missing pem markers"),
        ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", "payload empty"),
        ("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----", "decode failed"),
        ("-----BEGIN PRIVATE KEY-----\nabcd\n-----END PRIVATE KEY-----", "invalid pkcs8"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabcd\n-----END RSA PRIVATE KEY-----", "invalid rsa"),
        (key(ec), "not an RSA key"),
    ],
)
def test_a_key_that_cannot_sign_is_refused(text, why):
    with pytest.raises(ServiceAccountError, match=why):
        signing_key(text)


def test_a_project_never_leads_out_of_the_folder(tmp_path):
    folder = tmp_path / "auth"
    path = service_account({**account(), "project_id": "../../x"}).keep(folder, "eu")
    assert path.parent == folder
    assert orjson.loads(path.read_bytes())["project_id"] == "../../x"


@pytest.mark.parametrize("tree", [None, {}, {"private_key": 7}, {"private_key": " "}])
def test_what_has_no_key_is_none(tree):
    with pytest.raises(ServiceAccountError):
        service_account(tree)

import base64
import json
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from native.credentials.credential import Credential
from native.failure import Failure
from native.providers.vertex_account import account_of, token_in, token_request

KEY = generate_private_key(65537, 2048)
ELLIPTIC = ec.generate_private_key(ec.SECP256R1())


def pem(key=KEY, form=PrivateFormat.PKCS8):
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def a_file(account=None, **others):
    service = {"client_email": "bot@p.test", "private_key_id": "k1", "private_key": pem(), **(account or {})}
    return Credential(id="v", provider="vertex", metadata={"project_id": "p", "service_account": service, **others})


def decoded(piece):
    return base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))


def test_a_token_is_asked_for_by_a_signed_claim():
    request = token_request(account_of(a_file()), 1_760_000_000.7, "http://proxy.test")
    assert (request.method, request.url, request.proxy) == (
        "POST",
        "https://oauth2.googleapis.com/token",
        "http://proxy.test",
    )
    form = parse_qs(request.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    head, claims, signature = form["assertion"][0].split(".")
    assert json.loads(decoded(head)) == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    assert json.loads(decoded(claims)) == {
        "iss": "bot@p.test",
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": "https://oauth2.googleapis.com/token",
        "exp": 1_760_003_590,
        "iat": 1_759_999_990,
    }
    KEY.public_key().verify(decoded(signature), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())


@pytest.mark.parametrize(
    ("location", "home"),
    [
        ("europe-west4", "https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4"),
        (" ", "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1"),
        ("global", "https://aiplatform.googleapis.com/v1/projects/p/locations/global"),
    ],
)
def test_a_location_has_a_host(location, home):
    assert account_of(a_file(location=location)).home == home + "/publishers/google/models"


@pytest.mark.parametrize(
    "spelled",
    [
        pem(),
        pem(form=PrivateFormat.TraditionalOpenSSL),
        pem().replace("\n", "\r\n"),
        pem().replace("\n", " "),
        "x" + pem(),
    ],
)
def test_a_key_is_read_however_its_lines_were_mangled(spelled):
    key = account_of(a_file({"private_key": spelled})).key
    assert key.private_numbers() == KEY.private_numbers()


@pytest.mark.parametrize(
    ("credential", "message"),
    [
        (a_file(project_id=""), "missing project_id in credentials"),
        (a_file(service_account=None), "missing service_account in credentials"),
        (a_file({"private_key": " "}), "service account missing private_key"),
        (a_file({"private_key": "nonsense"}), "private_key is not valid pem: missing pem markers"),
        (a_file({"private_key": pem().replace("M", "A", 5)}), "private_key uses unsupported format"),
        (a_file({"private_key": pem(ELLIPTIC)}), "private_key is not an RSA key"),
    ],
)
def test_what_a_file_lacks_is_said(credential, message):
    with pytest.raises(Failure, match=f"vertex executor: {message}"):
        account_of(credential)


def test_a_project_may_stand_under_its_short_name():
    assert account_of(a_file(project_id=None, project="q")).project == "q"


def test_an_answer_without_a_token_has_none():
    assert token_in(b'{"access_token":"t","expires_in":60}') == ("t", 60)
    assert token_in(b"<html>") == ("", 0)

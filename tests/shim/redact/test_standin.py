from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from shim.exchange import Exchange, Request
from shim.redact import Redactor
from shim.redact.standin import private_key
from shim.store import Record, Snapshot


def test_a_seed_gives_one_key_and_another_another():
    assert private_key(b"seed") == private_key(b"seed") != private_key(b"other")


def test_it_is_a_key_that_signs():
    key = serialization.load_pem_private_key(private_key(b"seed").encode(), None)
    signature = key.sign(b"message", padding.PKCS1v15(), hashes.SHA256())
    key.public_key().verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())


def test_a_service_accounts_key_is_one_in_the_recording_too():
    secret = private_key(b"the secret one")
    account = {"type": "service_account", "private_key": secret, "client_email": "robot@proj.example.test"}
    body = b'{"private_key": "%s"}' % secret.replace("\n", "\\n").encode()
    exchange = Exchange(Request("POST", "/v0/management/vertex/import", (), body), None)
    record = Redactor(b"k" * 32).record(Record(exchange, snapshot=Snapshot({}, {"vertex.json": account})))
    kept = record.snapshot.auth_files["vertex.json"]["private_key"]
    assert kept != secret
    serialization.load_pem_private_key(kept.encode(), None)
    assert kept.replace("\n", "\\n").encode() in record.exchange.request.body
    assert secret.splitlines()[3].encode() not in record.exchange.request.body

"""The tap's certificates are for one name each; what it verifies against is the user's own store."""

import pytest
from cryptography import x509
from mitmproxy import connection, options, tls
from mitmproxy.proxy import context

from addons.certify import Certify
from shim.run.authority import authority


@pytest.fixture
def made(tmp_path):
    roots = authority(tmp_path / "world", {}).certificate
    return authority(tmp_path / "tap", {"SSL_CERT_FILE": str(roots)})


def a_start(side, *, sni=None, address=None, offers=()):
    client = connection.Client(peername=("127.0.0.1", 1), sockname=("127.0.0.1", 2), timestamp_start=0.0)
    found = context.Context(client, options.Options())
    found.client.sni, found.client.alpn_offers = sni, list(offers)
    found.server.address = address
    return tls.TlsData(client if side == "client" else found.server, found)


@pytest.mark.parametrize(
    ("sni", "address", "name"),
    [
        ("api.example.com", ("api.example.com", 443), x509.DNSName("api.example.com")),
        (None, ("10.0.0.9", 443), None),
        ("münchen.example", None, x509.DNSName("xn--mnchen-3ya.example")),
    ],
)
def test_a_certificate_is_for_who_was_asked(made, sni, address, name):
    start = a_start("client", sni=sni, address=address)
    Certify(made.key, made.certificate, made.trusted).tls_start_client(start)
    certificate = start.ssl_conn.get_certificate().to_cryptography()
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert (name or next(iter(names))) in list(names)
    root = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    certificate.verify_directly_issued_by(root)


def test_a_provider_is_offered_what_the_legacy_offered(made):
    start = a_start("server", sni="api.example.com", address=("1.2.3.4", 443), offers=[b"h2", b"http/1.1"])
    Certify(made.key, made.certificate, made.trusted).tls_start_server(start)
    assert start.conn.alpn_offers == (b"h2", b"http/1.1")
    assert start.conn.sni == "api.example.com"
    assert start.ssl_conn.get_context().get_verify_mode() == 1


def test_without_a_name_the_address_is_verified(made):
    start = a_start("server", address=("10.0.0.9", 443))
    Certify(made.key, made.certificate, made.trusted).tls_start_server(start)
    assert start.conn.sni == "10.0.0.9"

"""TLS on both sides of the tap: made-up certificates towards the legacy, verified ones towards providers.

Everything that sets up TLS lives here. Laws: a provider whose certificate does not hold is not spoken to; ALPN is
offered as the legacy offered it; nothing is looked up at the provider before the legacy asks it something.
"""

import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from mitmproxy import certs, tls
from mitmproxy.connection import Client, Server
from mitmproxy.net import tls as net_tls
from mitmproxy.proxy.layers.tls import HTTP_ALPNS
from OpenSSL import SSL

ANY = net_tls.Version.UNBOUNDED
OLDEST = net_tls.Version.TLS1_2


class Certify:
    """Gives mitmproxy its TLS connections.

    Args:
        key: The installation's key file.
        certificate: Its certificate's.
        trusted: The roots that providers are verified against.
    """

    def __init__(self, key: Path, certificate: Path, trusted: Path) -> None:
        secret = serialization.load_pem_private_key(key.read_bytes(), None)
        authority = certs.Cert.from_pem(certificate.read_bytes())
        self._trusted = str(trusted)
        self._verified()  # reading the roots takes a while, and is done once
        self._store = certs.CertStore(secret, authority, None, b"", None)  # type: ignore[arg-type]  # EC does as well

    def tls_start_client(self, start: tls.TlsData) -> None:
        """Speak as the provider to the legacy."""
        client, server = start.conn, start.context.server
        assert isinstance(client, Client)  # noqa: S101  # mitmproxy's contract
        names = [client.sni, server.address[0] if server.address else None]
        found = list(dict.fromkeys(_general_name(name) for name in names if name))
        entry = self._store.get_cert(str(found[0].value) if found else None, found)
        context = net_tls.create_client_proxy_context(
            method=net_tls.Method.TLS_SERVER_METHOD,
            min_version=OLDEST,
            max_version=ANY,
            cipher_list=None,
            ecdh_curve=None,
            chain_file=None,
            alpn_select_callback=_choose,
            request_client_cert=False,
            extra_chain_certs=(),
            dhparams=None,  # none are needed for elliptic curves
        )
        start.ssl_conn = SSL.Connection(context)
        start.ssl_conn.use_certificate(entry.cert.to_cryptography())
        start.ssl_conn.use_privatekey(entry.privatekey)
        start.ssl_conn.set_accept_state()

    def tls_start_server(self, start: tls.TlsData) -> None:
        """Speak to the provider, or to an HTTPS proxy on the way there, and verify who it is."""
        client, server = start.context.client, start.conn
        assert isinstance(server, Server)  # noqa: S101  # mitmproxy's contract
        assert server.address  # noqa: S101  # as above
        server.sni = server.sni or client.sni or server.address[0]
        server.alpn_offers = server.alpn_offers or tuple(client.alpn_offers)
        start.ssl_conn = connection = SSL.Connection(self._verified())
        _expect(connection, server.sni)
        if server.alpn_offers:
            connection.set_alpn_protos(list(server.alpn_offers))
        connection.set_connect_state()

    def _verified(self) -> SSL.Context:
        """TLS towards providers; mitmproxy keeps what it has made."""
        return net_tls.create_proxy_server_context(
            method=net_tls.Method.TLS_CLIENT_METHOD,
            min_version=OLDEST,
            max_version=ANY,
            cipher_list=None,
            ecdh_curve=None,
            verify=net_tls.Verify.VERIFY_PEER,
            ca_path=None,
            ca_pemfile=self._trusted,
            client_cert=None,
            legacy_server_connect=False,
        )


def _choose(connection: SSL.Connection, offers: list[bytes]) -> object:
    """The first of the legacy's offers that we speak."""
    del connection
    return next((offer for offer in offers if offer in HTTP_ALPNS), SSL.NO_OVERLAPPING_PROTOCOLS)


def _expect(connection: SSL.Connection, name: str) -> None:
    """Have OpenSSL check that the certificate is for this name; pyOpenSSL has no call of its own for it."""
    lib = SSL._lib  # type: ignore[attr-defined]  # noqa: SLF001  # as mitmproxy itself has to
    parameters = lib.SSL_get0_param(connection._ssl)  # noqa: SLF001  # as above
    try:
        address = ipaddress.ip_address(name).packed
    except ValueError:
        host = name.encode("idna")
        connection.set_tlsext_host_name(host)
        lib.X509_VERIFY_PARAM_set_hostflags(parameters, lib.X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
        done = lib.X509_VERIFY_PARAM_set1_host(parameters, host, len(host))
    else:
        done = lib.X509_VERIFY_PARAM_set1_ip(parameters, address, len(address))
    SSL._openssl_assert(done == 1)  # noqa: SLF001  # as above


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())

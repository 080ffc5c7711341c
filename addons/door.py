"""TLS on the clients' side, where the configuration has it: the binary behind the front then speaks plainly.

Everything about the front's own certificate lives here. Law: clients see the certificate that the user's
configuration names, and HTTP/1, which is what the front speaks.
"""

from collections.abc import Callable
from typing import Any

from mitmproxy import tls
from mitmproxy.proxy import layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.modes import ReverseProxy
from mitmproxy.proxy.layers.tls import ClientTLSLayer
from OpenSSL import SSL

HTTP1 = b"http/1.1"


class Door:
    """Lets clients in over TLS.

    Args:
        certificate: The file with the chain.
        key: The file with its key.
        inside: Makes the layer behind it.

    Raises:
        OpenSSL.SSL.Error: The files are no certificate and its key.
    """

    def __init__(self, certificate: str, key: str, inside: Callable[[Context], layer.Layer]) -> None:
        self._inside = inside
        self._tls = SSL.Context(SSL.TLS_METHOD)
        self._tls.set_min_proto_version(SSL.TLS1_2_VERSION)
        self._tls.use_certificate_chain_file(certificate)
        self._tls.use_privatekey_file(key)
        self._tls.set_alpn_select_callback(_choose)

    def top(self, context: Context) -> layer.Layer:
        """A connection's outermost layer."""
        return ReverseProxy(context)

    def next_layer(self, choice: layer.NextLayer) -> None:
        """TLS, and within it what is spoken inside."""
        context = choice.context
        choice.layer = self._inside(context) if context.client.tls else ClientTLSLayer(context)

    def tls_start_client(self, start: tls.TlsData) -> None:
        """Show the certificate."""
        start.ssl_conn = SSL.Connection(self._tls)
        start.ssl_conn.set_accept_state()


def _choose(connection: SSL.Connection, offers: list[bytes]) -> Any:
    del connection
    return HTTP1 if HTTP1 in offers else SSL.NO_OVERLAPPING_PROTOCOLS

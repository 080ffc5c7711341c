"""Where the configuration has TLS, the front has it, with the user's own certificate."""

import asyncio
import ssl

import pytest
from OpenSSL import SSL

from addons.door import Door


async def test_clients_speak_tls_to_the_front_and_the_binary_hears_it_plainly(rig, roots, tmp_path):
    trusted, context = roots
    context("localhost")
    chain = str(tmp_path / "localhost.pem")
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port, settings={"tls_certificate": chain, "tls_key": chain})
    trust = ssl.create_default_context(cafile=str(trusted))
    trust.set_alpn_protocols(["h2", "http/1.1"])
    reader, writer = await asyncio.open_connection("localhost", front.port, ssl=trust, family=2)
    assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
    writer.write(b"GET /v1/models HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert await reader.read() == rig.whole(b"{}")
    writer.close()
    assert legacy.heard[0].path == "/v1/models"
    assert (await front.ended())[0].response.status == 200


def test_files_that_are_no_certificate_stop_the_start(tmp_path):
    path = tmp_path / "x.pem"
    path.write_text("nothing")
    with pytest.raises(SSL.Error):
        Door(str(path), str(path), lambda context: context)

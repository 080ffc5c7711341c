"""Stands for the binary in tests of what plays to it: one provider, one endpoint, and a fault where one is asked for.

`POST /v1/messages` calls `https://up.test/v1` through the configuration's proxy with the first key that it names, and
answers with what that said. It is started as the binary is (`--config FILE`), with `--fault NAME` before that.
"""

import http.server
import json
import os
import re
import secrets
import socket
import ssl
import struct
import sys
from pathlib import Path

config = Path(sys.argv[sys.argv.index("--config") + 1]).read_text()
fault = sys.argv[sys.argv.index("--fault") + 1]
port = int(re.search(r"^port: (\d+)", config, re.MULTILINE)[1])
proxy = int(re.search(r"^proxy-url: socks5://127\.0\.0\.1:(\d+)", config, re.MULTILINE)[1])
keys = re.findall(r"api-key: (up-\S+)", config)
asked = []


def call(body):
    """Ask the provider as the binary would: SOCKS5, TLS, HTTP/1.1. Returns status and body."""
    raw = socket.create_connection(("127.0.0.1", proxy))
    raw.sendall(b"\x05\x01\x00")
    raw.recv(2)
    raw.sendall(b"\x05\x01\x00\x03\x07up.test" + struct.pack(">H", 443))
    raw.recv(10)
    with ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"]).wrap_socket(
        raw, server_hostname="up.test"
    ) as up:
        head = f"POST /v1 HTTP/1.1\r\nHost: up.test\r\nX-Key: {keys[0]}\r\nContent-Length: {len(body)}\r\n"
        up.sendall(head.encode() + b"Content-Type: application/json\r\nConnection: close\r\n\r\n" + body)
        said = b""
        while piece := up.recv(65536):
            said += piece
    head, _, rest = said.partition(b"\r\n\r\n")
    return int(head.split()[1]), rest


class Legacy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked.append(body)
        status, said = call(body + (b" " if fault != "sent" else b'{"more":1}'))
        answer = json.loads(said) if status == 200 else {"error": "upstream"}
        answer |= {"id": f"run={secrets.token_hex(3)}"} if fault == "noise" else {}
        answer |= {"text": "something else"} if fault == "body" else {}
        answer |= {"asked": len(asked)} if fault == "remembers" and len(asked) > 1 else {}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if fault == "headers":
            self.send_header("X-First", "1")
            self.send_header("X-Second", "2")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if fault == "start":
    sys.exit("this build cannot start")
http.server.ThreadingHTTPServer(("127.0.0.1", port), Legacy).serve_forever()

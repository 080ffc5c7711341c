"""Stands for the binary in tests of `shim run`: serves on its configuration's port, tells what it was started with."""

import http.server
import json
import os
import re
import signal
import sys
import threading
from pathlib import Path

config = Path(sys.argv[sys.argv.index("--config") + 1])
go_on = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body):
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/stream":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nfirst\r\n")
            go_on.wait()
            self.wfile.write(b"4\r\nlast\r\n0\r\n\r\n")
            return
        if self.path == "/go-on":
            go_on.set()
        told = {
            "pid": os.getpid(),
            "arguments": sys.argv[1:],
            "environment": dict(os.environ),
            "config": config.read_text(),
        }
        self.answer(told)

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        config.write_text(config.read_text().replace("debug: false", "debug: true"))
        self.answer({"status": "ok"})

    def do_POST(self):
        os._exit(3)


def end(*_):
    config.write_text(config.read_text() + "ended: true\n")
    os._exit(0)


signal.signal(signal.SIGTERM, end)
port = int(re.search(r"^port: (\d+)", config.read_text(), re.MULTILINE)[1])
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()

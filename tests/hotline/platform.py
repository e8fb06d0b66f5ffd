"""A 12345 platform as a real HTTP server on 127.0.0.1: lists records since a cursor, takes pushes, checks signatures."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from casework.channels.webhook import sign

SECRET = "shared-secret"


class Platform(ThreadingHTTPServer):
    """``records`` are what it has; ``pushed`` what it was told, once per idempotency key; ``status`` what it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        self.records: list[dict] = []
        self.pushed: dict[str, dict] = {}
        self.posts = self.gets = self.forged = 0
        self.status = 200
        self.raw: bytes | None = None
        super().__init__(("127.0.0.1", 0), _Talk)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Talk(BaseHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        return

    def _is_signed(self, payload: bytes) -> bool:
        wanted = sign(SECRET, self.headers["X-Governance-Timestamp"], payload)
        good = self.headers["X-Governance-Signature"] == wanted and self.headers["X-Governance-Key"] == "district"
        self.server.forged += not good
        return good

    def do_GET(self) -> None:
        self.server.gets += 1
        parts = urlsplit(self.path)
        if not self._is_signed(f"{parts.path}?{parts.query}".encode()):
            return self._say(403, {})
        asked = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        rows = [row for row in self.server.records if row["operate_time"] > asked["since"]]
        return self._say(self.server.status, {"data": rows[: int(asked["limit"])]})

    def do_POST(self) -> None:
        self.server.posts += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_signed(body):
            return self._say(403, {})
        if self.server.status == 200:
            key = self.headers["Idempotency-Key"]
            if self.headers["Content-Type"].startswith("application/x-www-form-urlencoded"):
                fields = parse_qs(body.decode())
                told = {**json.loads(fields["data"][0])[0], "senderCode": fields["senderCode"][0]}
            else:
                told = json.loads(body)
            self.server.pushed.setdefault(key, told)
        return self._say(self.server.status, {"ok": True})

    def _say(self, status: int, body: dict) -> None:
        text = self.server.raw if self.server.raw is not None else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@contextmanager
def running() -> Iterator[Platform]:
    server = Platform()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()

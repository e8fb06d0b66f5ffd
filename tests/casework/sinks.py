"""Small real servers on 127.0.0.1 that keep what they are sent: SMTP and HTTP."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SmtpSink(socketserver.ThreadingTCPServer):
    """Takes every mail; ``refuse`` is an SMTP line given to every recipient instead."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], str]] = []
        self.refuse = ""
        super().__init__(("127.0.0.1", 0), _SmtpTalk)

    @property
    def port(self) -> int:
        return self.server_address[1]


class _SmtpTalk(socketserver.StreamRequestHandler):
    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 sink")
        people: list[str] = []
        while line := self.rfile.readline():
            word = line.decode().strip()
            verb = word[:4].upper()
            if verb == "DATA":
                self.say("354 go on")
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text.decode())
                self.server.mails.append((people, "".join(lines)))
                people = []
                self.say("250 kept")
            elif verb == "RCPT" and self.server.refuse:
                self.say(self.server.refuse)
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                if verb == "RCPT":
                    people.append(word.partition("<")[2].rstrip(">"))
                self.say("250 fine")


class HttpSink(ThreadingHTTPServer):
    """Keeps every request; answers with ``status``, ``headers`` and ``body``."""

    daemon_threads = True

    def __init__(self) -> None:
        self.hits: list[tuple[str, dict, bytes]] = []
        self.status, self.headers, self.body = 200, {}, b'{"errcode": 0}'
        super().__init__(("127.0.0.1", 0), _HttpTalk)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _HttpTalk(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.hits.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    do_GET = do_POST

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[socketserver.BaseServer]:
    """Serve in a thread until the block is left."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""A small HTTP load: keep-alive connections over raw sockets, requests made beforehand, one selector loop.

Cheap enough (about 40 µs a request) that on two cores it is the server that is measured; both sides of a ratio
are measured with the same load.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What came back: requests per second, statuses, latencies in seconds (sorted), bodies if asked."""

    seconds: float
    statuses: Counter = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    bodies: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return sum(self.statuses.values()) / self.seconds

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))]


def request(
    method: str, path: str, *, port: int, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()
) -> bytes:
    """One HTTP/1.1 request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{k}: {v}" for k, v in headers)]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


RENEW_AFTER = 25
"""Requests after which a connection is made anew. A worker keeps the connections it happened to accept: for a whole
run of seconds, one might have seven of eight."""


class _Line:
    def __init__(self, port: int) -> None:
        self.port = port
        self.asked = 0
        self.began = 0.0
        self.buffer = b""
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, payload: bytes) -> None:
        self.payload = payload
        self.asked += 1
        self.began = time.perf_counter()
        self.buffer = b""
        try:
            self.socket.sendall(payload)
        except OSError:
            self.again()

    def again(self) -> None:
        """The server closed a kept connection (it does after some requests): once more on a new one."""
        self.socket.close()
        self.connect()
        self.socket.sendall(self.payload)

    def receive(self) -> tuple[int, bytes, bool] | None:
        """(status, body, connection will be closed) when the answer is whole."""
        try:
            data = self.socket.recv(262_144)
        except OSError:
            data = b""
        if not data:
            if self.buffer:
                return 0, b"", True
            return None if self._retry() else (0, b"", True)
        self.buffer += data
        head, sep, rest = self.buffer.partition(b"\r\n\r\n")
        if not sep:
            return None
        status = int(head[9:12])
        lowered = head.lower()
        length = _length(lowered)
        if length is None:
            if b"transfer-encoding: chunked" in lowered and rest.endswith(b"0\r\n\r\n"):
                return status, rest, b"connection: close" in lowered
            return (status, b"", b"connection: close" in lowered) if status in (204, 304) else None
        if len(rest) < length:
            return None
        return status, rest, b"connection: close" in lowered

    def _retry(self) -> bool:
        try:
            self.again()
        except OSError:
            return False
        return True


def _length(head: bytes) -> int | None:
    at = head.find(b"content-length:")
    if at < 0:
        return None
    return int(head[at + 15 : head.find(b"\r\n", at) if head.find(b"\r\n", at) > 0 else None])


class _Load:
    """One run: which requests are still to be sent, what came back."""

    def __init__(self, make: Callable[[int], bytes], requests: int | None, seconds: float | None) -> None:
        self.make = make
        self.requests = requests
        self.seconds = seconds
        self.selector = selectors.DefaultSelector()
        self.outcome = Outcome(0.0)
        self.sent = self.waiting = 0
        self.began = time.perf_counter()

    def over(self) -> bool:
        if self.requests is not None:
            return self.sent >= self.requests
        return self.seconds is not None and time.perf_counter() - self.began >= self.seconds

    def send(self, line: _Line) -> None:
        line.send(self.make(self.sent))
        self.sent += 1
        self.waiting += 1

    def take(self, line: _Line, *, keep_bodies: bool) -> None:
        """Read what arrived; when the answer is whole, note it and send the next."""
        before = line.socket
        answer = line.receive()
        if line.socket is not before:
            self._watch(line, instead_of=before)
        if answer is None:
            return
        status, body, closing = answer
        self.outcome.statuses[status] += 1
        self.outcome.latencies.append(time.perf_counter() - line.began)
        if keep_bodies:
            self.outcome.bodies.append((status, body))
        self.waiting -= 1
        if self.over():
            return
        if closing or line.asked % RENEW_AFTER == 0:
            old = line.socket
            line.connect()
            self._watch(line, instead_of=old)
            old.close()
        self.send(line)

    def _watch(self, line: _Line, *, instead_of: socket.socket) -> None:
        self.selector.unregister(instead_of)
        self.selector.register(line.socket, selectors.EVENT_READ, line)


def run(
    port: int,
    make: Callable[[int], bytes],
    *,
    connections: int,
    requests: int | None = None,
    seconds: float | None = None,
    keep_bodies: bool = False,
) -> Outcome:
    """Send ``make(0)``, ``make(1)``, … over this many connections until ``requests`` are answered or ``seconds``
    have passed; the first request of every connection is sent before any answer is read."""
    lines = [_Line(port) for _n in range(connections)]
    load = _Load(make, requests, seconds)
    for line in lines:
        load.selector.register(line.socket, selectors.EVENT_READ, line)
    for line in lines:
        if not load.over() or load.sent == 0:
            load.send(line)
    while load.waiting:
        for key, _mask in load.selector.select(timeout=30):
            load.take(key.data, keep_bodies=keep_bodies)
    load.outcome.seconds = time.perf_counter() - load.began
    load.outcome.latencies.sort()
    for line in lines:
        line.socket.close()
    load.selector.close()
    return load.outcome

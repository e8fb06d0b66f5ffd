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


class _Line:
    def __init__(self, port: int) -> None:
        self.port = port
        self.began = 0.0
        self.buffer = b""
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, payload: bytes) -> None:
        self.payload = payload
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
    have passed. With ``requests`` equal to ``connections`` all are released together."""
    selector = selectors.DefaultSelector()
    lines = [_Line(port) for _n in range(connections)]
    for line in lines:
        selector.register(line.socket, selectors.EVENT_READ, line)
    outcome = Outcome(0.0)
    sent = 0
    began = time.perf_counter()
    for line in lines:
        if requests is not None and sent >= requests:
            break
        line.send(make(sent))
        sent += 1
    waiting = sent
    while waiting:
        for key, _mask in selector.select(timeout=30):
            line = key.data
            before = line.socket
            answer = line.receive()
            if line.socket is not before:
                selector.unregister(before)
                selector.register(line.socket, selectors.EVENT_READ, line)
            if answer is None:
                continue
            status, body, closing = answer
            outcome.statuses[status] += 1
            outcome.latencies.append(time.perf_counter() - line.began)
            if keep_bodies:
                outcome.bodies.append((status, body))
            waiting -= 1
            over = (requests is not None and sent >= requests) or (
                seconds is not None and time.perf_counter() - began >= seconds
            )
            if over:
                continue
            if closing:
                selector.unregister(line.socket)
                line.socket.close()
                line.connect()
                selector.register(line.socket, selectors.EVENT_READ, line)
            line.send(make(sent))
            sent += 1
            waiting += 1
    outcome.seconds = time.perf_counter() - began
    outcome.latencies.sort()
    for line in lines:
        line.socket.close()
    selector.close()
    return outcome

"""The one client for outgoing HTTP (quality.md §4.5): to hosts on the list, to the address that was checked.

``WEBHOOK_ALLOWED_HOSTS`` names hosts: ``hooks.example.cn``, ``hooks.example.cn:8443``. Only https, unless the
entry itself begins with ``http://``. A private, link-local, loopback or otherwise special address is refused
unless it is itself on the list (``http://10.0.0.5:8080``), also when a listed name resolves to it. The name is
resolved once and the connection goes to that very address; redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from casework.channels.base import Refuse, Retry

CONNECT_SECONDS = 3
WHOLE_SECONDS = 10
LARGEST_ANSWER = 1024 * 1024
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, the body, and ``Retry-After`` in seconds if the other side sent one."""

    status: int
    body: bytes
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    host: str
    port: int | None
    plain: bool


def _entries() -> list[_Entry]:
    found = []
    for text in settings.WEBHOOK_ALLOWED_HOSTS:
        plain = text.startswith("http://")
        parts = urlsplit(text if "//" in text else f"//{text}")
        found.append(_Entry((parts.hostname or "").lower(), parts.port, plain))
    return found


def post_json(url: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Answer:
    """POST once, 3 s to connect and 10 s in all, at most 1 MB read. Raises Refuse for an address that is not
    allowed, Retry when nobody answers in time."""
    return _ask("POST", url, body, {"Content-Type": "application/json", **(headers or {})})


def get_json(url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
    """GET once, under the same rules as ``post_json``."""
    return _ask("GET", url, None, {"Accept": "application/json", **(headers or {})})


def check_address(url: str) -> None:
    """Whether an address may be asked at all, before it is kept. Raises Refuse; the name is not resolved."""
    _checked(url)


def _ask(method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    parts, port = _checked(url)
    address = _resolve(parts.hostname, port)
    path = parts.path or "/"
    if parts.query:
        path += f"?{parts.query}"
    try:
        return _exchange(parts, address, (method, path, body, {"Connection": "close"} | headers))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Retry(f"HTTP: {type(error).__name__}") from error


def _checked(url: str) -> tuple[SplitResult, int]:
    if not url.isascii() or any(c <= " " or c in '\\"<>^`{|}' for c in url):
        raise Refuse("the address has characters that do not belong there")
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError as error:
        raise Refuse("the address cannot be read") from error
    host = (parts.hostname or "").lower()
    if not port or "@" in parts.netloc or not _HOST.fullmatch(host):
        raise Refuse("the address is not a plain https address")
    for entry in _entries():
        if entry.host == host and entry.port in (None, port) and (parts.scheme == "https" or entry.plain):
            return parts, port
    raise Refuse("the host is not on the list WEBHOOK_ALLOWED_HOSTS")


def _resolve(host: str, port: int) -> tuple[int, tuple]:
    """Family and socket address of the first permitted answer; every answer must be permitted."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Retry("the host's name cannot be resolved") from error
    listed = {entry.host for entry in _entries()}
    for _family, _type, _protocol, _name, address in found:
        if not _is_public(address[0]) and address[0] not in listed:
            raise Refuse("the host leads to an internal address")
    family, _type, _protocol, _name, address = found[0]
    return family, address


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            address = inner
        elif address in ipaddress.ip_network("64:ff9b::/96"):
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.is_global and not address.is_multicast


def _exchange(
    parts: SplitResult, address: tuple[int, tuple], asked: tuple[str, str, bytes | None, dict[str, str]]
) -> Answer:
    family, target = address
    method, path, body, headers = asked
    deadline = _Deadline(socket.socket(family, socket.SOCK_STREAM))
    try:
        deadline.line.settimeout(CONNECT_SECONDS)
        deadline.line.connect(target)
        deadline.line.settimeout(WHOLE_SECONDS)
        if parts.scheme == "https":
            # The handshake comes after, so that the deadline knows the socket it happens on.
            context = ssl.create_default_context()
            deadline.line = context.wrap_socket(
                deadline.line, server_hostname=parts.hostname, do_handshake_on_connect=False
            )
            deadline.line.do_handshake()
        client = http.client.HTTPConnection(parts.hostname, parts.port, timeout=WHOLE_SECONDS)
        client.sock = deadline.line
        client.request(method, path, body=body, headers=headers)
        answer = client.getresponse()
        text = answer.read(LARGEST_ANSWER + 1)
        if len(text) > LARGEST_ANSWER:
            raise ValueError("the answer is larger than 1 MB")
        if deadline.has_passed.is_set():
            raise TimeoutError
        wait = answer.headers.get("Retry-After", "")
        return Answer(answer.status, text, min(int(wait), 3600) if wait.isdigit() else None)
    finally:
        deadline.end()


class _Deadline:
    """Ends an exchange as a whole: a peer that sends a byte now and then outlasts any time-out per read."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.has_passed = threading.Event()
        self._watch = threading.Timer(WHOLE_SECONDS, self._cut)
        self._watch.daemon = True
        self._watch.start()

    def _cut(self) -> None:
        """Wake whoever reads; what has come so far must not pass for a whole answer."""
        self.has_passed.set()
        try:
            socket.socket.shutdown(self.line, socket.SHUT_RDWR)
        except OSError:
            self.line.close()

    def end(self) -> None:
        self._watch.cancel()
        self.line.close()

"""Nothing leaves for an address that is not allowed (quality.md I-07)."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.channels import Refuse, Retry, http
from tests.casework.sinks import HttpSink, serving


@pytest.fixture
def canary(settings) -> Iterator[HttpSink]:
    with serving(HttpSink()) as sink:
        settings.WEBHOOK_ALLOWED_HOSTS = ["hooks.example.cn", "localhost"]
        yield sink


FORMS = [
    "http://127.0.0.1:{p}/", "http://localhost:{p}/", "https://localhost:{p}/", "http://2130706433:{p}/",
    "http://0x7f000001:{p}/", "http://0177.0.0.1:{p}/", "http://127.1:{p}/", "http://[::1]:{p}/",
    "http://[::ffff:127.0.0.1]:{p}/", "http://[::ffff:7f00:1]:{p}/", "http://0.0.0.0:{p}/", "http://[::]:{p}/",
    "http://hooks.example.cn@127.0.0.1:{p}/", "https://hooks.example.cn:x@127.0.0.1:{p}/",
    "http://127.0.0.1:{p}#@hooks.example.cn/", "http://127.0.0.1:{p}\\@hooks.example.cn/",
    "http://hooks.example.cn%00.127.0.0.1:{p}/", "http://１２７.0.0.1:{p}/", "http://127。0。0。1:{p}/",
    "http://127.0.0.1%2f:{p}/", "http://localhost.:{p}/", "//127.0.0.1:{p}/", "127.0.0.1:{p}/",
    "file:///etc/passwd", "gopher://127.0.0.1:{p}/_x", "ftp://127.0.0.1:{p}/", "dict://127.0.0.1:{p}/",
    "http://169.254.169.254/latest/meta-data/", "http://[fd00::1]:{p}/", "http://[fe80::1%25lo]:{p}/",
    "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/", "http://100.64.0.1/", "http://",
    "https://", "", "http://[", "http://127.0.0.1:99999999/", "https://hooks.example.cn:{p} @127.0.0.1/",
    "https://hooks.example.cn\r\nHost: 127.0.0.1:{p}/", "HTTP://127.0.0.1:{p}/", "https:127.0.0.1:{p}/",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_hostile_address_is_refused_before_anything_is_sent(canary, form):
    with pytest.raises(Refuse):
        http.post_json(form.format(p=canary.server_address[1]), b"{}")
    assert canary.hits == []


INTERNAL = [
    "127.0.0.1", "10.1.2.3", "192.168.0.9", "172.31.255.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1",
]  # fmt: skip


@pytest.mark.parametrize("address", INTERNAL)
def test_listed_name_that_leads_inside_is_refused(monkeypatch, settings, address):
    """Also when only one of several answers is internal (rebinding by round robin)."""
    settings.WEBHOOK_ALLOWED_HOSTS = ["hooks.example.cn"]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    answers = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443)),
        (family, socket.SOCK_STREAM, 6, "", (address, 443)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answers)
    with pytest.raises(Refuse, match="internal"):
        http.post_json("https://hooks.example.cn/", b"{}")


def test_name_is_resolved_once_and_that_address_is_used(canary, monkeypatch, settings):
    """A second answer would be another address: rebinding between check and connect."""
    port = canary.server_address[1]
    settings.WEBHOOK_ALLOWED_HOSTS = [f"http://hooks.example.cn:{port}", "127.0.0.1"]
    asked = []

    def resolve(*args, **_more):
        asked.append(args)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert http.post_json(f"http://hooks.example.cn:{port}/a?b=1", b"{}").status == 200
    assert len(asked) == 1
    assert (canary.hits[0][0], canary.hits[0][1]["Host"]) == ("/a?b=1", f"hooks.example.cn:{port}")


@pytest.fixture
def certificate(tmp_path) -> Path:
    """A key and a certificate for hooks.example.cn, made for this test."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate and is not installed")
    path = tmp_path / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hooks.example.cn",
         "-addext", "subjectAltName=DNS:hooks.example.cn", "-keyout", str(path), "-out", str(tmp_path / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + (tmp_path / "cert.pem").read_bytes())
    return path


@pytest.mark.parametrize("is_trusted", [True, False])
def test_certificate_is_checked_against_the_name(settings, monkeypatch, certificate, is_trusted):
    server = HttpSink()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]
    settings.WEBHOOK_ALLOWED_HOSTS = ["hooks.example.cn", "127.0.0.1"]
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answer)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(server):
        if is_trusted:
            assert http.post_json(f"https://hooks.example.cn:{port}/a", b"{}").status == 200
        else:
            with pytest.raises(Retry, match="SSLCertVerificationError"):
                http.post_json(f"https://hooks.example.cn:{port}/a", b"{}")
    assert len(server.hits) == is_trusted


def test_redirects_are_not_followed(canary, settings):
    settings.WEBHOOK_ALLOWED_HOSTS = [canary.url]
    canary.status, canary.headers = 307, {"Location": canary.url + "/second"}
    assert http.post_json(canary.url + "/first", b"{}").status == 307
    assert [hit[0] for hit in canary.hits] == ["/first"]


def test_large_answer_is_cut_off(canary, settings):
    settings.WEBHOOK_ALLOWED_HOSTS = [canary.url]
    canary.body = b"x" * (http.LARGEST_ANSWER + 2)
    with pytest.raises(Retry):
        http.post_json(canary.url, b"{}")


def test_plain_http_needs_its_own_entry(canary, settings):
    settings.WEBHOOK_ALLOWED_HOSTS = [canary.url.removeprefix("http://")]
    with pytest.raises(Refuse):
        http.post_json(canary.url, b"{}")


def test_peer_that_dribbles_is_cut_off_in_all(monkeypatch, settings):
    """Each byte comes in time, the whole does not."""
    monkeypatch.setattr(http, "WHOLE_SECONDS", 0.5)
    listener = socket.create_server(("127.0.0.1", 0))
    settings.WEBHOOK_ALLOWED_HOSTS = [f"http://127.0.0.1:{listener.getsockname()[1]}"]
    over = threading.Event()

    def dribble():
        line, _address = listener.accept()
        with line:
            try:
                line.sendall(b"HTTP/1.1 200 OK\r\nX-A: ")
                while not over.wait(0.05):
                    line.sendall(b"a")
            except OSError:
                return

    thread = threading.Thread(target=dribble)
    thread.start()
    with pytest.raises(Retry):
        http.post_json(settings.WEBHOOK_ALLOWED_HOSTS[0] + "/", b"{}")
    over.set()
    thread.join(5)
    listener.close()
    assert not thread.is_alive()

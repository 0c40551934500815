"""HTTP is bounded in time and size, believes no stranger's certificate, and tells no secret."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time

import httpx2
import pytest

from forecasting.connectors.targets import http
from forecasting.connectors.targets.http import Busy, Http, Unauthorized
from forecasting.connectors.targets.port import TargetUnavailable
from forecasting.connectors.targets.registry import made, target_named
from forecasting.errors import ConfigError

SECRET = "hunter2-token"


def client(answer, **options):
    headers = {"Authorization": f"bearer {SECRET}"}
    return Http("https://erp.example", headers, transport=httpx2.MockTransport(answer), **options)


def test_an_answer_that_is_too_long_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1_000)
    with pytest.raises(TargetUnavailable, match="longer than 1,000 bytes"):
        client(lambda request: httpx2.Response(200, content=b"x" * 1_001)).ask("GET", "/a")
    assert client(lambda request: httpx2.Response(200, content=b"x" * 1_000)).ask("GET", "/a").ok


def test_what_a_system_asks_for_is_waited(monkeypatch):
    with pytest.raises(Busy) as busy:
        client(lambda request: httpx2.Response(429, headers={"Retry-After": "17"})).ask("GET", "/a")
    assert busy.value.wait == 17
    with pytest.raises(Busy) as busy:
        client(lambda request: httpx2.Response(503, headers={"Retry-After": "a date"})).ask("GET", "/a")
    assert busy.value.wait is None


def test_redirects_are_not_followed():
    seen = []

    def answer(request):
        seen.append(request.url)
        return httpx2.Response(302, headers={"Location": "https://evil.example/"})

    assert client(answer).ask("POST", "/a", body={}).status == 302
    assert len(seen) == 1


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_no_message_holds_the_token(status):
    def answer(request):
        return httpx2.Response(status, text=f"you said {request.headers['Authorization']}")

    with pytest.raises((Unauthorized, Busy)) as error:
        client(answer).ask("POST", "/orders", body={"password": SECRET})
    assert SECRET not in str(error.value)
    assert "/orders: answered" in str(error.value)


def serving(answer, context=None):
    """A server on loopback that hands each connection to ``answer``; its port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listening.accept()
                if context is not None:
                    connection = context.wrap_socket(connection, server_side=True)
                answer(connection)
                connection.close()
            except OSError:
                if listening.fileno() < 0:
                    return

    threading.Thread(target=serve, daemon=True).start()
    return listening


def test_a_server_that_says_nothing_is_given_up(tmp_path):
    with serving(lambda connection: time.sleep(3)) as listening:
        slow = Http(f"http://127.0.0.1:{listening.getsockname()[1]}", {}, timeout=0.3)
        with pytest.raises(TargetUnavailable, match="no whole answer"):
            slow.ask("GET", "/a")


def test_half_a_body_is_no_answer():
    half = b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":'

    def answer(connection):
        connection.recv(10_000)
        connection.sendall(half)

    with serving(answer) as listening:
        cut = Http(f"http://127.0.0.1:{listening.getsockname()[1]}", {}, timeout=2)
        with pytest.raises(TargetUnavailable, match="no whole answer"):
            cut.ask("GET", "/a")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_that_nobody_vouches_for_is_refused_and_an_own_authority_is_named(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {certificate} -days 2"
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command.split(), *named], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def answer(connection):
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with serving(answer, context) as listening:
        url = f"https://localhost:{listening.getsockname()[1]}"
        with pytest.raises(TargetUnavailable, match="ConnectError"):
            Http(url, {}, timeout=3).ask("GET", "/a")
        assert Http(url, {}, timeout=3, ca_file=certificate).ask("GET", "/a").ok


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"url": "http://erp.example", "secret": {"env": "X"}}, "must begin with https://"),
        ({"url": "http://localhost.erp.example", "secret": {"env": "X"}}, "must begin with https://"),
        ({"url": "http://127.0.0.1.erp.example", "secret": {"env": "X"}}, "must begin with https://"),
        ({"url": "http://127.0.0.1@erp.example", "secret": {"env": "X"}}, "must begin with https://"),
        ({"url": "https://", "secret": {"env": "X"}}, "names no host"),
        ({"url": "https://[erp.example", "secret": {"env": "X"}}, "this is no URL"),
        ({"url": "https://me:hunter2@erp.example", "secret": {"env": "X"}}, "must not hold a user"),
        ({"url": "https://erp.example", "secret": "hunter2"}, "not the secret itself"),
        ({"url": "https://erp.example", "secret": {"env": "X", "file": "y"}}, "one of env and file"),
        ({"url": "https://erp.example", "secret": {"value": "hunter2"}}, "there is no secret.value"),
        ({"url": "https://erp.example", "secret": {"env": "REORDER_NOT_SET"}}, "REORDER_NOT_SET is not set"),
        ({"url": "https://erp.example", "secret": {"env": "X"}, "tiemout": 3}, "tiemout"),
    ],
)
def test_wrong_settings_are_named_and_no_secret_is_repeated(settings, said, monkeypatch):
    monkeypatch.setenv("X", "hunter2")
    with pytest.raises(ConfigError, match=said) as error:
        made("hook", {"kind": "webhook", **settings})
    assert "hunter2" not in str(error.value)


def test_a_target_that_there_is_not_is_named_with_the_nearest(tmp_path):
    file = tmp_path / "targets.yaml"
    file.write_text("erp: {kind: files, folder: x}\nbad: {kind: filse, folder: x}\n")
    with pytest.raises(ConfigError, match="no target 'epr': did you mean 'erp'"):
        target_named("epr", file)
    with pytest.raises(ConfigError, match="no kind 'filse': did you mean 'files'"):
        target_named("bad", file)
    with pytest.raises(ConfigError, match="name a file of targets"):
        target_named("erp", None)
    with pytest.raises(ConfigError, match="name the folder that orders go to"):
        target_named("files:", None)

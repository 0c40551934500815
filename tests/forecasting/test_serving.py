"""``reorder serve`` and ``reorder user add``: who can sign in after what was printed, and what is said."""

from __future__ import annotations

import re
import signal
import socket
import sys
import time

import httpx2

from tests.support.command import process, reorder
from tests.support.review import write

PATIENCE = 90
"""Seconds that a busy machine may take; a quiet one needs a dozen."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/healthz").text == "ok"
    except httpx2.HTTPError:
        return False


def printed_until(running, last: str) -> str:
    said = ""
    for line in running.stdout:
        said += line
        if last in line:
            break
    return said


def page_after_signing_in(address: str, name: str, password: str) -> str:
    with httpx2.Client(base_url=address) as client:
        client.post("/sign-in", data={"name": name, "password": password})
        return client.get("/").text


def test_the_demonstration_opens_with_a_buyer_and_ends_without_a_trace(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    port, begun = free_port(), time.monotonic()
    address = f"http://127.0.0.1:{port}"
    with process("serve", "--demo", "--port", port) as running:
        said = printed_until(running, "are at http")
        while not answers(address):
            assert running.poll() is None and time.monotonic() - begun < PATIENCE
            time.sleep(0.2)
        password = re.search(r"Sign in as demo with the password (\S+)", said)[1]
        page = page_after_signing_in(address, "demo", password)
        assert page.count('class="card supplier-card"') > 5
        assert password not in page and len(list(tmp_path.iterdir())) == 1
        running.send_signal(signal.SIGTERM)
        rest, errors = running.communicate(timeout=30)
    assert (running.returncode, errors) == (0, "")
    assert password not in rest
    assert list(tmp_path.iterdir()) == []


def test_the_first_start_lets_an_administrator_in_and_says_that_there_is_no_plan(tmp_path):
    port, url = free_port(), f"sqlite:///{tmp_path / 'new.db'}"
    with process("serve", "--db", url, "--port", port) as running:
        said = printed_until(running, "are at http")
        while not answers(f"http://127.0.0.1:{port}"):
            time.sleep(0.2)
        password = re.search(r"Sign in as admin with the password (\S+)", said)[1]
        assert "There is no plan yet" in page_after_signing_in(f"http://127.0.0.1:{port}", "admin", password)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=30)
    assert "There is no plan in it yet: reorder plan DATASET" in errors


def test_the_digest_is_printed_as_text_or_for_a_mail(tmp_path, result):
    url = f"sqlite:///{tmp_path / 'review.db'}"
    nothing = reorder("digest", "--db", url)
    assert nothing.code == 1 and "there is no plan in it yet" in nothing.err
    write(url, result)
    text = reorder("digest", "--db", url)
    html = reorder("digest", "--db", url, "--html", "--address", "http://pages")
    assert text.code == html.code == 0
    first = text.out.splitlines()[0]
    assert "lines to decide" in first and first in html.out
    assert html.out.startswith("<!doctype html>") and 'href="http://pages"' in html.out


def test_someone_is_let_in_once_by_a_password_that_is_printed(tmp_path, result):
    url = f"sqlite:///{tmp_path / 'review.db'}"
    write(url, result)
    added = reorder("user", "add", "ann", "--role", "approver", "--limit", 5000, "--db", url)
    assert (added.code, added.err) == (0, "")
    assert re.fullmatch(r"ann may sign in with the password (\w{4}-){4}\w{4}\n", added.out)
    again = reorder("user", "add", "ann", "--db", url)
    assert again.code == 1 and "somebody called ann already" in again.err
    unknown = reorder("user", "add", "bob", "--role", "boss", "--db", url)
    assert unknown.code == 1 and "known are buyer, approver, data_scientist, admin" in unknown.err


def test_without_the_extra_it_says_what_to_install(monkeypatch, tmp_path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    for package, command in (("uvicorn", "serve"), ("argon2", "user")):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, package, None)
            ended = reorder(command, *(("add", "ann") if command == "user" else ()), "--db", url)
        assert ended.code == 1
        assert f"the pages need {package}: run pip install 'reorder[web]'" in ended.err


def test_what_cannot_be_served_is_told_in_words(tmp_path):
    wrong = reorder("serve", "--db", "nonsense")
    assert wrong.code == 1 and "Give sqlite:///FILE" in wrong.err

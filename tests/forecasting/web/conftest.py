"""The application over a planned wholesaler: called in this process, or served to a real browser."""

from __future__ import annotations

import os
import shutil
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher

from forecasting.reviewing import accounts
from forecasting.reviewing.accounts import make_token
from forecasting.serving import jobs
from forecasting.store.application.people import Person
from tests.support.browser import CHROMIUM_MISSING, PASSWORD, Browser, chromium
from tests.support.pages_server import Server
from tests.support.review import Databases, copied, opened
from tests.support.web import Client

PEOPLE = {
    "ann": Person("ann", "buyer", None, True),
    "bob": Person("bob", "buyer", None, True),
    "lea": Person("lea", "data_scientist", None, True),
    "ada": Person("ada", "admin", None, True),
}


def let_in(url: str) -> None:
    """Everyone, with one password. It is hashed as lightly as argon2 allows: hundreds of tests sign in."""
    store = opened(url)
    with patch.object(accounts, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)):
        for person in PEOPLE.values():
            accounts.add_person(store, person, PASSWORD)
    store.close()


@pytest.fixture(scope="session")
def sqlite_people(sqlite_base, tmp_path_factory):
    """With everyone let in."""
    url = sqlite_base.another(tmp_path_factory.mktemp("people"))
    let_in(url)
    return Databases("sqlite", url)


@pytest.fixture(scope="session")
def postgresql_people(postgresql_base, tmp_path_factory):
    url = postgresql_base.another(tmp_path_factory.mktemp("people"))
    let_in(url)
    return Databases("postgresql", url)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    with copied(request, "people", tmp_path) as made:
        yield made


@pytest.fixture
def served(url, monkeypatch):
    """The application, called in this process, on each kind of database. Work that it is asked for waits
    until a test does it.
    """
    monkeypatch.setattr(jobs, "spawn", lambda url: None)
    with Client(url) as client:
        yield client


@pytest.fixture
def token(served):
    """A buyer's token that may decide."""
    return make_token(served.store, PEOPLE["ann"], "a test", "decide")


@pytest.fixture(scope="session")
def browser():
    """One real browser for all tests; each person in it has a context of their own."""
    if chromium() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(CHROMIUM_MISSING)
        pytest.skip(CHROMIUM_MISSING)
    with Browser() as running:
        yield running


@pytest.fixture
def server(sqlite_people, tmp_path):
    """The pages of a planned wholesaler, for a browser."""
    url = sqlite_people.another(tmp_path)
    running = Server(url, tmp_path)
    yield running
    running.kill()
    shutil.rmtree(tmp_path, ignore_errors=True)

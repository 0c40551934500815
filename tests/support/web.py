"""The application, called without a network: signed in as someone, with what forms carry."""

from __future__ import annotations

import re
from contextlib import contextmanager
from types import TracebackType

from fastapi.testclient import TestClient

from forecasting.web.app import create_app
from tests.support.browser import PASSWORD


class Client:
    """Somebody's browser, without the browser."""

    def __init__(self, url: str) -> None:
        self.url, self.app = url, create_app(url)
        self.store = self.app.state.store

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: type[BaseException] | TracebackType | None) -> None:
        self.store.close()

    @contextmanager
    def nobody(self):
        """Someone who is not signed in."""
        with TestClient(self.app, follow_redirects=False, raise_server_exceptions=False) as client:
            yield client

    @contextmanager
    def person(self, name: str):
        """Someone who is signed in; writes carry their token."""
        with self.nobody() as client:
            answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            page = client.get("/account").text
            client.headers["x-csrf"] = re.search(r'"X-CSRF": "([^"]+)"', page)[1]
            client.headers["hx-request"] = "true"
            yield client

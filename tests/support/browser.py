"""A real headless Chromium, and people in it who are watched: no request leaves, no error is silent."""

from __future__ import annotations

import shutil
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

PASSWORD = "correct horse battery"
CHROMIUM_MISSING = "there is no Chromium: apt-get install chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--no-first-run",
)


def chromium() -> str | None:
    """Where Chromium is; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """One browser process."""

    def __enter__(self) -> Browser:
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        return self

    def __exit__(self, *_: type[BaseException] | TracebackType | None) -> None:
        self._browser.close()
        self._playwright.stop()

    def person(self, address: str, name: str, **options: Any) -> Person:
        """Somebody who signs in, in a context of their own."""
        options.setdefault("viewport", {"width": 1440, "height": 900})
        person = Person(self._browser.new_context(**options), address)
        person.sign_in(name)
        return person


class Person:
    """Somebody at a browser. ``wrong``: what they would not have seen, and a test must."""

    def __init__(self, context: Any, address: str) -> None:
        self.context, self.address = context, address
        self.page = context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        # A refusal that the page shows is no fault: the browser logs every 4xx.
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.wrong.append(f"{message.type}: {message.text}")

    def _request(self, request: Any) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.address).netloc:
            self.wrong.append(f"request to {request.url}")

    def sign_in(self, name: str) -> None:
        """Sign in, and see the suppliers."""
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.click("button.primary")
        self.page.wait_for_url(f"{self.address}/")

    def go(self, path: str) -> Any:
        """Open a page."""
        self.page.goto(self.address + path)
        return self.page

    def row(self, number: int = 0) -> Any:
        """A row of the grid, by its place."""
        return self.page.locator("table.lines tbody tr").nth(number)

    def done(self) -> None:
        """Leave; nothing must have gone wrong."""
        assert not self.wrong, self.wrong
        self.context.close()

"""MLflow's own pages in Chromium, which reaches nothing but loopback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error, Page, sync_playwright

from tests.support.browser import FLAGS, chromium

PATIENCE = 90_000
"""Milliseconds: its first page loads some ten megabytes of code."""


@contextmanager
def mlflow_page(viewport: tuple[int, int] = (1280, 900)) -> Iterator[Page]:
    """Yields a page; requests to anywhere else than loopback go nowhere."""

    def only_loopback(route: Any) -> None:
        here = urlsplit(route.request.url).hostname == "127.0.0.1"
        route.continue_() if here else route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": viewport[0], "height": viewport[1]})
        page.set_default_timeout(PATIENCE)
        page.route("**/*", only_loopback)
        try:
            yield page
        finally:
            browser.close()


def open_comparison(page: Page, url: str, experiment: str, runs: Sequence[str], sees: str) -> None:
    """The page that compares runs, once it shows the text ``sees``; beside it is no assistant."""
    listed = ",".join(f"%22{run}%22" for run in runs)
    address = f"{url}/#/compare-runs?runs=[{listed}]&experiments=[%22{experiment}%22]"
    page.goto(address, wait_until="domcontentloaded")
    page.get_by_text(sees, exact=True).first.wait_for()
    with suppress(Error):
        page.get_by_role("button", name="Close").first.click(timeout=3000)

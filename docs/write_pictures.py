"""Takes the pictures of ``docs/serving.md`` from the demonstration's pages. Run it by ``make pictures``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from forecasting.serving import DEMO_BUYER
from tests.support.browser import FLAGS, chromium

FOLDER = Path(__file__).with_name("pictures")
PORT = 8765


@contextmanager
def demonstration() -> Iterator[str]:
    """The pages of the demonstration; yields the password of its buyer."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'demo.db'}"
        options = ["--demo", "--db", database, "--port", str(PORT)]
        command = [sys.executable, "-m", "forecasting.cli", "serve", *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            password = ""
            for line in process.stdout or ():
                if "password" in line:
                    password = line.split()[-1]
                if "are at http" in line:
                    break
            yield password
            process.terminate()


def take(page: Page, name: str) -> None:
    """One picture."""
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    """Sign in, look at six pages, and take a picture of each."""
    FOLDER.mkdir(exist_ok=True)
    with demonstration() as password, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"http://127.0.0.1:{PORT}/sign-in", wait_until="networkidle")
        page.fill("#name", DEMO_BUYER)
        page.fill("#password", password)
        page.click("button.primary")
        page.locator(".supplier-card").first.wait_for()
        take(page, "suppliers")

        page.locator(".supplier-card h2 a").first.click()
        boxes = page.locator("input.q")
        boxes.first.wait_for()
        boxes.nth(1).focus()
        page.keyboard.press("a")
        page.locator("tr.approved").wait_for()
        boxes.nth(2).focus()
        page.wait_for_timeout(500)
        take(page, "order")

        page.locator("a.sku").first.click()
        page.locator("figure").first.wait_for()
        take(page, "item")
        for name in ("not-suggested", "customers", "calendar"):
            page.goto(f"http://127.0.0.1:{PORT}/{name}")
            take(page, name)
        browser.close()


if __name__ == "__main__":
    main()

"""axe finds nothing, on any page, light or dark, wide or narrow, plain or in the middle of things."""

from __future__ import annotations

import pytest

pytest.importorskip("axe_playwright_python", reason="axe is not installed: pip install 'reorder[test]'")
from axe_playwright_python.sync_playwright import Axe

PAGES = (
    "/",
    "/lines",
    "/lines?only=&sort=sku",
    "/lines?search=no-such-thing",
    "/not-suggested",
    "/purchases",
    "/excess",
    "/data",
    "/orders",
    "/customers",
    "/customers?verdict=will_make_it",
    "/customers/line?number=1",
    "/backorders",
    "/calendar",
    "/what-if",
    "/trust",
    "/account",
    "/no-such-page",
)
ADMIN = ("/people", "/audit", "/start", "/")


def violations(page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in found
        for node in each["nodes"]
    ]


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 1440),
        pytest.param("dark", 1440, marks=pytest.mark.slow),
        pytest.param("light", 1024, marks=pytest.mark.slow),
        pytest.param("dark", 640, marks=pytest.mark.slow),
    ],
)
def test_no_page_has_a_violation(browser, server, scheme, width):
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    ann = browser.person(server.address, "ann", **options)
    page = ann.go("/lines")
    decide_some(ann, page)
    supplier = ann.page.goto(f"{ann.address}/") and page.locator(".supplier-card h2 a").first.get_attribute(
        "href"
    )
    item = page.locator(".supplier-card .sku").first.get_attribute("href")
    printed = supplier.replace("/supplier?", "/supplier/print?")
    for path in (*PAGES, supplier, item, printed):
        ann.go(path)
        assert violations(page) == [], path
        sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert sideways <= 0, f"{path} scrolls sideways by {sideways} at {width}"
    ann.go("/lines")
    page.locator("input.q").first.focus()
    assert violations(page) == []
    for dialog in ("help", "reject", "snooze"):
        page.keyboard.press({"help": "?", "reject": "r", "snooze": "s"}[dialog])
        page.locator(f"#{dialog}").wait_for()
        assert violations(page) == [], dialog
        page.keyboard.press("Escape")
    ann.done()


def decide_some(ann, page) -> None:
    """Rows in each state."""
    for row, letter in ((0, "a"), (1, "r"), (2, "s")):
        ann.row(row).locator("input.q").focus()
        page.keyboard.press(letter)
        if letter in "rs":
            if letter == "r":
                page.keyboard.type("too dear")
            page.locator("dialog[open] button.primary").click()
        page.locator("table.lines tbody tr").nth(row).and_(page.locator(":not(.open)")).wait_for()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_no_page_of_an_administrator_or_of_nobody_has_one(browser, server, scheme):
    ada = browser.person(server.address, "ada", color_scheme=scheme)
    for path in ADMIN:
        page = ada.go(path)
        assert violations(page) == [], path
    page.locator("header .account summary").click()
    assert violations(page) == []
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert violations(page) == []
    page.fill("#name", "ada")
    page.fill("#password", "wrong")
    page.click("button.primary")
    page.locator("[role=alert]").first.wait_for(state="attached")
    assert violations(page) == []
    ada.done()

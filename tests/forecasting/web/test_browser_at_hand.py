"""In a real browser: few clicks to an order, a focus that stays, and nothing out of reach of a pointer."""

from __future__ import annotations

import csv
import re

import pytest

from tests.support.browser import PASSWORD

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'reorder[test]'")
from playwright.sync_api import expect


@pytest.fixture
def ann(browser, server):
    person = browser.person(server.address, "ann")
    yield person
    person.done()


def quantity(row):
    return row.locator("input.q")


def test_five_clicks_lead_from_the_password_to_the_file_of_an_approved_order(browser, server):
    ann = browser.person(server.address, "ann")
    page = ann.page
    page.locator("header .account summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.fill("#name", "ann")
    page.fill("#password", PASSWORD)
    clicks = ["button.primary", ".supplier-card h2 a", "form[data-sure] button", "#sure-ok"]
    for each in clicks:
        page.locator(each).first.click()
    expect(page.locator("tr.approved").first).to_be_visible()
    lines = page.locator("tr.approved").count()
    expect(page.locator("tr.open")).to_have_count(0)
    with page.expect_download() as coming:
        page.locator("a.export", has_text="CSV").click()
    with coming.value.path().open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["approved"] * lines
    ann.done()


def test_the_focus_stays_after_each_swap_and_what_changed_is_announced(ann):
    page = ann.go("/lines?only=&sort=sku&dir=asc")
    said = page.locator("#spoken")
    page.locator("th a", has_text="Cash").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Cash")
    expect(page.locator("th a", has_text="Cash")).to_be_focused()
    expect(said).to_contain_text("lines")

    page.get_by_role("link", name="Next").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pages")).to_contain_text("Page 2")
    where = page.evaluate("document.activeElement.closest('#grid') !== null")
    assert where, "the focus is in the page that came"

    page = ann.go("/lines")
    sku = ann.row(0).get_attribute("data-sku")
    quantity(ann.row(0)).focus()
    page.keyboard.press("a")
    expect(said).to_contain_text(f"{sku}: approved")
    expect(quantity(ann.row(1))).to_be_focused()

    # An item's page is loaded anew, and its quantity keeps the focus.
    page.goto(f"{ann.address}{ann.row(1).locator('a.sku').get_attribute('href')}")
    page.locator(".ask [data-does=approve]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".status")).to_contain_text("Approved")
    expect(page.locator("#quantity")).to_be_focused()


def test_everything_of_a_line_is_there_for_a_pointer_at_1024(browser, server):
    ann = browser.person(server.address, "ann", viewport={"width": 1024, "height": 768})
    ann.go("/lines")
    ann.row(0).get_by_role("button", name=re.compile("Snooze")).click()
    ann.page.locator("#snooze button.primary").click()
    expect(ann.row(0)).to_have_class("snoozed")
    ann.done()

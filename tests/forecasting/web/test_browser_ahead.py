"""In a real browser, what takes longer than an answer: what if, goods set aside; and an edited forecast."""

from __future__ import annotations

import re

import pytest

from tests.support.review import write

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'reorder[test]'")
from playwright.sync_api import expect

PATIENCE = 90_000
"""Milliseconds: two plans are made beside the server."""


@pytest.fixture
def ann(browser, server, result, sample):
    write(server.url, type(result)(result.tables, {**result.run, "dataset": str(sample)}))
    person = browser.person(server.address, "ann")
    yield person
    person.done()


def test_what_if_is_asked_waited_for_kept_and_found_again(ann):
    page = ann.go("/what-if")
    page.locator("#shortage").focus()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#outcome h2")).to_contain_text("shortages × 3", timeout=PATIENCE)
    page.locator("#scenario-name").focus()
    page.keyboard.type("Dear shortages")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("Kept as Dear shortages.")
    page.goto(f"{ann.address}/what-if")
    page.get_by_role("link", name="Dear shortages").click()
    expect(page.locator("#outcome h2")).to_contain_text("Dear shortages: shortages × 3")
    page.get_by_role("button", name="Forget").first.click()
    page.locator("#sure button.primary").click()
    page.wait_for_url(re.compile(r"/what-if$"))
    expect(page.locator("main")).to_contain_text("None is kept yet.")


@pytest.mark.slow
def test_goods_are_set_aside_for_a_customer_by_keyboard_and_tried_out(ann):
    page = ann.go("/customers")
    page.locator("a.sku").first.focus()
    page.keyboard.press("Enter")
    page.locator("#pin-reason").fill("Our oldest customer")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("ann: Our oldest customer")
    page.goto(f"{ann.address}/customers")
    page.get_by_role("button", name=re.compile("Try it out")).click()
    expect(page.locator("#pins")).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("button", name=re.compile("Try it out"))).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name=re.compile("Take out")).click()
    expect(page.locator("#pins")).to_contain_text("Nothing.")


def test_the_rest_of_the_pages_are_reached_by_keyboard_and_a_forecast_is_edited(ann):
    page = ann.go("/")
    page.locator("header .more summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Not suggested")).to_be_focused()
    page.get_by_role("link", name="Calendar").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("12 months")
    page.goto(f"{ann.address}/lines")
    page.locator("a.sku").first.click()
    page.locator("#percent").fill("+30")
    day = page.evaluate(
        "new Date(Date.parse(document.body.dataset.asOf) + 40 * 864e5).toISOString().slice(0, 10)"
    )
    page.locator("#edit-until").fill(day)
    page.locator("#edit-reason").fill("A fair")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("ann: A fair")

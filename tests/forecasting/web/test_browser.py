"""A buyer's morning in a real browser: look, filter, type, decide, undo; and when things go wrong."""

from __future__ import annotations

import re

import pytest

from tests.support.browser import Browser

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'reorder[test]'")
from playwright.sync_api import expect

from forecasting.serving.names import TARGETS


@pytest.fixture
def ann(browser: Browser, server):
    person = browser.person(server.address, "ann")
    yield person
    person.done()


def quantity(row):
    return row.locator("input.q")


def pack(row) -> float:
    return float(re.search(r"packs of ([\d.]+)", quantity(row).get_attribute("aria-label"))[1])


def waiting(page) -> int:
    """How many lines the bulk button says wait."""
    said = page.locator("form[data-sure] button")
    return int(re.search(r"Approve all ([\d\u202f]+)", said.inner_text())[1].replace("\u202f", ""))


def test_a_supplier_s_order_is_edited_by_keyboard_approved_at_once_and_undone(ann):
    page = ann.page
    page.locator(".supplier-card h2 a").first.click()
    expect(page.locator("#facts")).to_be_visible()
    first = ann.row(0)
    before = quantity(first).get_attribute("data-saved")
    count = waiting(page)

    # One pack more, typed; the box snaps, keeps, and the head of the page follows.
    wanted = f"{float(before) + pack(first):g}"
    value = first.locator("[data-f=value]").inner_text()
    total = page.locator("#facts b").first.inner_text()
    quantity(first).focus()
    page.keyboard.type(wanted)
    expect(first.locator("[data-f=value]")).not_to_have_text(value)
    page.keyboard.press("Enter")
    expect(quantity(first)).to_have_attribute("data-saved", wanted)
    expect(page.locator("#facts b").first).not_to_have_text(total)
    expect(quantity(ann.row(1))).to_be_focused()
    assert first.locator("> *").count() == ann.row(1).locator("> *").count(), "the row keeps its columns"

    # What a bulk approval would approve follows each decision.
    page.keyboard.press("a")
    expect(page.locator("form[data-sure] button")).to_contain_text(f"Approve all {count - 1}")
    quantity(ann.row(1)).focus()
    page.keyboard.press("z")
    expect(page.locator("form[data-sure] button")).to_contain_text(f"Approve all {count}")

    # Reload keeps it.
    page.reload()
    expect(quantity(ann.row(0))).to_have_attribute("data-saved", re.compile(r"\d"))
    edited = page.locator(f"input.q[data-saved='{wanted}']").first
    expect(edited).to_be_visible()

    page.locator("form[data-sure] button").click()
    expect(page.locator("#sure")).to_contain_text(f"Approve {count} line")
    page.locator("#sure-ok").click()
    expect(page.locator("#toast")).to_contain_text(f"{count} line")
    expect(page.locator("tr.approved")).to_have_count(count)

    page.locator("#toast button").click()
    expect(page.locator("#toast")).to_contain_text("set back")
    expect(page.locator("tr.approved")).to_have_count(0)
    expect(page.locator(f"input.q[data-saved='{wanted}']").first).to_be_visible()


def test_letters_approve_reject_with_a_reason_snooze_and_undo(ann):
    page = ann.go("/lines")
    quantity(ann.row(0)).focus()
    page.keyboard.press("a")
    expect(ann.row(0)).to_have_class("approved")
    expect(quantity(ann.row(1))).to_be_focused()

    page.keyboard.press("r")
    expect(page.locator("#reject")).to_be_visible()
    page.keyboard.type("ordered elsewhere")
    page.keyboard.press("Enter")
    expect(ann.row(1)).to_have_class("rejected")
    expect(ann.row(1)).to_contain_text("Rejected: ordered elsewhere")
    expect(quantity(ann.row(2))).to_be_focused()

    page.keyboard.press("s")
    expect(page.locator("#snooze-until")).not_to_have_value("")
    page.locator("#snooze button.primary").click()
    expect(ann.row(2)).to_have_class("snoozed")
    page.reload()
    expect(ann.row(2)).to_have_class("snoozed")
    expect(ann.row(1)).to_have_class("rejected")

    quantity(ann.row(2)).focus()
    for state in ("snoozed", "rejected", "approved"):
        place = {"snoozed": 2, "rejected": 1, "approved": 0}[state]
        page.keyboard.press("z")
        expect(ann.row(place)).to_have_class("open")
        quantity(ann.row(2)).focus()
    page.keyboard.press("z")
    expect(page.locator("#toast")).to_contain_text("nothing of yours to undo")


def test_filters_search_and_sorting_are_in_the_address_and_come_back(ann):
    page = ann.go("/lines")
    sku = ann.row(0).locator("a.sku").inner_text()
    page.locator("#search").fill(sku.lower())
    expect(page.locator("table.lines tbody tr")).to_have_count(1)
    assert f"search={sku.lower()}" in page.url
    page.reload()
    expect(page.locator("#search")).to_have_value(sku.lower())
    expect(page.locator("table.lines tbody tr")).to_have_count(1)

    page.goto(f"{ann.address}/lines")
    page.locator("th a", has_text="Item").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Item")
    skus = page.locator("tbody a.sku").all_inner_texts()
    assert skus == sorted(skus, reverse=True)
    page.go_back()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Saves")

    page.locator("summary", has_text="List of SKUs").click()
    page.locator("#skus").fill(f"{skus[0]}, {skus[1].lower()}\nnone-of-ours")
    page.locator("#skus").blur()
    expect(page.locator("table.lines tbody tr")).to_have_count(2)

    page.locator("#view-name").fill("two of them")
    page.locator("#view-name").press("Enter")
    page.locator(".views a", has_text="two of them").click()
    expect(page.locator("table.lines tbody tr")).to_have_count(2)


def test_the_second_of_two_people_on_one_line_is_told_and_sees_it_as_it_is(ann, browser, server):
    bob = browser.person(server.address, "bob")
    ann.go("/lines")
    bob.go("/lines")
    step = pack(ann.row(0))
    before = float(quantity(ann.row(0)).get_attribute("data-saved"))
    for person, packs in ((ann, 1), (bob, 2)):
        quantity(person.row(0)).focus()
        person.page.keyboard.type(f"{before + packs * step:g}")
        person.page.keyboard.press("Enter")
        expect(quantity(person.row(0))).to_have_attribute("data-saved", f"{before + step:g}")
    expect(bob.row(0).locator("[role=alert]")).to_contain_text("ann changed this line")

    # Bob now sees it as it is, and his next edit is kept.
    quantity(bob.row(0)).focus()
    bob.page.keyboard.type(f"{before + 2 * step:g}")
    bob.page.keyboard.press("Enter")
    expect(quantity(bob.row(0))).to_have_attribute("data-saved", f"{before + 2 * step:g}")
    bob.done()


def test_what_is_typed_while_the_server_is_away_is_sent_when_it_is_back(ann, server):
    page = ann.go("/lines")
    step = pack(ann.row(0))
    wanted = f"{float(quantity(ann.row(0)).get_attribute('data-saved')) + step:g}"
    server.kill()
    quantity(ann.row(0)).focus()
    page.keyboard.type(wanted)
    page.keyboard.press("Enter")
    expect(page.locator("#offline")).to_contain_text("kept here")
    expect(quantity(ann.row(0))).to_have_class(re.compile("unsaved"))
    server.start()
    expect(quantity(ann.row(0))).to_have_attribute("data-saved", wanted, timeout=15_000)
    expect(page.locator("#offline")).to_be_hidden()
    # The browser says of each failed request what the page says better.
    known = ("ERR_CONNECTION_REFUSED", "htmx:sendError", "htmx:afterRequest")
    ann.wrong = [each for each in ann.wrong if not any(word in each for word in known)]


def test_an_item_shows_what_a_quantity_would_do_and_keeps_it_when_told(ann):
    page = ann.go("/lines")
    ann.row(0).locator("a.sku").click()
    expect(page.locator("figure svg").first).to_be_visible()
    before = page.locator(".facts").inner_text()
    drawn = page.locator("path.expected").first.get_attribute("d")
    start = page.locator("#quantity").input_value()
    page.locator("#quantity").fill("0")
    expect(page.locator(".sentence")).to_contain_text("Order nothing")
    expect(page.locator("path.expected").first).not_to_have_attribute("d", drawn)
    assert page.locator(".facts").inner_text() != before
    page.reload()
    expect(page.locator("#quantity")).to_have_value(start)

    page.locator("#quantity").fill("0")
    expect(page.locator(".sentence")).to_contain_text("Order nothing")
    page.get_by_role("button", name="Keep quantity").click()
    expect(page.locator("section", has_text="What was decided before").locator("tbody tr")).to_have_count(1)
    expect(page.locator("#quantity")).to_have_value("0")

    page.get_by_role("button", name="Snooze", exact=True).first.click()
    page.locator("#snooze-reason").fill("until the fair")
    page.locator("#snooze button.primary").click()
    expect(page.locator(".status")).to_contain_text("Snoozed until")
    expect(page.locator(".status")).to_contain_text("until the fair")
    page.get_by_role("button", name="Reopen").click()
    expect(page.locator(".status")).to_contain_text("To decide")

    page.locator("#comment").fill("<b>Ask</b> Delmar\nabout the price")
    page.get_by_role("button", name="Say it").click()
    expect(page.locator("#comments li")).to_contain_text("<b>Ask</b> Delmar")
    expect(page.locator("#comment")).to_have_value("")


@pytest.fixture
def ordering_system(tmp_path, monkeypatch):
    """One that the pages may ask: a folder of files."""
    file = tmp_path / "targets.yaml"
    file.write_text(f"paper: {{kind: files, folder: {tmp_path / 'paper'}}}\n")
    monkeypatch.setenv(TARGETS, str(file))
    return tmp_path / "paper"


def test_what_is_approved_is_shown_as_orders_and_a_dry_run_writes_nothing(ordering_system, ann):
    page = ann.page
    page.locator(".supplier-card h2 a").first.click()
    supplier = page.locator("h1").inner_text()
    quantity(ann.row(0)).focus()
    page.keyboard.press("a")
    expect(ann.row(0)).to_have_class("approved")

    page.get_by_role("link", name="Orders", exact=True).click()
    expect(page.locator("table.grid tbody tr").first).to_contain_text(supplier)
    page.get_by_role("button", name="Dry run: what would paper get?").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#dry-run")).to_have_attribute("aria-busy", "true")
    asked = page.locator("#dry-run tbody tr")
    expect(asked).to_contain_text("Would be written", timeout=60_000)
    expect(asked).to_have_count(1)
    assert not list(ordering_system.glob("*")), "a dry run writes nothing"


def test_files_come_down_and_the_menu_signs_out(ann):
    page = ann.go("/lines")
    with page.expect_download() as coming:
        page.locator("a.export", has_text="Excel").click()
    assert coming.value.suggested_filename.endswith(".xlsx")
    page.locator("header .account summary").click()
    page.get_by_role("button", name="Keyboard help").click()
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.locator("header .account summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto(f"{ann.address}/lines")
    page.wait_for_url("**/sign-in")


def test_an_order_below_free_freight_is_filled_and_one_undo_takes_that_back(ann):
    page = ann.page
    card = page.locator(".supplier-card", has_text="reached").first
    card.locator("h2 a").click()
    facts, order = page.locator("#facts"), page.locator("#facts b").first

    # Take lines out, the dearest first, until freight has to be paid.
    page.locator("th a", has_text="Cash").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Cash")
    for number in range(page.locator("table.lines tbody tr").count()):
        was = order.inner_text()
        quantity(ann.row(number)).focus()
        page.keyboard.type("0")
        page.keyboard.press("Enter")
        expect(order).not_to_have_text(was)
        if "to go" in facts.inner_text():
            break
    before = order.inner_text()
    page.locator("#facts button.link").last.click()
    expect(page.locator("#fill")).to_contain_text("Fill to free freight")
    page.get_by_role("button", name="Leave it").click()
    expect(page.locator("#facts button.link").first).to_be_focused()
    page.locator("#facts button.link").last.click()
    expect(page.locator("#fill")).to_contain_text("Fill to free freight")
    page.locator("#fill button.primary").click()
    expect(page.locator("#facts")).to_contain_text("reached")
    expect(page.locator("#fill")).to_be_empty()
    expect(page.locator("#toast")).to_contain_text("raised")
    page.locator("#toast button").click()
    expect(page.locator("#facts b").first).to_have_text(before)

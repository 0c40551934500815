"""The morning digest says what wants a buyer today, and nothing that it says is read as a program."""

from __future__ import annotations

from dataclasses import replace

from forecasting.reviewing.deciding import approve, reject
from forecasting.reviewing.digest import as_html, as_text, digest, subject
from forecasting.store.application.opened import Store
from tests.support.review import ANN, lines, seen


def test_it_says_what_waits_and_what_is_at_stake(store):
    open_lines = lines(store, only="suggested", status="open")
    found = digest(store)
    assert found.waiting == len(open_lines) and found.value == sum(line.value for line in open_lines)
    text = as_text(found, "http://pages")
    assert subject(found) in text and text.endswith("The pages: http://pages\n")
    assert all(f"{line.sku} " in text for line in open_lines[:10])
    assert sum(order.open_lines for order in found.orders) <= len(open_lines)


def test_what_was_decided_is_not_in_it_any_more(store):
    first, second = lines(store, only="suggested", status="open")[:2]
    approve(store, ANN, seen(first))
    reject(store, ANN, seen(second), "too dear")
    found = digest(store)
    assert {first.sku, second.sku}.isdisjoint(line.sku for line in found.dearest)


def test_every_word_in_html_is_text(store):
    found = digest(store)
    line = replace(found.dearest[0], description="<script>alert(1)</script>")
    html = as_html(replace(found, dearest=[line]), 'http://x/?a="<')
    assert "<script>" not in html and "&lt;script&gt;" in html and 'href="http://x/?a=&quot;&lt;"' in html


def test_where_there_is_no_plan_there_is_no_digest(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'new.db'}")
    assert digest(store) is None
    store.close()

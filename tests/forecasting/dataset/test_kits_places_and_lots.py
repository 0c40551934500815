"""Kits, places and lots that cannot be are named by the check, each with its row; a company without them is
as it was."""

from __future__ import annotations

import pytest

from forecasting.dataset.check import check
from tests.support.builders import order, write_dataset

ORDERS = [order("A", "2026-01-05", location="shop"), order("B", "2026-01-06", location="shop")]
PRODUCTS = [{"sku": sku} for sku in ("A", "B", "C", "D", "kit", "box")]
STOCK = [{"as_of": "2026-01-07", "sku": "A", "on_hand": 10, "location": "shop"}]


def checked(folder, **tables):
    given = {"orders": ORDERS, "products": PRODUCTS, "stock": STOCK, **tables}
    return check(str(write_dataset(folder, **given)))


def kit(sku, component, quantity=1):
    return {"sku": sku, "component": component, "quantity": quantity}


@pytest.mark.parametrize(
    ("table", "rows", "row", "column", "words"),
    [
        ("kits", [kit("kit", "A"), kit("kit", "kit")], 3, "sku, component", "the kit contains itself"),
        (
            "kits",
            [kit("kit", "box"), kit("box", "A"), kit("box", "kit")],
            2,
            "sku, component",
            "contains itself through other kits",
        ),
        ("kits", [kit("kit", "gone")], 2, "component", "neither in orders nor in products"),
        ("kits", [kit("kit", "A", 0)], 2, "quantity", "must be above 0"),
        ("kits", [kit("kit", "A"), kit("kit", "A", 2)], 3, "sku, component", "the same sku and component"),
        ("locations", [{"location": "shop", "supplied_by": "shop"}], 2, "location, supplied_by", "itself"),
        (
            "locations",
            [{"location": "shop", "supplied_by": "hub"}, {"location": "hub", "supplied_by": "shop"}],
            2,
            "location, supplied_by",
            "supplies itself through other places",
        ),
        ("locations", [{"location": "shop", "supplied_by": "hubb"}], 2, "supplied_by", "nor in locations"),
        ("locations", [{"location": "shop", "kind": "sell"}], 2, "kind", "sells, supplies, returns"),
    ],
)
def test_what_cannot_be_is_a_problem_with_its_row(tmp_path, table, rows, row, column, words):
    problems = [each for each in checked(tmp_path, **{table: rows}).problems if each.row == row]
    assert [each.table for each in problems] == [table]
    assert problems[0].column == column
    assert words in f"{problems[0].what} {problems[0].todo}"


def test_a_kit_of_kits_and_a_chain_of_places_are_no_circle(tmp_path):
    kits = [kit("kit", "box", 2), kit("kit", "A"), kit("box", "A", 3), kit("box", "B")]
    places = [
        {"location": "shop", "supplied_by": "hub"},
        {"location": "hub", "supplied_by": "port", "kind": "supplies"},
        {"location": "port", "kind": "supplies"},
    ]
    assert checked(tmp_path, kits=kits, locations=places).problems == ()


@pytest.mark.parametrize(
    ("table", "rows", "words"),
    [
        ("lots", [{**STOCK[0], "on_hand": 6, "expires_on": "2026-02-01"}], "come to 6 of the 10 counted"),
        ("lots", [{**STOCK[0], "on_hand": 30, "expires_on": "2026-02-01"}], "the lots come to 30"),
        ("lots", [{**STOCK[0], "expires_on": "2026-01-07"}], "10 units had expired by the day of the count"),
        ("kits", [kit("A", "B")], "1 kit (A) are counted as such"),
        ("locations", [{"location": "moon"}, {"location": "shop"}], "nothing is ordered, counted or bought"),
    ],
)
def test_what_cannot_be_meant_is_noticed(tmp_path, table, rows, words):
    found = checked(tmp_path, **{table: rows})
    assert found.problems == ()
    assert any(words in notice.what for notice in found.notices), found.notices


def test_a_place_that_only_supplies_others_is_not_odd(tmp_path):
    stock = [*STOCK, {**STOCK[0], "location": "hub"}]
    odd = "yet nothing is ever ordered there"
    assert any(odd in each.what for each in checked(tmp_path / "a", stock=stock).notices)
    places = [{"location": "hub", "kind": "supplies"}]
    assert not any(
        odd in each.what for each in checked(tmp_path / "b", stock=stock, locations=places).notices
    )


def test_the_fingerprint_knows_kits_and_places_only_where_there_are_some(tmp_path):
    def fingerprint(folder, **tables):
        return checked(tmp_path / folder, **tables).dataset.fingerprint

    plain = fingerprint("plain")
    # As it was before there were such tables.
    assert plain == "d59259927195d90b74e7003e1212eb2e47a9185aada51bab354e84cd350a388e"
    assert fingerprint("kits", kits=[kit("kit", "A")]) != plain
    assert fingerprint("places", locations=[{"location": "shop"}]) != plain

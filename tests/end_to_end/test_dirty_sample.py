"""Every fault of the dirty sample is found by a check or by a plan; the clean sample is left in peace."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.bootstrap import write_sample
from forecasting.config import load
from forecasting.dataset.check import check
from forecasting.domain import day_number
from forecasting.inputs.read_records import records_of
from forecasting.planning.plan import plan
from forecasting.sample.faults import FAULTS
from tests.support.command import AS_OF, contents, reorder

SEEDS = (1, 2, 3)

NOTICED = {
    "stale_extract": ("orders", "ordered_at", "the last order is of", None),
    "counts_in_packs": ("stock", "on_hand", "counts look like packs", r"stock of (\d+) product"),
    "purchases_in_packs": (
        "purchase_orders",
        "quantity",
        "purchases look like packs",
        r"stock of (\d+) product",
    ),
    "undated_receipts": ("purchase_orders", "received_at", "without a day", r"^(\d+) receipt"),
    "stock_below_zero": ("stock", "on_hand", "below zero", None),
    "wrong_location_case": ("stock", "location", "yet nothing is ever ordered there", r"\((\d+) rows"),
    "dates_far_ahead": (None, None, "far ahead of all other dates", None),
    "cost_above_price": ("products", "unit_cost, unit_price", "a loss", r"\((\d+) rows"),
    "leading_zero_lost": ("orders", "sku", "zeros in front", r": (\d+) case"),
    "orders_twice": ("orders", "order", "the same customer, time and lines", r"^(\d+) order"),
    "lines_twice": ("orders", "order, sku", "rows without a line", r"column: (\d+)"),
    "unread_file": ("alternatives", None, "is not read", None),
}
"""Per kind: table and column of the notice that names it, words of it, and how it counts what is alike.

Where it does not count, there is a notice for each fault.
"""

FLAGGED = {
    "contradicting_counts": "stock_contradiction",
    "missing_counts": "stock_assumed",
    "overdue_purchases": "overdue",
    "mistyped_quantities": "odd_order",
}
"""Per kind: the flag of each item that has it."""


def planned(folder: Path):
    checked = check(folder)
    assert not checked.problems
    # The stale extract alone would stop a plan: here it is to go on, and say so.
    settings = load(None, ["model=negative_binomial", "orders_gap_reviews=3"])
    return checked, plan(records_of(checked.dataset), settings, day_number(AS_OF)).tables


@pytest.fixture(scope="module", params=SEEDS)
def dirty(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dirty") / "data"
    sample = write_sample(folder, 60, 200, request.param, "parquet", dirty=True)
    return sample.truth["faults"], planned(folder)[1]


@pytest.fixture(scope="module", params=SEEDS)
def clean(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean") / "data"
    sample = write_sample(folder, 60, 200, request.param, "parquet")
    return sample, *planned(folder)


@pytest.mark.parametrize("kind", [fault.__name__ for fault in FAULTS])
def test_every_planted_fault_is_found(dirty, kind):
    faults, tables = dirty
    mine = faults[faults["kind"] == kind]
    assert len(mine), "nothing of the kind was planted"
    assert missed(kind, mine, tables) == []


def missed(kind: str, faults: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> list[str]:
    """What of these faults neither a notice nor a flag tells."""
    if kind in FLAGGED:
        flags = tables["recommendations"].set_index(["location", "sku"])["flags"]
        items = faults[["location", "sku"]].itertuples(index=False, name=None)
        return [str(item) for item in items if FLAGGED[kind] not in flags[item].split(";")]

    table, column, words, counted = NOTICED[kind]
    notices = tables["notices"]
    told = notices[notices["what"].str.contains(words, regex=False)]
    if table is not None:
        told = told[(told["table"] == table) & ((told["column"] == column) | (column is None))]
    if counted is None:
        rows = told.assign(row=told["row"].fillna(0), column=told["column"].fillna(""))
        # What is said of a whole table has no row of its own.
        if kind in ("stale_extract", "unread_file"):
            return [] if len(told) == len(faults) else list(faults["table"])
        said = set(rows[["table", "row", "column"]].itertuples(index=False, name=None))
        return [
            str(each)
            for each in faults[["table", "row", "column"]].itertuples(index=False, name=None)
            if each not in said
        ]
    number = re.search(counted, told["what"].iloc[0]) if len(told) else None
    wanted = len(faults) if not kind.endswith("_packs") else faults["sku"].nunique()
    wanted = 1 if kind == "leading_zero_lost" else wanted
    return [] if number and int(number[1]) >= wanted else list(faults["sku"].unique())


def test_the_clean_sample_raises_two_questions_at_most(clean):
    _, checked, tables = clean
    assert len(checked.notices) == 0
    assert len(tables["notices"]) <= 2


def test_no_flag_of_the_clean_sample_is_wrong_by_its_truth(clean):
    sample, _, tables = clean
    flags = tables["recommendations"].set_index("sku")["flags"].str.split(";")
    flagged = {
        flag: {sku for sku, each in flags.items() if flag in each}
        for flag in ("stock_contradiction", "expired", "odd_order", "overdue")
    }
    # Its books are in order.
    assert not flagged["stock_contradiction"]

    purchases = sample.tables["purchase_orders"]
    late = (purchases["status"] == "open") & (purchases["expected_at"] <= pd.Timestamp(AS_OF))
    assert flagged["overdue"] == set(purchases["sku"][late])

    # The oldest leaves first: what lies there is too old where less than that came within its shelf life.
    stock, life = sample.tables["stock"], sample.tables["products"].set_index("sku")["shelf_life_days"]
    there = stock[stock["as_of"] == stock["as_of"].max()].set_index("sku")["on_hand"]
    for sku in flagged["expired"]:
        fresh = purchases["received_at"] > pd.Timestamp(AS_OF) - pd.Timedelta(days=life[sku])
        came = purchases["quantity_received"][fresh & (purchases["sku"] == sku)].sum()
        assert there[sku] > came, sku

    asked = sample.tables["orders"]
    for sku in flagged["odd_order"]:
        largest = np.sort(asked["quantity"][(asked["sku"] == sku) & (asked["status"] != "cancelled")])[::-1]
        assert largest[0] > 10 * largest[3], f"{sku}: {largest[:4]}"


def test_the_option_writes_the_same_faults_and_names_them_on_the_terminal(tmp_path):
    made = [reorder("sample", tmp_path / name, "--items", 60, "--days", 200, "--dirty") for name in "ab"]
    assert [each.code for each in made] == [0, 0]
    assert f"{len(FAULTS)} kinds of faults" in made[0].out and "faults.parquet" in made[0].out
    for folder in (".", "truth"):
        assert contents(tmp_path / "a" / folder) == contents(tmp_path / "b" / folder)
    told = pd.read_parquet(tmp_path / "a" / "truth" / "faults.parquet")
    assert set(told["kind"]) == {fault.__name__ for fault in FAULTS}

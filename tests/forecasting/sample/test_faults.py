"""What is planted in a dirty sample stands where its truth says, and nowhere else."""

from __future__ import annotations

import pandas as pd
import pytest

from forecasting.sample import make_dirty_sample, make_sample
from forecasting.sample.faults import FAULTS, NEAR_NAME, plant


@pytest.fixture(scope="module")
def clean():
    return make_sample(60, 200, 5)


@pytest.fixture(scope="module")
def dirty():
    return make_dirty_sample(60, 200, 5)


def tables(sample):
    named = {near: name for name, near in NEAR_NAME.items()}
    return {named.get(name, name): frame for name, frame in sample.tables.items()}


def test_the_truth_names_the_row_in_which_each_fault_stands(dirty):
    faults = dirty.truth["faults"]
    placed = faults[faults["row"].notna() & faults["now"].notna()]
    assert len(placed) > 50
    for fault in placed.itertuples():
        row = tables(dirty)[fault.table].iloc[int(fault.row) - 1]
        value = row[fault.column]
        assert fault.now == (f"{value:.10g}" if isinstance(value, float) else str(value)), fault
        assert fault.was != fault.now and row["sku"] == fault.sku


def test_every_kind_of_fault_is_planted_and_no_item_has_two(dirty):
    faults = dirty.truth["faults"]
    assert list(dict.fromkeys(faults["kind"])) == [fault.__name__ for fault in FAULTS]
    # A copied order may hold any item that has no fault of its own.
    of_items = faults[faults["sku"].notna() & (faults["kind"] != "orders_twice")]
    renamed = of_items["kind"] == "leading_zero_lost"
    assert of_items[~renamed].groupby("sku")["kind"].nunique().max() == 1


def test_tables_without_a_fault_are_those_of_the_clean_sample(clean, dirty):
    touched = set(dirty.truth["faults"]["table"]) - {"alternatives"}
    renamed = {"availability", "price_breaks", "prices", "events", "alternatives"}
    for name, frame in tables(clean).items():
        same = tables(dirty)[name]
        assert list(same.dtypes.index) == list(frame.dtypes.index)
        if name not in touched | renamed:
            pd.testing.assert_frame_equal(same, frame)


def test_planting_leaves_the_clean_sample_as_it_was(clean):
    before = {name: frame.copy() for name, frame in clean.tables.items()}
    plant(clean, 5)
    for name, frame in clean.tables.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_a_company_too_small_for_a_fault_goes_without_it():
    kinds = set(make_dirty_sample(1, 60, 1).truth["faults"]["kind"])
    assert "stale_extract" in kinds and len(kinds) < len(FAULTS)


def test_another_seed_plants_elsewhere(dirty):
    other = make_dirty_sample(60, 200, 6).truth["faults"]
    assert set(other["sku"].dropna()) != set(dirty.truth["faults"]["sku"].dropna())

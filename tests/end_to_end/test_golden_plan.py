"""One small company's plan, to the last digit: whatever changes it has to say so."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from tests.end_to_end.golden import FILE, planned


def test_the_plan_of_the_small_company_is_the_known_one(tmp_path):
    known, table = pd.read_csv(FILE), planned(tmp_path)
    # As a file has it: numbers and dates of the same looks.
    table = pd.read_csv(io.StringIO(table.to_csv(index=False)))
    assert list(table.columns) == list(known.columns)
    for name in known.columns:
        if pd.api.types.is_float_dtype(known[name]):
            assert table[name].to_numpy() == pytest.approx(known[name].to_numpy(), rel=1e-6, abs=1e-6), name
        else:
            assert table[name].equals(known[name]), name


def test_the_known_plan_is_one_that_a_buyer_would_make():
    """Read by hand once: what is owed is ordered, nothing in vain, packs and minimums kept."""
    known = pd.read_csv(FILE).set_index("sku")
    assert known.loc["owed", "quantity"] > known.loc["owed", "backlog"] == 12
    assert known.loc["steady", "quantity"] % 12 == 0
    assert known.loc["lumpy", "quantity"] == 0 or known.loc["lumpy", "quantity"] >= 50
    assert "ends on" in known.loc["ending", "reason"] or known.loc["ending", "quantity"] <= 20 / 4 + 3

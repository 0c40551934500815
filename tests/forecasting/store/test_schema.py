"""Declared tables: what fits, what is refused, and that the code declares what it writes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from forecasting.joint_orders.terms import Bound
from forecasting.planning import supplier_reasons
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.replay.frontier import MEASURED
from forecasting.replay.measures import COSTS as REPLAY_COSTS
from forecasting.replay.measures import COUNTS, MEASURED_SOMETIMES, SHARES
from forecasting.replay.measures import MEASURES as REPLAY_MEASURES
from forecasting.store.backtest_tables import LEVELS
from forecasting.store.columns import Kind
from forecasting.store.conform import SchemaError, arrow, conform
from forecasting.store.flags import FLAGS
from forecasting.store.plan_tables import COST_PARTS
from forecasting.store.replay_tables import MEASURES
from forecasting.store.schema import TABLES
from forecasting.store.sql_tables import SQL_TYPES
from models.shared import scores

CHOICES = pd.DataFrame(
    {
        "run": ["r", "r"],
        "location": ["main", "main"],
        "sku": ["a", "a"],
        "quantity": [0, 12],
        "packs": [0, 2],
        "unit_cost": [1.5, 1.25],
        "value": [0.0, 15.0],
        "expected_cost": [9.0, 4.5],
        "recommended": [False, True],
    }
)


# ---- What fits -----------------------------------------------------------------------------------


def test_types_follow_from_the_declaration():
    table = arrow("choices", CHOICES)
    assert table.schema == pa.schema(
        {
            **dict.fromkeys(("run", "location", "sku"), pa.large_string()),
            **dict.fromkeys(("quantity", "packs"), pa.int64()),
            **dict.fromkeys(("unit_cost", "value", "expected_cost"), pa.float64()),
            "recommended": pa.bool_(),
        }
    )


def test_a_quantity_may_be_whole_or_not():
    halves = CHOICES.assign(quantity=[0.0, 12.5])
    assert arrow("choices", halves).schema.field("quantity").type == pa.float64()


def test_a_text_column_without_a_value_is_text():
    forecasts = pd.DataFrame({"setting": ["a"], "value": ["b"], "items": [1]}).iloc[:0]
    assert arrow("assumptions", forecasts).schema.field("setting").type == pa.large_string()


def test_columns_that_a_run_may_have_or_not():
    item = {"location": ["main"], "sku": ["a"], "model": ["ses"]}
    plain = pd.DataFrame({**item, "mean": [3.0], "q0.5": [3], "q0.95": [7]})
    assert [column.kind for column in conform("forecast", plain).values()][-2:] == [Kind.QUANTITY] * 2
    per_period = pd.DataFrame(
        {**item, "period": [0], "starts_on": ["2026-06-29"], "mean": [3.0], "q1e-05": [0]}
    )
    assert list(conform("forecast", per_period)) == list(per_period.columns)


# ---- What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.drop(columns="packs"), "declared are run, location"),
        (lambda table: table.assign(extra=1), "declared are run, location"),
        (lambda table: table[[*table.columns[1:], "run"]], "declared are run, location"),
        (lambda table: table.assign(sku=[1, 2]), "column sku .text.: holds int64"),
        (lambda table: table.assign(value=[1, 2]), "column value .money.: holds int64"),
        (lambda table: table.assign(recommended=[0, 1]), "column recommended .boolean.: holds int64"),
        (lambda table: table.assign(value=[1.0, np.nan]), "column value .money.: a value is missing"),
        (lambda table: table.assign(quantity=[5, 5]), "two rows have the same location, sku, quantity"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(change, said):
    with pytest.raises(SchemaError, match=said):
        arrow("choices", change(CHOICES))


def test_a_table_that_nobody_declared_is_refused():
    with pytest.raises(SchemaError, match=r"not declared in store/schema\.py"):
        conform("guesses", CHOICES)


def test_counts_are_whole_and_shares_within_their_bounds():
    names = [column.name for column in TABLES["frontier"].columns]
    row = pd.DataFrame([["min_max", 1.0, "as it is", True, 5.0, 2.0, np.nan, 3.5, 0.0, 9.0, 0.5]])
    row.columns = names
    conform("frontier", row)
    with pytest.raises(SchemaError, match="a count is not whole"):
        conform("frontier", row.assign(lost_lines=2.5))
    with pytest.raises(SchemaError, match=r"outside 0\.\.1"):
        conform("frontier", row.assign(fill_rate=1.01))


def test_a_flag_that_is_not_documented_is_refused():
    values = {
        Kind.TEXT: "x",
        Kind.DATE: "2026-06-28",
        Kind.PROBABILITY: 0.5,
        Kind.MONEY: 1.0,
        Kind.NUMBER: 1.0,
        Kind.QUANTITY: 1,
        Kind.FLAGS: "owed;excess",
    }
    columns = TABLES["recommendations"].columns
    row = pd.DataFrame({column.name: [values[column.kind]] for column in columns})
    conform("recommendations", row)
    with pytest.raises(SchemaError, match=r"late is not declared in store/flags\.py"):
        conform("recommendations", row.assign(flags="owed;late"))


# ---- What is declared is what is written ---------------------------------------------------------


def test_names_are_declared_once():
    for table in TABLES.values():
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names), table.name
        assert set(table.key) <= set(names), table.name


def test_every_column_says_what_it_means():
    for table in TABLES.values():
        for column in table.columns:
            assert column.meaning.endswith("."), f"{table.name}.{column.name}"
            assert column.kind in SQL_TYPES
            if column.kind in (Kind.MONEY, Kind.QUANTITY):
                assert column.unit, f"{table.name}.{column.name}"


def test_measures_are_those_of_a_replay():
    kinds = {column.name: column.kind for column in MEASURES}
    assert tuple(kinds) == (*REPLAY_MEASURES, *MEASURED_SOMETIMES)
    assert {column.name for column in MEASURES if column.optional} == set(MEASURED_SOMETIMES)
    assert tuple(COST_PARTS) == REPLAY_COSTS
    assert {name for name, kind in kinds.items() if kind is Kind.SHARE} == SHARES
    assert {name for name, kind in kinds.items() if kind is Kind.INTEGER} == COUNTS - {"short_lines"}
    assert tuple(column.name for column in TABLES["frontier"].columns[4:]) == MEASURED


def test_levels_are_those_at_which_forecasts_are_judged():
    assert tuple(float(level) for level in LEVELS) == scores.LEVELS


def test_flags_of_supplier_orders_are_documented():
    assert {*supplier_reasons.FLAGS.values(), supplier_reasons.OTHERWISE} <= set(FLAGS)
    assert set(supplier_reasons.FLAGS) <= set(Bound)


def test_rules_are_documented():
    rule = next(column for column in TABLES["recommendations"].columns if column.name == "rule")
    said = CostOptimal.rules.__doc__
    for name in ("base_stock", "r_nQ", "s_S", "lost_sales", "newsvendor"):
        assert f"`{name}`" in rule.meaning
        assert f"``{name}``" in said

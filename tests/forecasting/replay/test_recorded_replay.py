"""What was recorded, beside the policies of a replay: tables, texts, and the verdict on realism."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.inputs.read_records import read_records
from forecasting.replay.realism import realism
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest
from forecasting.reports.replay.report import report
from forecasting.reports.terminal import policies_table


@pytest.fixture(scope="module")
def replayed(sample):
    config = load(None, ["interval_draws=50"])
    # So early that there is too little time before to fit min_max on.
    first, last = day_number("2025-05-05"), day_number("2025-06-29")
    return replay(
        read_records(str(sample)), config, ReplayRequest(first, last, ["min_max", "recorded"], "recorded")
    )


def test_it_stands_beside_the_others_and_may_be_the_baseline(replayed):
    tables, run = replayed.tables, replayed.run
    assert list(tables["summary"]["policy"]) == ["min_max", "recorded"]
    assert set(tables["periods"]["policy"]) == set(tables["items"]["policy"]) == {"min_max", "recorded"}
    assert not tables["summary"].isna().any(axis=None)
    one, two = tables["summary"]["lines"]
    assert one == two
    assert run["recorded"]["realism"] in report(replayed)
    said = re.search(r'<p class="headline">(.*?)</p>', report(replayed))
    assert re.match(r"min_max would have .*(recorded, for|recorded, \d+, for) ", said[1])
    assert run["recorded"]["gaps"] == []


def test_the_tables_and_texts_say_what_is_not_known(sample):
    data = read_records(str(sample))
    data = data.without_stock()
    config = load(None, ["interval_draws=20"])
    names = ["no_orders", "recorded"]
    made = replay(
        data, config, ReplayRequest(day_number("2026-06-01"), day_number("2026-06-21"), names, "recorded")
    )
    summary = made.tables["summary"].set_index("policy")
    unknown = summary.loc["recorded"]
    for name in ("average_on_hand_value", "purchase_orders", "cost_holding", "cost_total"):
        assert np.isnan(unknown[name]), name
        assert not np.isnan(summary.loc["no_orders", name]), name
    assert np.isnan(summary.loc["no_orders", "cost_saved"])
    assert unknown["backordered_lines"] >= 0
    assert "nan" not in report(made).lower().replace("finance", "")
    assert "There are no <code>purchase_orders</code>" in report(made)
    line = policies_table(made.tables["summary"])[-1].split()
    assert line[0] == "recorded"
    assert line[-2:] == ["-", "-"]


def summary_of(**rows):
    columns = ["policy", "backordered_lines", "lost_lines", "average_on_hand_value"]
    return pd.DataFrame([[name, *values] for name, values in rows.items()], columns=columns)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ((95, 5, 1050), "close to what happened"),
        (
            (40, 10, 500),
            "50 (50 % fewer). Average stock value as recorded: 1,000; simulated: 500 (50 % less).",
        ),
        ((40, 10, 500), "min_max does better than the company did"),
        ((150, 0, 1500), "min_max does worse"),
        ((40, 0, 1500), "min_max holds more stock and runs short less than the company did"),
        ((160, 0, 500), "min_max holds less stock and runs short more"),
    ],
)
def test_realism_in_words(rule, says):
    words = realism(summary_of(min_max=rule, recorded=(90, 10, 1000)), "min_max")
    assert says in words
    assert words.startswith("Order lines short as recorded: 100; min_max, simulated on the same orders: ")


def test_realism_says_nothing_where_there_is_nothing_to_compare():
    assert realism(summary_of(min_max=(1, 1, 1)), "min_max") == ""
    assert realism(summary_of(recorded=(1, 1, 1), no_orders=(9, 9, 1)), "recorded") == ""
    assert realism(summary_of(recorded=(1, 1, 1), no_orders=(9, 9, 1)), "no_orders") == ""
    half = realism(summary_of(odoo=(1, 1, 1), recorded=(1, 1, np.nan)), "odoo")
    assert half.endswith("Average stock value as recorded: -; simulated: 1.")

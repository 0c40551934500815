"""What a replay says of its windows, and of what knowing every order would save."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from forecasting.domain import Items, day_number
from forecasting.replay import compare
from forecasting.replay.windows import windows
from forecasting.reports import terminal
from forecasting.reports.replay.pictures import Cast
from forecasting.reports.replay.report import report
from forecasting.reports.replay.window_picture import LABELS, by_window
from forecasting.reports.replay.windows import window_sentence
from forecasting.reports.replay.windows import windows as section
from forecasting.reports.replay.words import foresight_sentences
from forecasting.run import Result
from tests.support.replay import BASE, BETTER, CHARGED, WORTH

START = day_number("2011-01-03")
OURS = Cast(["min_max", "cost_optimal"], "cost_optimal", "min_max", ())


def table_of(**costs) -> pd.DataFrame:
    """The table ``windows`` of policies that cost this much in each; ``min_max`` is the baseline."""
    rows = []
    for name, each in costs.items():
        for number, cost in enumerate(each):
            first = pd.Timestamp("2011-01-03") + pd.Timedelta(days=7 * number)
            rows.append(
                {
                    "window": number + 1,
                    "first_day": first,
                    "last_day": first + pd.Timedelta(days=6),
                    "policy": name,
                    "lines": 10,
                    "cost_total": float(cost),
                    "cost_saved": float(costs["min_max"][number] - cost),
                }
            )
    return pd.DataFrame(rows)


def test_the_sentence_says_how_often_and_by_how_much_and_how_surely():
    table = table_of(min_max=[100, 200, 100, 400], cost_optimal=[90, 206, 100, 200])
    assert window_sentence(table, {}, "cost_optimal", "min_max") == (
        "cost_optimal cost less than min_max in 2 of 4 windows; it saved most in 2011-01-24 to "
        "2011-01-30 (50 %), least in 2011-01-10 to 2011-01-16 (-3 %)."
    )
    run = {"windows": {"cost_saved_interval": {"cost_optimal": [-20.4, 1500.0]}}}
    assert window_sentence(table, run, "cost_optimal", "min_max").endswith(
        "(-3 %). With other windows and items like these the saving in all would lie between -20 and 1,500 "
        "(90 % interval)."
    )


def test_a_window_in_which_nothing_counts_yet_is_not_among_them():
    table = table_of(min_max=[0, 200, 100], cost_optimal=[0, 100, 90])
    assert "in 2 of 2 windows" in window_sentence(table, {}, "cost_optimal", "min_max")
    shown = section(table, {}, OURS)
    assert shown.table.rows[0].cells == ("2011-01-03 to 2011-01-09", "10", "0", "0")


@pytest.mark.parametrize(
    "table",
    [
        None,
        table_of(min_max=[100], cost_optimal=[90]),
        table_of(min_max=[np.nan, np.nan], cost_optimal=[90, 90]),
        table_of(min_max=[100, 100]),
    ],
    ids=["no_table", "one_window", "unknown", "alone"],
)
def test_where_windows_tell_nothing_there_is_no_sentence_and_no_section(table):
    assert window_sentence(table, {}, "cost_optimal", "min_max") == ""
    assert section(table, {}, OURS) is None


def test_the_section_has_every_policy_that_can_be_followed_and_what_was_recorded():
    table = table_of(min_max=[100, 200], recorded=[np.nan, 210], cost_optimal=[90, 100], no_orders=[900, 900])
    shown = section(table, {}, replace(OURS, policies=["min_max", "recorded", "cost_optimal"]))
    assert [sentence.split()[0] for sentence in shown.sentences] == ["cost_optimal"]
    assert shown.table.header == (
        "Window",
        "Order lines",
        "min_max costs",
        "recorded saves",
        "cost_optimal saves",
    )
    assert [row.cells[3:] for row in shown.table.rows] == [("-", "10 (10 %)"), ("-10 (-5 %)", "100 (50 %)")]
    ElementTree.fromstring(shown.picture)


def test_the_picture_has_a_bar_a_window_and_policy_of_what_is_saved():
    table = table_of(min_max=[100, 200, 50], textbook=[100, 150, 60], cost_optimal=[90, 100, 70])
    names = ["textbook", "cost_optimal"]
    (axes,) = by_window(table, names, Cast(["min_max", *names], "cost_optimal", "min_max", ())).axes
    heights = {bars.get_label(): [bar.get_height() for bar in bars] for bars in axes.containers}
    assert heights == {"textbook": [0, 50, -10], "cost_optimal": [10, 100, -20]}
    assert axes.get_xticklabels()[0].get_text() == "from 2011-01-03"


def test_of_many_windows_only_some_are_named():
    table = table_of(min_max=[100] * 51, cost_optimal=[90] * 51)
    (axes,) = by_window(table, ["cost_optimal"], OURS).axes
    assert 1 < len(axes.get_xticks()) <= LABELS


def result(*runs):
    edges = np.array([START, START + 7, START + 14])
    who = Items(np.array(["main", "main"], dtype=object), np.array(["a", "b"], dtype=object))
    tables = {
        "summary": compare.summary(runs, CHARGED, WORTH, "min_max", 1, 30),
        "windows": windows(runs, CHARGED, WORTH, edges, np.arange(3), "min_max"),
        "periods": compare.periods(runs, CHARGED, WORTH, edges),
        "items": compare.items(runs, CHARGED, WORTH, who),
        "assumptions": pd.DataFrame({"setting": ["seed"], "value": ["1"], "items": [2]}),
    }
    run = {
        "from": "2011-01-03",
        "to": "2011-01-16",
        "counted_from": "2011-01-03",
        "baseline": "min_max",
        "parameters": {},
        "counts": {"items": 2, "order_lines": 10, "notices": 0},
        "notices": [],
        "windows": {"number": 2, "cost_saved_interval": {}},
    }
    return Result(tables, run)


def test_report_and_terminal_say_it_alike():
    done = result(BASE, BETTER)
    said = window_sentence(done.tables["windows"], done.run, "cost_optimal", "min_max")
    assert said.startswith("cost_optimal cost less than min_max in 2 of 2 windows; it saved most in 2011-01-")
    assert said in terminal.replay_text(done, Path("out")).splitlines()
    page = report(done)
    assert f"<p>{said}</p>" in page
    assert "<h2>Window by window</h2>" in page
    assert report(result(BASE, BETTER)) == page


def summary(**costs) -> dict[str, pd.DataFrame]:
    rows = [
        {"policy": name, "cost_total": cost, "cost_saved": costs["min_max"] - cost}
        for name, cost in costs.items()
    ]
    return {"summary": pd.DataFrame(rows)}


def test_regret_is_taken_apart_for_a_buyer():
    tables = summary(min_max=1000.0, cost_optimal=800.0, perfect_foresight=500.0)
    tables["decomposition"] = pd.DataFrame({"part": ["forecast", "rule"], "cost_saved": [150.0, 50.0]})
    assert foresight_sentences(tables, "cost_optimal", "min_max") == [
        "Knowing every order beforehand (perfect_foresight) would have saved 500 against min_max, 50 % "
        "of its cost.",
        "cost_optimal saves 200 without knowing them, 40 % of it; the other 300 would take better "
        "forecasts or rules, and nobody can have all of it.",
        "Of what it saves 150 come from the forecast, and 50 from the rule that decides on it.",
    ]
    assert len(foresight_sentences({**tables, "decomposition": None}, "cost_optimal", "min_max")) == 2


@pytest.mark.parametrize(
    ("ours", "known", "last"),
    [
        (1100.0, 500.0, "cost_optimal saves nothing of it."),
        (400.0, 500.0, "cost_optimal saves 600: that policy is no bound here."),
    ],
)
def test_regret_says_where_nothing_is_saved_or_the_bound_is_none(ours, known, last):
    tables = summary(min_max=1000.0, cost_optimal=ours, perfect_foresight=known)
    assert foresight_sentences(tables, "cost_optimal", "min_max")[-1] == last


@pytest.mark.parametrize(
    "tables",
    [
        summary(min_max=1000.0, cost_optimal=800.0),
        summary(min_max=1000.0, cost_optimal=800.0, perfect_foresight=1000.0),
        summary(min_max=np.nan, cost_optimal=800.0, perfect_foresight=500.0),
    ],
    ids=["not_replayed", "saves_nothing", "unknown"],
)
def test_without_a_bound_that_saves_there_is_no_regret(tables):
    assert foresight_sentences(tables, "cost_optimal", "min_max") == []


def test_the_report_says_what_knowing_every_order_would_save():
    page = report(result(BASE, BETTER, replace(BETTER, policy="perfect_foresight")))
    assert "<h2>What knowing every order would save</h2>" in page
    assert "What knowing every order would save" not in report(result(BASE, BETTER))

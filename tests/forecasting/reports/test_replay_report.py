"""The report of a replay: what it says, and that it stands by itself."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from forecasting.domain import Items, day_number
from forecasting.replay import compare
from forecasting.reports.replay import differences
from forecasting.reports.replay.explorations import at_the_same_stock
from forecasting.reports.replay.headline import focus_of, headline
from forecasting.reports.replay.pictures import Cast, frontier
from forecasting.reports.replay.report import report
from forecasting.run import Result, figure_text
from tests.support.replay import BASE, BETTER, CHARGED, WORTH

START = day_number("2011-01-03")


def page(runs, baseline="min_max", recorded=None, **tables) -> str:
    """The page of a result with these runs; ``recorded`` as in run.json, ``tables`` besides the usual."""
    edges = np.array([START, START + 7, START + 14])
    who = Items(np.array(["main", "main"], dtype=object), np.array(["A&1", "<B>"], dtype=object))
    tables = {
        "summary": compare.summary(runs, CHARGED, WORTH, baseline, 1, 30),
        "periods": compare.periods(runs, CHARGED, WORTH, edges),
        "items": compare.items(runs, CHARGED, WORTH, who),
        "assumptions": pd.DataFrame({"setting": ["lead_time_days"], "value": ["14"], "items": [2]}),
        **tables,
    }
    run = {
        "from": "2011-01-03",
        "to": "2011-01-16",
        "counted_from": "2011-01-05",
        "baseline": baseline,
        "parameters": {"min_max": "mean of 28 days"},
        **({"recorded": recorded} if recorded else {}),
    }
    return report(Result(tables, run))


def table_of(runs, baseline="min_max"):
    return compare.summary(runs, CHARGED, WORTH, baseline, 1, 30)


@pytest.fixture(scope="module")
def written() -> str:
    bounds = [replace(BASE, policy="no_orders"), replace(BETTER, policy="perfect_foresight")]
    return page([BASE, BETTER, *bounds])


def test_it_stands_by_itself(written):
    assert "http" not in written
    assert "//" not in re.sub(r"\s", "", re.sub(r"<svg.*?</svg>", "", written, flags=re.DOTALL))
    for tag in ("<script", "<link", "<img", "@import"):
        assert tag not in written


def test_the_same_tables_give_the_same_bytes(written):
    bounds = [replace(BASE, policy="no_orders"), replace(BETTER, policy="perfect_foresight")]
    assert page([BASE, BETTER, *bounds]) == written


def test_its_pictures_are_well_formed_and_refer_to_what_is_there(written):
    drawn = re.findall(r"<svg.*?</svg>", written, flags=re.DOTALL)
    assert len(drawn) == 5
    ids = []
    for one in drawn:
        own = [part.get("id") for part in ElementTree.fromstring(one).iter() if part.get("id")]
        assert set(re.findall(r"(?:href=\"|url\()#([^\")]+)", one)) <= set(own)
        ids += own
    assert len(ids) == len(set(ids))


def test_it_says_what_matters(written):
    assert "cost_optimal would have avoided 3 of the 4 backorders that min_max made" in written
    assert "mean of 28 days" in written
    assert "lead_time_days" in written
    assert "Not drawn, as it would dwarf the others: no_orders" in written
    assert "$" not in written


def test_names_cannot_break_the_page(written):
    assert "A&amp;1" in written
    assert "&lt;B&gt;" in written
    assert "<B>" not in written


@pytest.mark.parametrize("runs", [[BASE], [replace(BASE, policy="no_orders")]], ids=["one", "only_a_bound"])
def test_a_single_policy_has_a_report_too(runs):
    written = page(runs, runs[0].policy)
    assert "4 of 10 order lines short" in written
    assert "There is nothing to compare with" in written


def test_the_headline_is_honest_when_ours_is_worse():
    base, worse = replace(BETTER, policy="min_max"), replace(BASE, policy="cost_optimal")
    summary = table_of([base, worse])
    sentence, details = headline(summary, "min_max")
    assert sentence.startswith("cost_optimal would have made 3 backorders more than the 1 of min_max, for ")
    assert sentence.endswith("more money in all.")
    assert "-" in details


def test_the_headline_names_a_cheaper_policy():
    ours, theirs = replace(BASE, policy="cost_optimal"), replace(BETTER, policy="textbook")
    sentence, details = headline(table_of([BASE, ours, theirs]), "min_max")
    assert sentence == (
        "cost_optimal would have made as many backorders as min_max, 4, for the same money in all."
    )
    assert "cannot tell the two costs apart" in details
    assert "The cheapest was textbook" in details


def test_the_report_is_about_ours_or_else_the_cheapest_that_can_be_followed():
    foresight = replace(BETTER, policy="perfect_foresight")
    cheap, dear = replace(BETTER, policy="odoo"), replace(BASE, policy="erpnext")
    assert focus_of(table_of([BASE, foresight, dear, cheap]), "min_max") == "odoo"
    assert focus_of(table_of([BASE, foresight, cheap, BETTER]), "min_max") == "cost_optimal"
    assert focus_of(table_of([BASE, foresight]), "min_max") == "min_max"


def svgs(written) -> list[str]:
    return re.findall(r"<svg.*?</svg>", written, flags=re.DOTALL)


# Stock value and order lines short of two policies, each swept over five settings.
SWEPT = pd.DataFrame(
    [
        {
            "policy": policy,
            "aggressiveness": aggressiveness,
            "label": f"{aggressiveness * 28:g} safety days",
            "as_replayed": aggressiveness == 1.0,
            "average_on_hand_value": stock,
            "backordered_lines": short - 1,
            "lost_lines": 1,
        }
        for policy, points in {
            "min_max": [(0.5, 100, 40), (1.0, 200, 20), (2.0, 300, 10)],
            "cost_optimal": [(2.0, 260, 6), (0.5, 60, 46), (1.0, 160, 16)],
        }.items()
        for aggressiveness, stock, short in points
    ]
)
WORLDS = pd.DataFrame(
    [
        {
            "scenario": scenario,
            "policy": policy,
            "cost_total": cost,
            "cost_saved": saved,
            "cost_saved_low": saved - 30,
            "cost_saved_high": saved + 30,
            "backordered_lines": 3,
            "lost_lines": 1,
            "average_on_hand_value": 500,
        }
        for scenario, costs in {
            "costs doubled": (200, 150),
            "lead time a week longer <2>": (120, 130),
        }.items()
        for policy, cost, saved in (("min_max", costs[0], 0), ("cost_optimal", costs[1], costs[0] - costs[1]))
    ]
)
PARTS = pd.DataFrame(
    [
        {
            "part": part,
            "cost_saved": saved,
            "cost_saved_low": saved - 5,
            "cost_saved_high": saved + 5,
            "backorders_avoided": saved / 2,
        }
        for part, saved in (("forecast", 10.0), ("rule", -3.0), ("both", 7.0))
    ]
)


def test_sections_appear_with_their_tables(written):
    for heading in ("Stock against service", "If things were different", "Where the saving comes from"):
        assert heading not in written
    recorded = {"realism": "", "gaps": ["There is no `stock` <here>."]}
    tables = {"decomposition": PARTS, "frontier": SWEPT, "sensitivity": WORLDS}
    whole = page([BASE, BETTER], recorded=recorded, **tables)
    assert whole == page([BASE, BETTER], recorded=recorded, **tables)
    assert len(svgs(whole)) == 5 + 3
    for one in svgs(whole):
        ElementTree.fromstring(one)
    assert "with its 90 % interval" in whole
    assert "Of the 7 that cost_optimal saves against min_max, 10 (90 % interval 5 to 15) come from" in whole
    assert "<h2>What was recorded</h2>\n<p>There is no <code>stock</code> &lt;here&gt;.</p>" in whole
    assert "<td>lead time a week longer &lt;2&gt;</td>" in whole
    assert '<td class="n">120 → 130</td><td class="n">-10</td><td class="n">-40 to 20</td>' in whole


def test_the_frontier_compares_at_the_same_stock():
    # cost_optimal: 16 short at 160, 6 at 260; min_max as replayed: 20 short at 200.
    assert at_the_same_stock(SWEPT, "cost_optimal", "min_max") == (
        "With as much stock as min_max, worth 200, cost_optimal would have left about 12 order lines short "
        "instead of 20."
    )
    bold = SWEPT[(SWEPT["policy"] == "min_max") | (SWEPT["average_on_hand_value"] < 200)]
    assert at_the_same_stock(bold, "cost_optimal", "min_max") == ""
    assert at_the_same_stock(SWEPT, "min_max", "min_max") == ""


def test_the_frontier_draws_each_policy_by_its_setting_and_marks_what_was_replayed():
    figure = frontier(SWEPT, Cast(["min_max"], "cost_optimal", "min_max", ()))
    (axes,) = figure.axes
    lines = {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}
    assert list(lines) == ["min_max", "cost_optimal"]
    assert list(lines["cost_optimal"].get_xdata()) == [60, 160, 260]
    assert list(lines["cost_optimal"].get_ydata()) == [46, 16, 6]
    marks = [line for line in axes.lines if line.get_label().startswith("_")]
    assert [(list(mark.get_xdata()), list(mark.get_ydata())) for mark in marks] == [
        ([200], [20]),
        ([160], [16]),
    ]
    words = [text.get_text() for text in axes.texts]
    assert words[:4] == ["14 safety days", "56 safety days"] * 2


def test_the_weeks_and_items_that_make_the_difference(written):
    # BETTER avoids a line of item 0 and two of item 1: two in the first week, one in the second.
    assert "In 2 of 2 weeks cost_optimal leaves fewer order lines short than min_max, in 0 more." in written
    assert "cost_optimal saves with 2 of 2 items, and costs more with 0." in written
    assert "The best 1 bring as much as half of what is saved in all." in written
    pair = differences.Pair("cost_optimal", "min_max")
    edges = np.array([START, START + 7, START + 14])
    both = pair.side_by_side(compare.periods([BASE, BETTER], CHARGED, WORTH, edges), ["period_start"])
    assert both["avoided"].tolist() == [2, 1]
    assert both["saved"].sum() == pytest.approx(table_of([BASE, BETTER]).iloc[1]["cost_saved"], abs=1e-3)


def unknown_stock(policy="recorded"):
    flows = BASE.flows._replace(on_hand_unit_days=np.full((2, 2), np.nan))
    return replace(BASE, policy=policy, flows=flows)


def test_what_is_not_known_is_a_dash_and_nothing_is_made_of_it():
    runs = [unknown_stock(), BETTER]
    sentence, details = headline(table_of(runs, "recorded"), "recorded")
    assert sentence.startswith(
        "cost_optimal would have avoided 3 of the 4 backorders that were recorded, at a"
    )
    assert "What recorded cost in all is not known." in details
    whole = page(runs, "recorded")
    assert "nan" not in whole
    assert "Not drawn, as not all of its cost is known: recorded." in whole
    assert "What recorded cost is not known, so neither is what was saved where." in whole
    assert '<td class="n">-</td>' in whole
    assert figure_text(float("nan")) == "-"
    assert figure_text(1234.5) == "1,234"


def test_backorders_that_nobody_recorded():
    flows = {name: np.full((2, 2), np.nan) for name in ("backordered_lines", "lost_lines", "in_full_lines")}
    silent = replace(BASE, policy="recorded", flows=BASE.flows._replace(**flows))
    sentence, _ = headline(table_of([silent, BETTER], "recorded"), "recorded")
    assert sentence.startswith(
        "cost_optimal would have left 1 of 10 order lines short; how many were short is not recorded, at a "
    )
    assert "nan" not in page([silent, BETTER], "recorded")
    alone, _ = headline(table_of([silent], "recorded"), "recorded")
    assert alone == "how many were short is not recorded."

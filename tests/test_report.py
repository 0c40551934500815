from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from replay_examples import BASE, BETTER, CHARGED, WORTH

from forecasting.domain import Items, day_number
from forecasting.replay import compare
from forecasting.replay.report import focus_of, headline, report

START = day_number("2011-01-03")


def page(runs, baseline="min_max", skus=("A&1", "<B>"), **options) -> str:
    edges = np.array([START, START + 7, START + 14])
    who = Items(np.array(["main", "main"], dtype=object), np.array(skus, dtype=object))
    return report(
        compare.summary(runs, CHARGED, WORTH, baseline, 1, 30),
        compare.periods(runs, CHARGED, WORTH, edges),
        compare.items(runs, CHARGED, WORTH, who),
        pd.DataFrame({"setting": ["lead_time_days"], "value": ["14"], "items": [2]}),
        baseline=baseline,
        parameters={"min_max": "mean of 28 days"},
        first_day="2011-01-03",
        last_day="2011-01-16",
        **options,
    )


def table_of(runs, baseline="min_max"):
    return compare.summary(runs, CHARGED, WORTH, baseline, 1, 30)


@pytest.fixture(scope="module")
def written() -> str:
    bounds = [replace(BASE, policy="no_orders"), replace(BETTER, policy="perfect_foresight")]
    return page([BASE, BETTER, *bounds], counted_from="2011-01-05")


def test_it_stands_by_itself(written):
    assert "http" not in written
    assert "//" not in re.sub(r"\s", "", re.sub(r"<svg.*?</svg>", "", written, flags=re.DOTALL))
    for tag in ("<script", "<link", "<img", "@import"):
        assert tag not in written


def test_the_same_tables_give_the_same_bytes(written):
    bounds = [replace(BASE, policy="no_orders"), replace(BETTER, policy="perfect_foresight")]
    assert page([BASE, BETTER, *bounds], counted_from="2011-01-05") == written


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

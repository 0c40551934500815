"""A sample with kits, places or lots is a sound dataset; without them it is the one that it always was."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.dataset.check import check
from forecasting.errors import RequestError
from forecasting.sample import make_sample
from forecasting.sample.goods import FACTS


@pytest.fixture(scope="module")
def made():
    return make_sample(40, 200, 3, facts=FACTS)


def test_it_breaks_no_rule_and_raises_no_question_about_its_facts(made, tmp_path):
    made.write(tmp_path)
    checked = check(str(tmp_path))
    assert checked.problems == ()
    odd = [notice for notice in checked.notices if notice.table in ("kits", "locations", "lots")]
    assert odd == [], odd


def test_what_it_had_is_in_it_still(made):
    plain = make_sample(40, 200, 3, locations=("main", "south", "west")).tables
    tables = made.tables
    kits = tables["kits"]
    copied = set(kits["component"].astype(str)) - set(plain["products"]["sku"].astype(str))
    units = tables["orders"].astype({"sku": str}).groupby("sku")["quantity"].sum()
    before = plain["orders"].astype({"sku": str}).groupby("sku")["quantity"].sum()
    for kit, parts in kits.astype(str).groupby("sku"):
        for part in parts["component"]:
            original = part.removesuffix("-B")
            # What is sold alone and in kits is what was sold.
            assert units.get(part, 0) + units.get(kit, 0) == before[original]
    assert len(copied) == len(kits) / 2 > 0
    others = [sku for sku in before.index if sku not in set(kits["component"].astype(str))]
    assert units[others].equals(before[others])


def test_lots_come_to_the_counts_and_are_good_for_days(made):
    lots, stock = (made.tables[name].astype({"sku": str, "location": str}) for name in ("lots", "stock"))
    keys = ["as_of", "sku", "location"]
    both = lots.groupby(keys, as_index=False)["on_hand"].sum().merge(stock, on=keys)
    assert len(both) > 0 and np.allclose(both["on_hand_x"], both["on_hand_y"])
    assert (lots["expires_on"] > lots["as_of"]).all()


@pytest.mark.parametrize("fact", FACTS)
def test_each_can_be_had_by_itself(fact):
    tables = make_sample(20, 60, 1, facts=(fact,)).tables
    named = {"kits": "kits", "places": "locations", "lots": "lots"}
    assert [name for name in named.values() if name in tables] == [named[fact]]


def test_an_unknown_fact_is_refused_by_name():
    with pytest.raises(RequestError, match="there is no fact 'boats'"):
        make_sample(20, 60, 1, facts=("boats",))

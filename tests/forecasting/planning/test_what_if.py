"""A plan with other figures beside the plan as it is: what is changed moves, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.errors import RequestError
from forecasting.inputs.known_until import known_until
from forecasting.inputs.read_records import read_records
from forecasting.planning.what_if import SHORTAGE, Change, what_if


@pytest.fixture(scope="module")
def records(sample):
    return read_records(str(sample))


def asked(records, **change):
    config = load(None, ("model=seasonal_additive",))
    return what_if(records, config, known_until(records).orders, Change(**change))


def test_dearer_shortages_raise_the_service_and_name_the_settings_that_they_come_to(records):
    found = asked(records, shortage_factor=4.0)
    assert found["after"]["service"] > found["before"]["service"]
    assert found["after"]["value"] > found["before"]["value"]
    assert set(found["settings"]) == set(SHORTAGE) and found["settings"]["admin_minutes_per_line"] == 20
    assert found["settings"]["cancel_share"] == 0.4
    moved = sum(row["value_after"] - row["value_before"] for row in found["suppliers"])
    assert moved == pytest.approx(found["after"]["value"] - found["before"]["value"])


def test_a_budget_holds_the_orders_under_it(records):
    found = asked(records, budget=300.0)
    assert found["before"]["value"] > 300 >= found["after"]["value"] > 0
    assert found["settings"] == {"budget": 300.0}


def test_longer_lead_times_protect_for_longer_and_are_no_setting(records):
    found = asked(records, lead_time_factor=2.0)
    assert found["after"]["protection_days"] > 1.5 * found["before"]["protection_days"]
    assert found["settings"] == {}


def test_a_change_for_one_supplier_is_of_its_items_alone(records):
    names, count = np.unique(records.supplier_names[records.supplier].astype(str), return_counts=True)
    name = str(names[count.argmax()])
    found = asked(records, shortage_factor=20.0, supplier=name)
    assert [row["supplier"] for row in found["suppliers"]] == [name]
    assert {row["supplier"] for row in found["lines"]} == {name} and found["settings"] == {}
    assert found["after"]["value"] > found["before"]["value"]


def test_what_cannot_be_asked_for_one_supplier_is_refused(records):
    with pytest.raises(RequestError, match="no supplier"):
        asked(records, holding_rate=0.5, supplier="Nobody")
    name = str(records.supplier_names[records.supplier[0]])
    with pytest.raises(RequestError, match="a budget is of all orders"):
        asked(records, budget=1.0, supplier=name)

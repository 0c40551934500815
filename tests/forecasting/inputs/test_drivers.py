"""Events, holidays and prices as drivers of each bucket, of the past and ahead."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.errors import ConfigError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.drivers import public_holidays
from forecasting.planning.observing import observer
from models.shared.history import Traits
from tests.support.builders import order, records

AS_OF = "2026-02-01"  # a Sunday; buckets of a week begin on Mondays
ORDERS = [order("a", "2026-01-05"), order("b", "2026-01-19")]
PRODUCTS = [{"sku": "a", "category": "garden", "unit_price": 4}, {"sku": "b", "category": "kitchen"}]


def seen(tmp_path, *settings, orders=ORDERS, products=PRODUCTS, **tables):
    data = records(tmp_path, orders=orders, products=products, **tables)
    assumptions = Assumptions()
    seeing = observer(data, load(None, list(settings)), day_number(AS_OF), assumptions)
    return seeing.history(day_number(AS_OF)), assumptions.frame().set_index("setting")


def driver(history, name):
    """Per item: the values of its past, and of its buckets ahead."""
    drivers = history.drivers
    values = drivers.values[:, drivers.names.index(name)]
    start = history.indptr + np.arange(len(history) + 1) * drivers.ahead
    parts = [values[a:b] for a, b in itertools.pairwise(start)]
    return [(part[: len(part) - drivers.ahead], part[len(part) - drivers.ahead :]) for part in parts]


def test_a_dataset_that_says_nothing_has_no_drivers(tmp_path):
    history, said = seen(tmp_path)
    assert history.drivers is None
    assert "events" not in said.index


def test_traits_are_category_and_the_price_that_is_known(tmp_path):
    history, _ = seen(tmp_path)
    assert isinstance(history.traits, Traits)
    assert history.traits.category.tolist() == [0, 1]
    assert history.traits.price == pytest.approx([4, np.nan], nan_ok=True)
    plain, _ = seen(
        tmp_path / "plain", products=[{"sku": "a", "category": ""}, {"sku": "b", "category": "x"}]
    )
    assert plain.traits.category.tolist() == [-1, 0]


def test_an_event_is_a_share_of_the_days_of_its_bucket_known_ahead(tmp_path):
    days = ["2026-01-13", "2026-01-14", "2026-01-14", "2026-02-04"]
    events = [
        {"date": day, "name": f"sale {k}", "sku": "a", "kind": "promotion"} for k, day in enumerate(days)
    ]
    history, said = seen(tmp_path, events=events)
    assert history.drivers.names == ("promotion",)
    assert history.drivers.ahead == 52
    (past, ahead), (other, other_ahead) = driver(history, "promotion")
    assert past == pytest.approx([0, 2 / 7, 0, 0])
    assert ahead[:2] == pytest.approx([1 / 7, 0])
    assert not other.any() and not other_ahead.any()
    assert said.loc["events", "items"] == 1
    assert said.loc["events", "value"] == "known ahead: promotion"


def test_an_event_of_a_category_touches_its_items_and_one_of_all_touches_all(tmp_path):
    events = [
        {"date": "2026-01-20", "name": "fair", "category": "kitchen", "kind": "fair"},
        {"date": "2026-01-21", "name": "day", "kind": "holiday"},
    ]
    history, _ = seen(tmp_path, events=events)
    assert history.drivers.names == ("fair", "holiday")
    assert [past.tolist() for past, _ in driver(history, "fair")] == [[0, 0, 0, 0], [pytest.approx(1 / 7), 0]]
    assert [float(past[-2]) for past, _ in driver(history, "holiday")] == pytest.approx([1 / 7, 1 / 7])


def test_an_event_of_one_location_stays_there(tmp_path):
    orders = [order("a", "2026-01-05", location=location) for location in ("north", "south")]
    events = [
        {"date": "2026-01-13", "name": "x", "location": "south", "kind": "closed"},
        {"date": "2026-01-20", "name": "y", "sku": "a", "kind": "promotion"},
        {"date": "2026-01-27", "name": "z", "sku": "a", "location": "north", "kind": "promotion"},
    ]
    history, _ = seen(tmp_path, orders=orders, products=[{"sku": "a"}], events=events)
    assert [past.tolist() for past, _ in driver(history, "closed")] == [
        [0, 0, 0, 0],
        [0, pytest.approx(1 / 7), 0, 0],
    ]
    assert [past.tolist() for past, _ in driver(history, "promotion")] == [
        [0, 0, pytest.approx(1 / 7), pytest.approx(1 / 7)],
        [0, 0, pytest.approx(1 / 7), 0],
    ]


def test_closed_every_week_is_as_usual(tmp_path):
    sundays = [{"date": f"2026-{month:02}-{day:02}", "name": "Sunday", "kind": "closed"}
               for month, day in ((1, 11), (1, 18), (1, 25), (2, 1))]  # fmt: skip
    weekly = [{"date": str(np.datetime64("2026-02-08") + 7 * k), "name": "Sunday", "kind": "closed"}
              for k in range(52)]  # fmt: skip
    shut = [{"date": "2026-01-14", "name": "stocktaking", "kind": "closed"}]
    history, _ = seen(tmp_path, events=[*sundays, *weekly, *shut])
    (past, ahead), _ = driver(history, "closed")
    assert past == pytest.approx([0, 1 / 7, 0, 0], abs=1e-6)
    assert not ahead.any()


def test_rare_kinds_are_taken_together(tmp_path):
    events = [
        {"date": "2026-01-14", "name": "x", "kind": f"kind {k}"} for k in range(8) for _ in range(k + 1)
    ]
    history, _ = seen(tmp_path, events=[*events, {"date": "2026-01-14", "name": "x"}])
    assert history.drivers.names == (*(f"kind {k}" for k in range(2, 8)), "other")


def test_the_price_is_the_logarithm_over_the_usual_one_and_a_promotion_while_it_is_one(tmp_path):
    prices = [
        {"from": "2026-01-05", "sku": "a", "unit_price": 10},
        {"from": "2026-01-19", "sku": "a", "unit_price": 5, "promotion": "half"},
        {"from": "2026-01-26", "sku": "a", "unit_price": 10},
        {"from": "2026-02-05", "sku": "a", "unit_price": 20},
        {"from": "2026-01-05", "sku": "b", "unit_price": 0},
    ]
    history, said = seen(tmp_path, prices=prices)
    (past, ahead), (other, _) = driver(history, "price")
    assert past == pytest.approx([0, 0, np.log(0.5), 0])
    assert ahead[:2] == pytest.approx([np.log(2) * 4 / 7, np.log(2)])
    assert not other.any()
    assert driver(history, "promotion")[0][0].tolist() == [0, 0, 1, 0]
    assert said.loc["prices", "items"] == 1


def test_a_day_promoted_in_both_tables_is_one_day(tmp_path):
    prices = [
        {"from": "2026-01-05", "sku": "a", "unit_price": 10},
        {"from": "2026-01-14", "sku": "a", "unit_price": 5, "promotion": "half"},
        {"from": "2026-01-15", "sku": "a", "unit_price": 10},
    ]
    events = [{"date": "2026-01-14", "name": "half", "sku": "a", "kind": "promotion"}]
    history, _ = seen(tmp_path, prices=prices, events=events)
    assert driver(history, "promotion")[0][0] == pytest.approx([0, 1 / 7, 0, 0])


def test_public_holidays_of_a_country_and_its_subdivision(tmp_path):
    first, last = day_number("2026-01-01"), day_number("2026-12-31")
    german, bavarian = (set(public_holidays(country, first, last).tolist()) for country in ("DE", "DE-BY"))
    assert day_number("2026-10-03") in german and day_number("2027-12-25") in german
    assert day_number("2026-01-06") in bavarian - german
    history, said = seen(tmp_path, "holidays_country=DE")
    assert driver(history, "holiday")[0][1][8] == pytest.approx(1 / 7)  # Good Friday, 3 April
    assert said.loc["holidays_country", "value"] == "DE"
    with pytest.raises(ConfigError, match="'XX'"):
        public_holidays("XX", first, last)


def test_a_holiday_on_a_closed_day_is_none(tmp_path):
    events = [{"date": "2026-01-18", "name": "a Sunday", "kind": "holiday"}]
    history, _ = seen(tmp_path, "closed_weekdays=[sunday]", events=events)
    assert history.drivers is None


@pytest.mark.parametrize("bucket,ahead", [("day", 313), ("month", 12)])
def test_other_buckets(tmp_path, bucket, ahead):
    orders = [order("a", "2025-11-03"), order("a", "2026-01-30")]
    events = [
        {"date": day, "name": "x", "kind": "fair"} for day in ("2026-01-14", "2026-02-03", "2026-02-08")
    ]
    history, _ = seen(
        tmp_path,
        f"bucket={bucket}",
        "closed_weekdays=[sunday]",
        orders=orders,
        products=[{"sku": "a"}],
        events=events,
    )
    ((past, to_come),) = driver(history, "fair")
    assert history.drivers.ahead == len(to_come) == ahead
    if bucket == "day":
        assert past.sum() == 1 and past[-16] == 1  # 15 days of business follow on Wednesday 14 January
        assert np.flatnonzero(to_come).tolist() == [1]  # Sunday 8 February is closed
    else:
        assert past[-1] == pytest.approx(1 / 31) and to_come[0] == pytest.approx(1 / 28)


def test_items_without_history_know_what_is_ahead(tmp_path):
    events = [{"date": "2026-02-03", "name": "x", "sku": "c", "kind": "promotion"}]
    history, _ = seen(tmp_path, products=[*PRODUCTS, {"sku": "c"}], events=events)
    past, ahead = driver(history, "promotion")[2]
    assert len(past) == 0
    assert ahead[0] == pytest.approx(1 / 7)
    assert replace(history, drivers=None).drivers is None

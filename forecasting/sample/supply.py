"""Facts of supply that a synthetic wholesaler can have besides: who else sells, in which units, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pandas as pd

from forecasting.sample.records import typed

FACTS = ("suppliers", "units", "calendars")
"""``suppliers``: a half of the items has a second one, cheaper and slower or dearer and faster. ``units``: a
third of the suppliers sells cartons in dollars, duty on top. ``calendars``: some suppliers close in August
and at the end of the year, others deliver on two weekdays and count business days.
"""

FAR, NEAR = "FAR EAST", "NEAR BY"
RATE_BEFORE, RATE, DUTY = 0.92, 0.88, 0.06
PACKS_IN_A_CARTON = 4


def with_supply(
    random: np.random.Generator, tables: dict[str, pd.DataFrame], facts: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The tables with these facts in them; those of the past stay as they are."""
    suppliers, products = tables["suppliers"].copy(), tables["products"]
    end = tables["orders"]["ordered_at"].max().normalize()
    third = random.permutation(len(suppliers)) % 3
    offers: list[pd.DataFrame] = []
    added: dict[str, pd.DataFrame] = {}
    if "units" in facts:
        cartons = _in_cartons(products, suppliers, third == 0)
        offers.append(cartons)
        added["price_breaks"] = _breaks_in_cartons(tables["price_breaks"], cartons)
        suppliers["currency"] = suppliers["currency"].astype(object).where(third != 0, "USD")
        suppliers.loc[third == 0, "landed_cost_share"] = DUTY
        halfway = end - timedelta(days=60)
        added["currencies"] = pd.DataFrame(
            {"currency": ["USD", "USD"], "rate": [RATE_BEFORE, RATE], "from": [pd.NaT, halfway]}
        )
    if "calendars" in facts:
        closed = suppliers["supplier"].astype(object)[third == 1].to_numpy()
        added["closures"] = _closings(closed, end)
        working = third == 2
        suppliers["lead_time_in"] = suppliers["lead_time_in"].astype(object).where(~working, "business")
        days = suppliers["delivery_weekdays"].astype(object).where(~working, "tuesday thursday")
        suppliers["delivery_weekdays"] = days
        business = np.round(suppliers["lead_time_days"] * 5 / 7)
        suppliers["lead_time_days"] = suppliers["lead_time_days"].where(~working, business)
    if "suppliers" in facts:
        offers.append(_second(random, products))
        more = pd.DataFrame({"supplier": [FAR, NEAR], "lead_time_days": [40.0, 2.0]})
        more["lead_time_sd_days"] = [6.0, 0.0]
        suppliers = pd.concat([suppliers, more], ignore_index=True)
    if offers:
        added["supplier_items"] = pd.concat(offers, ignore_index=True)
    return {
        **tables,
        **{name: typed(name, frame) for name, frame in {"suppliers": suppliers, **added}.items()},
    }


def _in_cartons(products: pd.DataFrame, suppliers: pd.DataFrame, which: np.ndarray) -> pd.DataFrame:
    """Their items, priced in dollars a carton before duty, so that a unit costs about what it did."""
    names = suppliers["supplier"].astype(object)[which]
    mine = products[products["supplier"].astype(object).isin(names)]
    units = mine["pack_size"].fillna(1.0) * PACKS_IN_A_CARTON
    return pd.DataFrame(
        {
            "supplier": mine["supplier"].astype(object),
            "sku": mine["sku"].astype(object),
            "unit_cost": np.round(mine["unit_cost"] * units / RATE / (1.0 + DUTY), 2),
            "purchase_unit": "carton",
            "units_per_purchase_unit": units,
        }
    )


def _breaks_in_cartons(breaks: pd.DataFrame, cartons: pd.DataFrame) -> pd.DataFrame:
    """The price breaks of these items as their suppliers say them: so many cartons, dollars a carton."""
    frame = breaks.astype({"supplier": object, "sku": object})
    units = frame.merge(cartons, on=["supplier", "sku"], how="left")["units_per_purchase_unit"].to_numpy()
    theirs = ~np.isnan(units)
    least = np.ceil(frame["min_quantity"] / units)
    price = np.round(frame["unit_cost"] * units / RATE / (1.0 + DUTY), 2)
    frame["min_quantity"] = np.where(theirs, least, frame["min_quantity"])
    frame["unit_cost"] = np.where(theirs, price, frame["unit_cost"])
    return frame


def _second(random: np.random.Generator, products: pd.DataFrame) -> pd.DataFrame:
    """A second supplier of about every other item: by turns a cheaper and slow, or a dearer and fast one."""
    chosen = np.flatnonzero(random.random(len(products)) < 0.5)
    mine = products.iloc[chosen]
    slow = np.arange(len(mine)) % 2 == 0
    share = np.where(slow, random.uniform(0.8, 0.97, len(mine)), random.uniform(1.03, 1.25, len(mine)))
    return pd.DataFrame(
        {
            "supplier": np.where(slow, FAR, NEAR),
            "sku": mine["sku"].astype(object).to_numpy(),
            "unit_cost": np.round(mine["unit_cost"].to_numpy() * share, 2),
            "pack_size": mine["pack_size"].to_numpy(),
            "rank": 2.0,
        }
    )


def _closings(names: Sequence[str], end: pd.Timestamp) -> pd.DataFrame:
    """Three weeks of August and ten days from Christmas on, of two years and the one to come."""
    rows = [
        {"from": begin, "until": begin + timedelta(days=days - 1), "supplier": name, "what": "supplier"}
        for name in names
        for year in range(end.year - 2, end.year + 2)
        for begin, days in ((pd.Timestamp(year, 8, 3), 21), (pd.Timestamp(year, 12, 24), 10))
    ]
    return pd.DataFrame(rows, columns=["from", "until", "supplier", "what"])

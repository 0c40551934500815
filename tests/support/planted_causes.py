"""A company of which two items each are short again and again for one cause, and all others are not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray
from forecasting.inputs.read_records import records_of
from forecasting.inputs.records import Records
from forecasting.sample.calendar import Calendar, make_calendar
from forecasting.sample.catalogue import Catalogue, make_catalogue
from forecasting.sample.daily import Operations, Shop, Supply
from forecasting.sample.demand import World, make_lines
from forecasting.sample.make import Sample
from forecasting.sample.operations import run
from forecasting.sample.records import make_tables
from forecasting.sample.selling import make_selling
from tests.support.sample import dataset_of

DAYS, LAST_YEAR = 728, 364
ITEMS = 36
SURGES = (390, 460, 545, 640)
"""First days of three weeks in which five times as much is asked for."""

SUPPLIERS = {"lead_time_late": 0, "supplier_short": 1, "bought_less": 9, "terms": 3, "forecast_low": 5}


@dataclass(frozen=True)
class Planted:
    """The company's records, the cause of each planted item by its number, and what really happened."""

    records: Records
    cause: dict[int, str]
    operations: Operations

    def short_units(self, item: int) -> float:
        """Units that began to wait, or were lost at once, in the last year."""
        return float(self.operations.fate.backordered[item, LAST_YEAR:].sum())


def planted(seed: int, more: FloatArray | None = None) -> Planted:
    """``more``: units of each item that the buyer always has more of, by the numbers of the records."""
    random = [np.random.default_rng([seed, 900 + part]) for part in range(6)]
    calendar = make_calendar(DAYS, date(2026, 6, 28))
    catalogue = _steady(make_catalogue(random[0], ITEMS, calendar))
    by_sku = np.argsort(catalogue.products["sku"].to_numpy(dtype=str))
    cause = {
        int(item): name
        for name, supplier in SUPPLIERS.items()
        for item in np.flatnonzero(catalogue.supplier == supplier)[:2]
    }
    weekly = catalogue.behaviour["lines_per_open_day"] * catalogue.behaviour["units_per_line"] * 6
    limited = [item for item, name in cause.items() if name == "terms"]
    catalogue.products.loc[limited, "max_order_quantity"] = np.floor(weekly[limited])

    world = World(calendar, catalogue, make_selling(random[1], catalogue, calendar), ("main",), np.ones(1))
    lines = _surging(
        random[5], make_lines(random[2], world), [i for i in cause if cause[i] == "forecast_low"]
    )
    own = np.zeros(ITEMS)
    if more is not None:
        own[by_sku] = more

    def change(shop: Shop, supply: Supply) -> tuple[Shop, Supply]:
        return _bought(shop, cause, own), _delivered(random[4], supply, cause, calendar)

    operations = run(random[3], world, lines, change=change)
    tables = make_tables(np.random.default_rng(seed), world, lines, operations)
    sample = Sample({name: table for name, table in tables.items() if len(table)}, {})
    place = np.argsort(by_sku)
    numbered = {int(place[item]): name for item, name in cause.items()}
    fate = operations.fate._replace(backordered=operations.fate.backordered[by_sku])
    return Planted(records_of(dataset_of(sample)), numbered, operations._replace(fate=fate))


def _steady(catalogue: Catalogue) -> Catalogue:
    """All items alike: asked for nearly every day, without seasons or terms, and customers wait."""
    n = len(catalogue)
    behaviour = catalogue.behaviour.assign(
        lines_per_open_day=0.9, line_size_median=4.0, line_size_spread=0.5,
        units_per_line=4.0 * np.exp(0.125), week_shape=20.0, season_height=0.0, level_day=-1,
        level_factor=1.0, trend_per_year=0.0, promotion_response=0.0,
    )  # fmt: skip
    nothing = np.full(n, np.nan)
    products = catalogue.products.assign(
        pack_size=1.0, min_order_quantity=0.0, max_order_quantity=nothing, backorder="allowed",
        shown_as="on_backorder", shelf_life_days=nothing, holding_rate=nothing, storage_cost=nothing,
        goodwill_per_unit=nothing, late_cost_per_unit_day=nothing, churn_per_line=nothing,
        available_from=pd.NaT, ends_on=pd.NaT, unit_price=10.0, unit_cost=5.0,
    )  # fmt: skip
    suppliers = catalogue.suppliers.assign(
        min_order_value=0.0, free_freight_value=np.nan, freight_cost=0.0, order_cost=0.0, max_volume=np.nan
    )
    return replace(
        catalogue, products=products, suppliers=suppliers, behaviour=behaviour,
        price_breaks=catalogue.price_breaks.iloc[:0], alternatives=catalogue.alternatives.iloc[:0],
        available_from=np.full(n, -1), ends_on=np.full(n, DAYS + 10_000),
    )  # fmt: skip


def _surging(random: np.random.Generator, lines: pd.DataFrame, items: list[int]) -> pd.DataFrame:
    """In a few short times customers come five times as often."""
    day = lines["day"].to_numpy()
    surge = np.zeros(len(lines), dtype=bool)
    for first in SURGES:
        surge |= (day >= first) & (day < first + 21)
    extra = lines[surge & lines["item"].isin(items).to_numpy()]
    extra = pd.concat([extra] * 4, ignore_index=True)
    extra["order"] = int(lines["order"].max()) + 1 + np.arange(len(extra))
    second = random.integers(8 * 3600, 17 * 3600, len(extra))
    extra = extra.assign(second=second, ordered_second=second)
    both = pd.concat([lines, extra], ignore_index=True)
    return both.sort_values(["item", "day", "second", "order"], kind="stable", ignore_index=True)


def _bought(shop: Shop, cause: dict[int, str], more: FloatArray) -> Shop:
    """A good buyer, but for two items of which there is never enough."""
    reach = np.full(len(shop.reach), np.median(shop.reach) * 1.05)
    for item, name in cause.items():
        if name == "bought_less":
            reach[item] *= 0.3
    least = np.where(shop.more > 0, shop.least, 10.0)
    return shop._replace(
        reach=reach, least=least, plan=np.full(len(reach), 3.6), more=more,
        opening=np.rint(3.6 * reach) + more, cover=np.full(len(reach), 14.0),
    )  # fmt: skip


def _delivered(
    random: np.random.Generator, supply: Supply, cause: dict[int, str], calendar: Calendar
) -> Supply:
    """Punctual and whole, but for two suppliers in the last year."""
    arrival = supply.expected.copy()
    late = random.random(arrival.shape[1]) < 0.4
    late[:LAST_YEAR] = False
    stream = SUPPLIERS["lead_time_late"]
    arrival[stream, late] = calendar.next_open(arrival[stream, late] + 50)
    part = np.ones(supply.part.shape)
    for item, name in cause.items():
        if name == "supplier_short":
            some = random.random(part.shape[1]) < 0.6
            some[: LAST_YEAR // 7] = False
            part[item, some] = 0.05
    return supply._replace(arrival=arrival, part=part, least_value=np.zeros_like(supply.least_value))

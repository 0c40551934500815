"""Which of its suppliers an item is bought from: the one of least expected cost, the usual one where it is
close.

Of each supplier that offers an item, all of it is weighed over a year as if it were the only one: what goods
cost, landed; what stock, stock-outs and order lines cost under its lead time, packs and minimum, by the
policy's own reckoning; and what its orders cost, where nothing else is bought there. The usual one stays
unless another saves more than the setting ``supplier_gain`` of that. Beside the one chosen, the cheapest of
those that are clearly faster may be asked for what cannot wait (``policies/dual_sourcing.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, StockPosition
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import Catalogue, catalogue_of
from forecasting.inputs.offers import bought_from, holding, usual_offers
from forecasting.inputs.records import Records
from forecasting.planning.lazy_forecast import LazyForecast
from forecasting.planning.observer import Observer
from forecasting.policies.base import Policy
from forecasting.policies.expected_cost.relative_value import RelativeValue

YEAR = 365.25

CLEARLY_FASTER = 0.75
"""A supplier may stand beside another where it takes at most so much of its time, and a day less."""


@dataclass(frozen=True)
class Compared:
    """Suppliers of items that have several, each attribute of shape (m,), by item, the usual one first.

    Attributes:
        item, supplier, offer: int64.
        unit_cost, lead_days: float64: money, landed; days.
        goods, handling: float64, money a year: what goods cost; what stock, stock-outs and ordering do.
        chosen, usual, fast: bool: whether the item is bought from it, usually is, or may be for what cannot
        wait.

    """

    item: IntArray
    supplier: IntArray
    offer: IntArray
    unit_cost: FloatArray
    lead_days: FloatArray
    goods: FloatArray
    handling: FloatArray
    chosen: BoolArray
    usual: BoolArray
    fast: BoolArray

    @property
    def cost(self) -> FloatArray:
        """float64, shape (m,), money a year in all."""
        return self.goods + self.handling


@dataclass(frozen=True)
class Sources:
    """Where n items are bought.

    Attributes:
        catalogue: the items at the suppliers that were chosen. supplier, offer: int64, shape (n,), of these.
        compared: how they were.
        fast: the items at those that are asked for what cannot wait; None: there are none.
        has_fast: bool, shape (n,): which items have one. fast_supplier, fast_offer: int64, shape (n,).

    """

    catalogue: Catalogue
    supplier: IntArray
    offer: IntArray
    compared: Compared
    fast: Catalogue | None
    has_fast: BoolArray
    fast_supplier: IntArray
    fast_offer: IntArray


def sources(
    observed: Observer, policy: Policy, as_of: int, forecast: LazyForecast, line_size: FloatArray
) -> Sources | None:
    """The choice as of the close of ``as_of``; None where no item has a second supplier, or the policy
    weighs no costs.

    A policy that weighs none buys where the company usually does.
    """
    records = observed.records
    if records.supply is None or not len(records.supply.offers):
        return None
    ranked = _ranked(records, as_of)
    several = np.flatnonzero(np.bincount(ranked.item, minlength=len(records.items)) > 1)
    if not len(several):
        return None
    table = _weighed(observed, policy, as_of, forecast, line_size, ranked, several)
    if table is None:
        return None
    return _chosen(observed, as_of, table)


@dataclass(frozen=True)
class _Ranked:
    """Candidates by item, each of shape (m,): ``place`` is 0 for the usual one."""

    item: IntArray
    supplier: IntArray
    offer: IntArray
    place: IntArray


def _ranked(records: Records, as_of: int) -> _Ranked:
    """The usual supplier of each item, then all others that offer it on that day, by rank."""
    assert records.supply is not None
    offers, n = records.supply.offers, len(records.items)
    supplier, offer = usual_offers(records, as_of)
    row = np.flatnonzero(holding(records.supply, as_of))
    row = row[offers.supplier[row] != supplier[offers.item[row]]]
    item = np.concatenate([np.arange(n), offers.item[row]])
    of = np.concatenate([supplier, offers.supplier[row]])
    by = np.concatenate([offer, row])
    rank = np.concatenate([np.full(n, -1.0), offers.rank[row]])
    order = np.lexsort((by, rank, item))
    item, of, by = item[order], of[order], by[order]
    begins = np.searchsorted(item, np.arange(n))
    return _Ranked(item, of, by, np.arange(len(item)) - begins[item])


def _weighed(
    observed: Observer,
    policy: Policy,
    as_of: int,
    forecast: LazyForecast,
    line_size: FloatArray,
    ranked: _Ranked,
    several: IntArray,
) -> Compared | None:
    """What a year of each costs, of the items that have several."""
    records, wanted = observed.records, np.isin(ranked.item, several)
    usual_supplier, usual_offer = usual_offers(records, as_of)
    items_at = np.bincount(usual_supplier, minlength=len(records.supplier_names))
    m = len(ranked.item)
    unit_cost, lead, goods, handling = (np.zeros(m) for _ in range(4))
    daily = np.zeros(len(records.items))
    for place in range(int(ranked.place[wanted].max()) + 1):
        rows = np.flatnonzero(wanted & (ranked.place == place))
        item = ranked.item[rows]
        supplier, offer = usual_supplier.copy(), usual_offer.copy()
        supplier[item], offer[item] = ranked.supplier[rows], ranked.offer[rows]

        # Of a usual week, whatever is closed just now.
        known = replace(bought_at(observed, supplier, offer, as_of), calendar=None)
        looking = replace(observed, catalogue=known)
        situation = looking.situation(
            as_of, item, StockPosition.none(len(item)), forecast, line_size=line_size
        )
        value = policy.value(situation)
        if value is None:
            return None
        if place == 0:
            daily[item] = value.curve.review_demand / situation.review_days
        # An order to a supplier that others are bought from anyway is placed with or without this item.
        orders = known.suppliers.terms.order_cost[supplier[item]]
        shared = np.where(items_at[supplier[item]] > (place == 0), 0.0, orders)
        unit_cost[rows], lead[rows] = value.usual_cost, situation.lead_time_demand.lead_times.mean
        goods[rows] = value.usual_cost * daily[item] * YEAR
        handling[rows] = (value.costs.rate + shared) / situation.review_days * YEAR
        handling[rows] += _of_the_minimum(value, daily[item]) * YEAR

    row = np.flatnonzero(wanted)
    nobody = np.zeros(len(row), dtype=np.bool_)
    return Compared(
        ranked.item[row],
        ranked.supplier[row],
        ranked.offer[row],
        unit_cost[row],
        lead[row],
        goods[row],
        handling[row],
        nobody,
        ranked.place[row] == 0,
        nobody,
    )


def _of_the_minimum(value: RelativeValue, daily: FloatArray) -> FloatArray:
    """What a smallest order beyond the usual one costs a day: the stock that it is more, less the lines that
    it saves.

    Returns float64, shape (n,), money.
    """
    usual = np.maximum(value.curve.review_demand, value.order_up_to - value.reorder_point)
    usual = np.maximum(usual, 1e-9)
    smallest = np.maximum(value.terms.smallest, usual)
    saved = value.line_cost * daily * (1.0 / usual - 1.0 / smallest)
    return value.curve.review.holding * (smallest - usual) / 2 - saved


def bought_at(observed: Observer, supplier: IntArray, offer: IntArray, as_of: int) -> Catalogue:
    """The items, each bought from ``supplier`` by ``offer``, int64, shape (n,) each."""
    terms = bought_from(observed.records, supplier, offer, as_of)
    known = catalogue_of(terms, observed.config, as_of, Assumptions())
    return replace(known, traits=observed.catalogue.traits)


def _chosen(observed: Observer, as_of: int, table: Compared) -> Sources:
    """The cheapest of each item, or the usual one where it is near; and the fast one beside it."""
    records, n = observed.records, len(observed.records.items)
    begins = np.flatnonzero(np.append(True, table.item[1:] != table.item[:-1]))
    number = np.cumsum(np.append(True, table.item[1:] != table.item[:-1])) - 1

    order = np.lexsort((np.arange(len(table.item)), table.cost, number))
    best = order[np.flatnonzero(np.append(True, number[order][1:] != number[order][:-1]))]
    enough = table.cost[best] < (1.0 - observed.config.supplier_gain) * table.cost[begins]
    pick = np.where(enough, best, begins)

    # Beside it the cheapest of those that are clearly faster, and dearer.
    of = pick[number]
    faster = table.lead_days <= np.minimum(CLEARLY_FASTER * table.lead_days[of], table.lead_days[of] - 1.0)
    faster &= table.unit_cost > table.unit_cost[of]
    rows = np.flatnonzero(faster)
    rows = rows[np.lexsort((rows, table.unit_cost[rows], number[rows]))]
    rows = rows[np.append(True, number[rows][1:] != number[rows][:-1])[: len(rows)]]

    chosen, fast = (np.zeros(len(table.item), dtype=np.bool_) for _ in range(2))
    chosen[pick], fast[rows] = True, True
    table = replace(table, chosen=chosen, fast=fast)
    supplier, offer = usual_offers(records, as_of)
    supplier[table.item[pick]], offer[table.item[pick]] = table.supplier[pick], table.offer[pick]
    fast_supplier, fast_offer = supplier.copy(), offer.copy()
    fast_supplier[table.item[rows]], fast_offer[table.item[rows]] = table.supplier[rows], table.offer[rows]
    has_fast = np.zeros(n, dtype=np.bool_)
    has_fast[table.item[rows]] = True
    return Sources(
        catalogue=bought_at(observed, supplier, offer, as_of),
        supplier=supplier,
        offer=offer,
        compared=table,
        fast=bought_at(observed, fast_supplier, fast_offer, as_of) if len(rows) else None,
        has_fast=has_fast,
        fast_supplier=fast_supplier,
        fast_offer=fast_offer,
    )

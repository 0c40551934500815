"""From whom each item is bought on a day, and on which terms: in our units, in the company's money, landed.

A unit of ours costs

    (price x rate of the supplier's currency / units per purchase unit) x (1 + landed share) + landed per unit

and packs, minimums and maximums of an offer are so many purchase units. What comes out are records that say
of each item what one of its suppliers asks for, so that all that follows need not know that there are others.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, TextArray
from forecasting.inputs.records import Columns, Records
from forecasting.inputs.supply_records import SupplyRecords

NONE = -1
"""No offer: the terms of ``products``."""


def as_usual(records: Records, as_of: int) -> Records:
    """The records of the usual supplier of each item on day ``as_of``: as they are where nothing is said of
    it.
    """
    if records.supply is None:
        return records
    supplier, offer = usual_offers(records, as_of)
    return bought_from(records, supplier, offer, as_of)


def usual_offers(records: Records, as_of: int) -> tuple[IntArray, IntArray]:
    """The usual supplier of each item, and its offer (``NONE``: none): int64, shape (n,) each.

    The one that ``products`` names, else the offer of the lowest rank. One whose offers have all run out, or
    have not begun, is replaced by the next that holds, where there is one.
    """
    assert records.supply is not None
    offers, n = records.supply.offers, len(records.items)
    holds = holding(records.supply, as_of)
    named = records.supplier_names[records.supplier] != ""

    # First those of the supplier that is named, then by rank, then as the table has them.
    own = named[offers.item] & (offers.supplier == records.supplier[offers.item])
    row = np.flatnonzero(holds)
    row = row[np.lexsort((row, offers.rank[row], ~own[row], offers.item[row]))]
    offer = np.full(n, NONE, dtype=np.int64)
    item, first = np.unique(offers.item[row], return_index=True)
    offer[item] = row[first]

    # A supplier that is named, and makes no offer of its own, sells as ``products`` says.
    makes_one = np.zeros(n, dtype=np.bool_)
    makes_one[offers.item[own]] = True
    offer = np.where(named & ~makes_one, NONE, offer)
    return np.where(offer >= 0, offers.supplier[offer] if len(offers) else 0, records.supplier), offer


def holding(supply: SupplyRecords, day: int) -> BoolArray:
    """bool, shape (offers,): whether each holds on ``day``."""
    offers = supply.offers
    return (offers.begins <= day) & (day <= offers.ends)


def bought_as_planned(records: Records, names: TextArray, as_of: int) -> Records:
    """The records where each item is bought from whom a plan of that day names: text, shape (n,).

    An item whose name is not among the suppliers, or does not offer it, is bought where it usually is.
    """
    if records.supply is None:
        return records
    supplier, offer = usual_offers(records, as_of)
    place = np.searchsorted(records.supplier_names.astype(str), names.astype(str))
    place = np.minimum(place, len(records.supplier_names) - 1)
    known = records.supplier_names[place].astype(str) == names.astype(str)
    offers = records.supply.offers
    row = np.flatnonzero(holding(records.supply, as_of))
    item = offers.item[row]
    row = row[(known & (place != supplier))[item] & (offers.supplier[row] == place[item])]
    supplier[offers.item[row]], offer[offers.item[row]] = offers.supplier[row], row
    return bought_from(records, supplier, offer, as_of)


def offered_lead_days(
    records: Records, item: IntArray, supplier: IntArray, own: IntArray
) -> tuple[BoolArray, FloatArray]:
    """Which purchases are of another supplier than their item's, and the lead time that one states.

    Args:
        item, supplier: int64, shape (m,), of purchases; a supplier of -1 is not known.
        own: int64, shape (n,): the supplier of each item.

    Returns:
        bool, shape (m,): bought elsewhere, by a stated lead time; float64, shape (m,), days, NaN: not stated.

    """
    if records.supply is None or not len(records.supply.offers):
        return np.zeros(len(item), dtype=np.bool_), np.full(len(item), np.nan)
    offers, suppliers = records.supply.offers, len(records.supplier_names)
    pair = offers.item * suppliers + offers.supplier
    order = np.argsort(pair, kind="stable")
    wanted = item * suppliers + supplier
    at = np.minimum(np.searchsorted(pair[order], wanted), len(pair) - 1)
    offered = np.where(pair[order][at] == wanted, offers.lead_time_days[order][at], np.nan)
    by_supplier = records.suppliers.number["lead_time_days"][supplier]
    days = np.where(np.isnan(offered), by_supplier, offered)
    return (supplier >= 0) & (supplier != own[item]) & ~np.isnan(days), days


def bought_from(records: Records, supplier: IntArray, offer: IntArray, as_of: int) -> Records:
    """The records where each item is bought from ``supplier`` on the terms of ``offer``: int64, shape (n,)
    each.

    Money and units are ours. What an offer leaves open is as ``products`` says for its own supplier, and not
    known of another.
    """
    assert records.supply is not None
    suppliers = records.suppliers
    currency = np.asarray(suppliers.text["currency"], dtype=object)
    rate = records.supply.rates.on(currency, as_of)
    share = np.nan_to_num(suppliers.number["landed_cost_share"])
    per_unit = np.nan_to_num(suppliers.number["landed_cost_per_unit"])

    def landed(price: FloatArray, of: IntArray) -> FloatArray:
        return price * (1.0 + share[of]) + per_unit[of]

    terms = _Terms(records, supplier, offer)
    number = dict(records.products.number)
    price = terms.given("unit_cost")
    ours = price * rate[supplier] / terms.units
    # What another supplier asks for is not known: what the company reckons with.
    number["unit_cost"] = landed(np.where(np.isnan(price), number["unit_cost"], ours), supplier)
    number["next_unit_cost"] = landed(terms.own(number["next_unit_cost"]), supplier)
    packs = terms.given("pack_size")
    packs = np.where(np.isnan(packs) & terms.counts_otherwise, 1.0, packs)
    number["pack_size"] = terms.filled(packs * terms.units, "pack_size")
    for name in ("min_order_quantity", "max_order_quantity"):
        number[name] = terms.filled(terms.given(name) * terms.units, name)
    for name in ("lead_time_days", "lead_time_sd_days"):
        number[name] = terms.filled(terms.given(name), name)

    breaks, purchases = records.price_breaks, records.purchases
    kept = breaks.supplier == supplier[breaks.item]
    of, item = breaks.supplier[kept], breaks.item[kept]
    cheaper = landed(breaks.unit_cost[kept] * rate[of] / terms.units[item], of)
    seller = np.where(purchases.supplier >= 0, purchases.supplier, supplier[purchases.item])
    return replace(
        records,
        supplier=supplier,
        products=replace(records.products, number=number),
        suppliers=_in_our_money(suppliers, rate, 1.0 + share),
        price_breaks=replace(
            breaks,
            item=item,
            supplier=of,
            min_quantity=breaks.min_quantity[kept] * terms.units[item],
            unit_cost=cheaper,
        ),
        purchases=replace(purchases, unit_cost=landed(purchases.unit_cost, seller)),
    )


def _in_our_money(suppliers: Columns, rate: FloatArray, landed: FloatArray) -> Columns:
    """Minimum and free freight are of the goods' price in the supplier's money: as much of what goods cost
    us.
    """
    number = dict(suppliers.number)
    for name in ("min_order_value", "free_freight_value"):
        number[name] = number[name] * rate * landed
    return replace(suppliers, number=number)


class _Terms:
    """What the offers say, and ``products`` of its own supplier."""

    def __init__(self, records: Records, supplier: IntArray, offer: IntArray) -> None:
        assert records.supply is not None
        self._offers, self._offer, self._number = records.supply.offers, offer, records.products.number
        # Where ``products`` names nobody, it speaks of whoever is the usual one.
        named = records.supplier_names[records.supplier] != ""
        self._is_own = (supplier == records.supplier) | ~named
        self.units = np.append(self._offers.units, 1.0)[offer]
        self.counts_otherwise = (np.append(self._offers.purchase_unit, "")[offer] != "") | (self.units != 1.0)

    def given(self, name: str) -> FloatArray:
        """A column of the offers: float64, shape (n,), NaN where there is none."""
        values: FloatArray = np.append(getattr(self._offers, name), np.nan)
        return values[self._offer]

    def own(self, values: FloatArray) -> FloatArray:
        """Values of ``products``, of those that are bought where it says."""
        return np.where(self._is_own, values, np.nan)

    def filled(self, values: FloatArray, name: str) -> FloatArray:
        """Values, and where there are none what ``products`` says."""
        return np.where(np.isnan(values), self.own(self._number[name]), values)

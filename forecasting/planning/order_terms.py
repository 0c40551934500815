"""How the supplier of each item counts and prices it: what an order to it has to say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray, IntArray
from forecasting.inputs.offers import usual_offers
from forecasting.inputs.records import Records
from forecasting.planning.advice import Advice


def order_terms(advice: Advice) -> pd.DataFrame | None:
    """The table ``order_terms``, of what is bought otherwise than by our unit and money; None where nothing
    is.
    """
    records = advice.observed.records
    if records.supply is None:
        return None
    supplier, offer = usual_offers(records, advice.situation.as_of)
    item = np.arange(len(supplier))
    if advice.sources is not None:
        # Whoever may be ordered from: the one that was chosen, and the fast one beside it.
        fast = np.flatnonzero(advice.sources.has_fast)
        item = np.concatenate([item, fast])
        supplier = np.concatenate([advice.sources.supplier, advice.sources.fast_supplier[fast]])
        offer = np.concatenate([advice.sources.offer, advice.sources.fast_offer[fast]])
    return terms_table(advice, item, supplier, offer)


def terms_table(advice: Advice, item: IntArray, supplier: IntArray, offer: IntArray) -> pd.DataFrame:
    """A row for each of ``item``, bought from ``supplier`` by ``offer`` (-1: none): int64, shape
    (k,) each.
    """
    records, known, as_of = advice.observed.records, advice.catalogue, advice.situation.as_of
    assert records.supply is not None
    offers, number = records.supply.offers, records.suppliers.number
    currency = np.asarray(records.suppliers.text["currency"], dtype=object)
    share, per_unit = (np.nan_to_num(number[name]) for name in ("landed_cost_share", "landed_cost_per_unit"))
    special = (offer >= 0) | (currency[supplier] != "") | (share[supplier] > 0) | (per_unit[supplier] > 0)
    item, supplier, offer = item[special], supplier[special], offer[special]

    # Where no price is told, what a unit costs us, without what comes on top of the price.
    units = np.append(offers.units, 1.0)[offer]
    rate = records.supply.rates.on(currency, as_of)[supplier]
    bare = (known.terms.unit_cost[item] - per_unit[supplier]) / (1.0 + share[supplier])
    told = np.append(offers.unit_cost, np.nan)[offer]
    price = np.where(np.isnan(told), np.round(np.maximum(bare, 0.0) * units / rate, 4), told)

    breaks = _breaks(records, item, supplier)
    return pd.DataFrame(
        {
            "run": advice.run,
            "location": known.items.location[item],
            "sku": known.items.sku[item],
            "supplier": records.supplier_names[supplier],
            "supplier_sku": np.append(offers.supplier_sku, "")[offer],
            "purchase_unit": np.append(offers.purchase_unit, "")[offer],
            "units_per_purchase_unit": units,
            "currency": currency[supplier],
            "price": price,
            "break_quantity": [_series(rows, records.price_breaks.min_quantity) for rows in breaks],
            "break_price": [_series(rows, records.price_breaks.unit_cost) for rows in breaks],
        }
    )


def _breaks(records: Records, item: IntArray, supplier: IntArray) -> list[IntArray]:
    """The rows of the price breaks of each item at its supplier; they are ordered by item and quantity."""
    breaks = records.price_breaks
    if not len(breaks.item):
        return [np.zeros(0, dtype=np.int64)] * len(item)
    bounds = np.searchsorted(breaks.item, np.stack([item, item + 1]))
    rows = [np.arange(begin, end) for begin, end in bounds.T]
    return [row[breaks.supplier[row] == number] for row, number in zip(rows, supplier, strict=True)]


def _series(rows: IntArray, values: FloatArray) -> str:
    return ";".join(f"{value:.10g}" for value in values[rows])

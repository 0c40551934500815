"""What suppliers say of themselves, beside what they did: lead times, promised days, short deliveries."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.domain import LONG_AGO, BoolArray, FloatArray
from forecasting.planning.advice import Advice
from forecasting.store.figures import whole

DAYS = 364
TINY = 1e-9


def supplier_scores(advice: Advice) -> pd.DataFrame:
    """The table ``supplier_scores``: a row a supplier of the catalogue, in its order."""
    known, as_of = advice.catalogue, advice.situation.as_of
    bought, suppliers = advice.observed.records.purchases, len(known.suppliers.name)
    came = bought.firm & (bought.received > as_of - DAYS) & (bought.received <= as_of)
    row = np.flatnonzero(came & (bought.supplier >= 0))
    supplier = bought.supplier[row]

    def each(values: FloatArray | BoolArray) -> FloatArray:
        return np.bincount(supplier, values.astype(np.float64), suppliers).astype(np.float64)

    lines = each(np.ones(len(row)))
    # Goods received on day r can be sold from its start: ordered at the close of day t, they took r - t - 1.
    took = np.maximum(bought.received[row] - bought.ordered[row] - 1, 0).astype(np.float64)
    stated = known.lead_time_knowledge.stated[bought.item[row]]
    promised = bought.promised[row] > LONG_AGO
    ordered = bought.quantity[row]
    units = np.minimum(bought.came_units[row], ordered)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = {"stated_days": each(stated) / lines, "measured_days": each(took) / lines}
    slow = pd.Series(took).groupby(supplier).quantile(0.9, interpolation="higher")
    return pd.DataFrame(
        {
            "run": advice.run,
            "supplier": known.suppliers.name,
            "receipts": lines.astype(np.int64),
            **{name: np.round(values, 2) for name, values in means.items()},
            "measured_q90": slow.reindex(np.arange(suppliers)).to_numpy(dtype=np.float64),
            "promised": each(promised).astype(np.int64),
            "on_time": each(promised & (bought.received[row] <= bought.promised[row])).astype(np.int64),
            "short": each(units < ordered - TINY).astype(np.int64),
            "ordered_units": whole(each(ordered)),
            "came_units": whole(each(units)),
        }
    )

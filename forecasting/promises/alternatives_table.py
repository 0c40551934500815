"""The table ``promise_alternatives``: what a customer can be offered in the place of what cannot ship now."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import BoolArray, IntArray
from forecasting.promises.alternatives import Listed
from forecasting.promises.facts import Facts
from forecasting.promises.look_alikes import look_alikes
from forecasting.store.figures import whole


def alternatives_table(
    found: Facts, alternatives: Listed, free: IntArray, on_sale: BoolArray, config: Config, run: str
) -> pd.DataFrame:
    """What can stand in for each item that is not in stock: listed, or else suggested.

    Args:
        found: the items.
        alternatives: those that are listed.
        free: int64, shape (n,), parts in stock and promised to nobody.
        on_sale: bool, shape (n,): items that can be sold now.
        config: settings of look-alikes.
        run: the run's name.

    """
    there, wanted = (free > 0) & on_sale, free <= 0
    some = np.flatnonzero(wanted[alternatives.item] & there[alternatives.alternative])
    item = alternatives.item[some]
    served = np.isin(np.arange(len(free)), item)
    alike = look_alikes(found.known, wanted & ~served, there, config)

    frame = pd.DataFrame(
        {
            "item": np.concatenate([item, alike.item]),
            "other": np.concatenate([alternatives.alternative[some], alike.alternative]),
            "kind": np.repeat(np.array(["listed", "suggestion"], dtype=object), [len(item), len(alike.item)]),
            "ratio": np.concatenate([alternatives.ratio[some], np.ones(len(alike.item))]),
            "likeness": np.concatenate([np.full(len(item), np.nan), np.round(alike.likeness, 4)]),
        }
    )
    frame = frame.sort_values("item", kind="stable").reset_index(drop=True)
    items, own, other = found.known.items, frame["item"].to_numpy(), frame["other"].to_numpy()
    return pd.DataFrame(
        {
            "run": run,
            "location": items.location[own],
            "sku": items.sku[own],
            "rank": frame.groupby("item").cumcount().to_numpy() + 1,
            "alternative": items.sku[other],
            "kind": frame["kind"].to_numpy(dtype=object),
            "ratio": frame["ratio"].to_numpy(),
            "likeness": frame["likeness"].to_numpy(),
            "promisable_now": whole(found.parts.units(free[other])),
        }
    )

"""What the dataset hides: the demand that was really there, and what it was generated from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.sample.catalogue import dates
from forecasting.sample.daily import UNSEEN, Operations
from forecasting.sample.demand import World
from forecasting.sample.families import DELIVERIES, LATE_SHAPE
from forecasting.sample.records import item_columns, moment


def make_truth(world: World, lines: pd.DataFrame, operations: Operations) -> dict[str, pd.DataFrame]:
    """The tables ``demand``, ``parameters`` and ``suppliers``; ``docs/sample.md`` says what they hold."""
    return {
        "demand": _demand(world, lines, operations),
        "parameters": _parameters(world, operations),
        "suppliers": pd.DataFrame(
            {
                "supplier": [d.name for d in DELIVERIES],
                "lead_time_days": [float(d.lead_time) for d in DELIVERIES],
                "late_probability": [d.late for d in DELIVERIES],
                "late_shape": [LATE_SHAPE for d in DELIVERIES],
                "late_mean_days": [d.late_days for d in DELIVERIES],
                "short_probability": [d.short for d in DELIVERIES],
            }
        ),
    }


def _demand(world: World, lines: pd.DataFrame, operations: Operations) -> pd.DataFrame:
    fate, shape = operations.fate, (world.items, world.calendar.days)
    within = lines["day"].to_numpy() < world.calendar.days
    cell = lines["item"].to_numpy() * shape[1] + lines["day"].to_numpy()
    quantity = lines["quantity"].to_numpy()

    unseen = within & (fate.status == UNSEEN)
    demanded, hidden = (
        np.bincount(cell[kept], weights=quantity[kept], minlength=world.items * shape[1]).reshape(shape)
        for kept in (within, unseen)
    )
    # Only days on which something happened: most cells of most items are empty.
    day, item = np.nonzero(((demanded > 0) | (fate.gone > 0) | (fate.lost > 0)).T)

    flows = {
        "demanded": demanded,
        "shipped": fate.gone,
        "lost": fate.lost,
        "backordered": fate.backordered,
        "unseen": hidden,
    }
    return pd.DataFrame(
        {
            "date": moment(world, day),
            **item_columns(world, item),
            **{name: values[item, day] for name, values in flows.items()},
        }
    )


def _parameters(world: World, operations: Operations) -> pd.DataFrame:
    behaviour = world.catalogue.behaviour
    level_day = behaviour["level_day"].to_numpy()
    shown = behaviour.drop(columns=["level_day"]).assign(
        level_from=dates(world.calendar, level_day, level_day >= 0),
        category=world.catalogue.products["category"].to_numpy(dtype=object),
    )
    item = np.arange(world.items)
    rows = shown.iloc[item % len(shown)].reset_index(drop=True)
    rows["lines_per_open_day"] = world.rate
    buyer = {
        "unseen_share": operations.shop.unseen,
        "buyer_reach_days": operations.shop.reach,
        "buyer_cover_days": operations.shop.cover,
    }
    return pd.concat([pd.DataFrame(item_columns(world, item)), rows.assign(**buyer)], axis=1)

"""What the dataset hides: the demand that was really there, and what it was generated from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.sample.catalogue import dates
from forecasting.sample.customers import NEVER, Behaviour
from forecasting.sample.daily import NEVER_ASKED, UNSEEN, Operations
from forecasting.sample.demand import NO_DATE, World
from forecasting.sample.families import DELIVERIES, LATE_SHAPE
from forecasting.sample.records import customer_names, item_columns, moment


def make_truth(
    world: World, lines: pd.DataFrame, operations: Operations, behaviour: Behaviour | None = None
) -> dict[str, pd.DataFrame]:
    """The tables ``demand``, ``parameters`` and ``suppliers``, and with a ``behaviour`` of its own that
    table and
    ``customers``; ``docs/sample.md`` says what they hold.
    """
    truth = {
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
    if behaviour is not None:
        truth |= {"behaviour": behaviour.table(), "customers": _customers(world, operations)}
    return truth


def _customers(world: World, operations: Operations) -> pd.DataFrame:
    left = operations.now.left_on
    return pd.DataFrame(
        {
            "customer": customer_names(np.arange(len(left))),
            "left_on": moment(world, np.where(left < NEVER, left, NO_DATE)),
        }
    )


def _demand(world: World, lines: pd.DataFrame, operations: Operations) -> pd.DataFrame:
    fate, shape = operations.fate, (world.items, world.calendar.days)
    within = (lines["day"].to_numpy() < world.calendar.days) & (fate.status != NEVER_ASKED)
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

"""The use case ``what_if``: the same plan with other costs, lead times or budget, beside the one there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from forecasting.adapters.stages import Stage, silent
from forecasting.config import Config, with_settings
from forecasting.domain import BoolArray
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import catalogue
from forecasting.inputs.records import Columns, Records
from forecasting.planning.edits import Edit
from forecasting.planning.plan import plan

SHORTAGE = (
    "goodwill_per_unit",
    "goodwill_share_of_price",
    "late_cost_per_unit_day",
    "late_share_of_price_per_day",
    "admin_minutes_per_line",
    "churn_per_line",
    "cancel_share",
)
"""What a shortage costs, as settings and as columns of ``products``."""

SHARES = ("churn_per_line", "cancel_share")
MOST_LINES = 50
"""Lines that are shown: those whose order changes by most money."""


@dataclass(frozen=True)
class Change:
    """What is to be different. None, or a factor of 1: nothing.

    Attributes:
        holding_rate: a year, as a share of unit cost.
        shortage_factor: what running short costs, times so much: the dearer, the higher the service.
        lead_time_factor: lead times, times so much; their deviations too.
        budget: money that all orders may be worth together; 0: no limit.
        supplier: only items of this supplier; None: all.

    """

    holding_rate: float | None = None
    shortage_factor: float = 1.0
    lead_time_factor: float = 1.0
    budget: float | None = None
    supplier: str | None = None

    def settings(self, config: Config) -> dict[str, Any]:
        """The settings that come to the same for all items, as far as there are such."""
        found: dict[str, Any] = {}
        if self.holding_rate is not None:
            found["holding_rate"] = self.holding_rate
        if self.shortage_factor != 1.0:
            for name in SHORTAGE:
                found[name] = _scaled(name, float(getattr(config, name)), self.shortage_factor)
        if self.budget is not None:
            found["budget"] = self.budget or None
        return found


def _scaled(name: str, value: Any, factor: float) -> Any:
    return np.minimum(value * factor, 1.0).item() if name in SHARES else value * factor


def what_if(
    records: Records,
    config: Config,
    as_of: int,
    change: Change,
    stage: Stage = silent,
    edits: Sequence[Edit] = (),
) -> Mapping[str, Any]:
    """Plan as things are and with the change; what each comes to, in all, by supplier, and line by line.

    What items have of their own (a holding rate in ``products``, say) stays, as it would with a setting; for
    one supplier the change is made to each of its items instead.

    Raises RequestError where there is no such supplier, or a figure is none that a setting may have.
    """
    mine = np.ones(len(records.items), dtype=bool)
    if change.supplier is not None:
        mine = records.supplier_names[records.supplier] == change.supplier
        if not mine.any():
            raise RequestError(f"there is no supplier {change.supplier!r}")
        if change.budget is not None:
            raise RequestError("a budget is of all orders together: leave it empty for one supplier")
    done = stage(2, "planning as it is, and with the change")
    before = plan(records, config, as_of, edits=edits).tables["recommendations"]
    done()
    changed, altered = _changed(records, config, as_of, change, mine)
    after = plan(changed, altered, as_of, edits=edits).tables["recommendations"]
    done()
    # Every plan names the same items in the same order.
    before, after = before[mine], after[mine]
    return {
        "change": asdict(change),
        "settings": change.settings(config) if change.supplier is None else {},
        "before": _summary(before),
        "after": _summary(after),
        "suppliers": _by_supplier(before, after),
        "lines": _lines(before, after),
    }


def _changed(
    records: Records, config: Config, as_of: int, change: Change, mine: BoolArray
) -> tuple[Records, Config]:
    numbers = dict(records.products.number)
    altered = config
    if change.supplier is None:
        altered = with_settings(config, change.settings(config))
    else:
        for name, value in change.settings(config).items():
            own = numbers[name]
            scaled = value if name == "holding_rate" else _own(name, own, config, change.shortage_factor)
            numbers[name] = np.where(mine, scaled, own)
    if change.lead_time_factor != 1.0:
        # What is stated of an item holds where deliveries teach nothing: what they taught is stated.
        learnt = catalogue(records, config, as_of, Assumptions()).lead_times
        factor = np.where(mine, change.lead_time_factor, 1.0)
        numbers["lead_time_days"] = learnt.mean * factor
        spread = (learnt.weight * (learnt.days - learnt.mean[:, None]) ** 2).sum(axis=1)
        numbers["lead_time_sd_days"] = np.sqrt(spread) * factor
        altered = with_settings(altered, {"lead_time_receipts": 0})
    products = Columns(numbers, records.products.text, records.products.day)
    return replace(records, products=products), altered


def _own(name: str, own: Any, config: Config, factor: float) -> Any:
    """What each item has of its own, else the setting's, times the factor."""
    value = np.where(np.isnan(own), float(getattr(config, name)), own) * factor
    return np.minimum(value, 1.0) if name in SHARES else value


def _summary(table: pd.DataFrame) -> dict[str, float]:
    """What a plan comes to. Money; ``service``: the share of demand that is expected to be met from stock."""
    demand, short = table["demand_mean"].sum(), table["expected_short_units_if_ordered"].sum()
    covered = (table["order_up_to"] - table["demand_mean"] / 2).clip(lower=0)
    return {
        "lines": int((table["quantity"] > 0).sum()),
        "value": float(table["value"].sum()),
        "expected_cost": float(table["expected_cost_if_ordered"].sum()),
        "short_units": float(short),
        "service": float(1.0 - short / demand) if demand > 0 else 1.0,
        "level_value": float((covered * table["unit_cost"]).sum()),
        "protection_days": float(table["protection_days"].mean()) if len(table) else 0.0,
    }


def _by_supplier(before: pd.DataFrame, after: pd.DataFrame) -> list[dict[str, Any]]:
    names = ["quantity", "value", "expected_cost_if_ordered", "expected_short_units_if_ordered"]
    sums = [table.groupby("supplier")[names[1:]].sum() for table in (before, after)]
    rows = []
    for supplier in sums[0].index:
        was, now = sums[0].loc[supplier], sums[1].loc[supplier]
        rows.append(
            {
                "supplier": str(supplier),
                "value_before": float(was["value"]),
                "value_after": float(now["value"]),
                "short_before": float(was["expected_short_units_if_ordered"]),
                "short_after": float(now["expected_short_units_if_ordered"]),
            }
        )
    return sorted(rows, key=lambda row: -abs(row["value_after"] - row["value_before"]))


def _lines(before: pd.DataFrame, after: pd.DataFrame) -> list[dict[str, Any]]:
    moved = np.abs(after["value"].to_numpy() - before["value"].to_numpy())
    place = np.argsort(-moved, kind="stable")[:MOST_LINES]
    place = place[moved[place] > 0]
    was, now = before.iloc[place], after.iloc[place]
    columns = {
        "location": was["location"],
        "sku": was["sku"],
        "supplier": was["supplier"],
        "quantity_before": was["quantity"].astype(float),
        "quantity_after": now["quantity"].astype(float),
        "value_before": was["value"].astype(float),
        "value_after": now["value"].astype(float),
    }
    values = [column.tolist() for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]

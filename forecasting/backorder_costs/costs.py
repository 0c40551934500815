"""The use case ``costs``: what a backorder really cost this company, by its own orders, as settings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasting.backorder_costs.cancellation import Cancellation, cancellation
from forecasting.backorder_costs.discounts import discounts
from forecasting.backorder_costs.lateness import Effect, lateness
from forecasting.backorder_costs.matching import Window
from forecasting.backorder_costs.proposals import Measured, proposals, settings_text, table
from forecasting.config import Config
from forecasting.domain import FloatArray, day_text
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import catalogue
from forecasting.inputs.known_until import known_until
from forecasting.inputs.line_fates import Fate, Lines, order_lines
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.planning.requests import check_date
from forecasting.run import Clock, Result, describe, run_id


def costs(records: Records, config: Config, as_of: int | None = None) -> Result:
    """What is known at the close of day ``as_of``; None: until the orders end.

    Tables ``backorder_costs``, ``cancellation_curve``, ``lateness_effect``, ``assumptions`` and ``notices``;
    ``run.json`` holds the proposed settings as YAML (``proposed``).

    Raises RequestError where nothing was ordered by then, or nothing is known of the time until then.
    """
    clock, assumptions, notices = Clock(), Assumptions(), Notices(records.notices)
    day = known_until(records).last_order if as_of is None else as_of
    if day < records.first_day:
        raise RequestError(
            f"--as-of {day_text(day)}: the first order is of {day_text(records.first_day)}; "
            "choose a later day"
        )
    if as_of is not None:
        # Customers of whom nothing is known since have not stayed away.
        check_date(records, config, as_of, "--as-of")
    lines = order_lines(records, day, config.cancelled_after_days, config.open_line_days)
    unit_cost = catalogue(records, config, day, assumptions).terms.unit_cost
    clock.lap("prepare")

    cancelled = cancellation(lines, config.seed)
    clock.lap("cancellations")
    effects = lateness(lines, Window(config.customer_days_before, config.customer_days_after), config.seed)
    clock.lap("lateness")
    given = discounts(lines, records)
    clock.lap("discounts")

    rows = proposals(Measured(cancelled, effects, given, _margin_share(lines, unit_cost)), config)
    tables = {
        "backorder_costs": table(rows),
        "cancellation_curve": _curve_table(cancelled),
        "lateness_effect": _effects_table(effects),
        "assumptions": assumptions.frame(),
        "notices": notices.frame(),
    }
    run = run_id(records, config, {"costs": day})
    said = describe(run, "costs", records, config, clock, _counts(lines), notices)
    told = {
        "as_of": day_text(day),
        "usual_days": lines.usual_days,
        "untold": _untold(lines),
        "proposed": settings_text(rows, day_text(day)),
    }
    return Result(tables, {**said, **told})


def _margin_share(lines: Lines, unit_cost: FloatArray) -> float:
    """What is left of the money that lines are sold for, after what the units cost, as a share of it."""
    priced = lines.value > 0
    sold = lines.value[priced].sum()
    cost = (lines.units * unit_cost[lines.item])[priced].sum()
    return float(max(1.0 - cost / sold, 0.0)) if sold > 0 else np.nan


def _counts(lines: Lines) -> dict[str, int]:
    named = lines.customer[lines.customer >= 0]
    by_fate = {fate.name.lower(): int((lines.fate == fate).sum()) for fate in Fate}
    return {"order_lines": len(lines.order), "customers": len(np.unique(named)), **by_fate}


def _untold(lines: Lines) -> list[str]:
    """What the data does not tell, in sentences."""
    said, count = [], len(lines.order)
    untold = int((lines.fate == Fate.UNTOLD).sum())
    if untold:
        said.append(
            f"Of {untold:,} of {count:,} order lines nothing says when they shipped: they are left out."
        )
    if count and not lines.late.any():
        said.append(
            "No line shipped later than usual, was cancelled while it waited, or waits: either nothing ever "
            "ran short, or `shipped_at` is not when goods left. What a backorder costs cannot be measured "
            "from it."
        )
    nameless = int((lines.customer < 0).sum())
    if nameless:
        said.append(
            f"{nameless:,} of {count:,} order lines name no customer: what these did later is not known."
        )
    if lines.usual_days:
        said.append(
            f"Half of all lines ship {lines.usual_days} days after they are due to, or sooner: days late are "
            "counted from there."
        )
    return said


def _curve_table(found: Cancellation) -> pd.DataFrame:
    curve = found.curve
    return pd.DataFrame(
        {
            "days_waited": curve.day,
            "at_risk": curve.at_risk,
            "cancelled": curve.cancelled,
            "share": curve.share,
            "low": curve.low,
            "high": curve.high,
        }
    )


def _effects_table(effects: Sequence[Effect]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "days_late": [each.days_late for each in effects],
            "outcome": [each.outcome for each in effects],
            "late_lines": [each.asked for each in effects],
            "lines": [each.lines for each in effects],
            "customers": [each.customers for each in effects],
            "on_time": [each.on_time.value for each in effects],
            "change": [each.change.value for each in effects],
            "low": [each.change.low for each in effects],
            "high": [each.change.high for each in effects],
        }
    )

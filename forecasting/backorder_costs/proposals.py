"""From what was measured to settings: each with its interval, what is set, and words; or why not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from forecasting.backorder_costs.cancellation import FEWEST_CANCELLED, Cancellation
from forecasting.backorder_costs.clusters import UNKNOWN, Estimate
from forecasting.backorder_costs.discounts import Discounts
from forecasting.backorder_costs.lateness import FEWEST_CUSTOMERS, FEWEST_LINES, Effect, of
from forecasting.config import Config


@dataclass(frozen=True)
class Proposal:
    """One row of ``backorder_costs``.

    Attributes:
        setting: its name, or that of a figure that is no setting.
        value, low, high: measured; NaN where it cannot be.
        now: what is set; NaN where it is no setting, or not set.
        proposed: whether the measurement is good enough to replace it.
        lines, customers: what it was measured from.
        words: what it says, or what is missing.

    """

    setting: str
    value: float
    low: float
    high: float
    now: float
    proposed: bool
    lines: int
    customers: int
    words: str


@dataclass(frozen=True)
class Measured:
    """All that was measured, and the margin as a share of what is sold."""

    cancellation: Cancellation
    effects: Sequence[Effect]
    discounts: Discounts
    margin_share: float


def proposals(found: Measured, config: Config) -> list[Proposal]:
    """A row for every setting that says what a backorder costs, in the order of the default settings."""
    return [
        *_cancelling(found.cancellation, config),
        _goodwill(found.discounts, config),
        _nothing(
            "late_share_of_price_per_day", config, "Penalties and credits for days late are not in orders."
        ),
        _nothing(
            "admin_minutes_per_line",
            config,
            f"Minutes are not in orders: {found.cancellation.lines:,} lines ran short; time some of them.",
        ),
        *_leaving(found, config),
    ]


def table(rows: Sequence[Proposal]) -> pd.DataFrame:
    """The table ``backorder_costs``."""
    frame = pd.DataFrame([asdict(row) for row in rows])
    return frame.astype({"value": float, "low": float, "high": float, "now": float})


def _row(
    setting: str, measured: Estimate, config: Config, proposed: bool, counts: tuple[int, int], words: str
) -> Proposal:
    now = getattr(config, setting, None)
    known = np.nan if now is None else float(now)
    return Proposal(setting, measured.value, measured.low, measured.high, known, proposed, *counts, words)


def _unknown(names: Sequence[str], config: Config, counts: tuple[int, int], words: str) -> list[Proposal]:
    return [_row(name, UNKNOWN, config, False, counts, words) for name in names]


def _nothing(setting: str, config: Config, words: str) -> Proposal:
    return _row(setting, UNKNOWN, config, False, (0, 0), f"Cannot be measured from orders. {words}")


def _cancelling(found: Cancellation, config: Config) -> list[Proposal]:
    counts = (found.lines, found.customers)
    if not found.lines:
        said = "No line is seen to be late."
        return _unknown(("cancel_share", "cancel_after_days"), config, counts, said)
    if found.cancelled < FEWEST_CANCELLED:
        said = (
            f"{found.cancelled:,} of {found.lines:,} late lines were cancelled while they waited; "
            f"at least {FEWEST_CANCELLED} are needed to say anything."
        )
        return _unknown(("cancel_share", "cancel_after_days"), config, counts, said)
    realised = _row(
        "cancel_share",
        found.realised,
        config,
        True,
        counts,
        f"Of the units that were late, so many were cancelled while they waited ({found.cancelled:,} lines); "
        "waits being what they were, and with cancel_after_days: null.",
    )
    if not found.until:
        said = f"{found.cancelled:,} cancellations are too few for a curve by days waited."
        return [realised, _row("cancel_after_days", UNKNOWN, config, False, counts, said)]
    impatient = _row(
        "impatient_share",
        found.impatient,
        config,
        False,
        counts,
        f"Of lines that would never ship, so many are cancelled within {found.until} days: longer waits are "
        "too few to tell. It is the cancel_share that goes with cancel_after_days.",
    )
    patience = _row(
        "cancel_after_days",
        found.patience,
        config,
        False,
        counts,
        f"Mean days of waiting of those. Set it with cancel_share: {found.impatient.value:.3g} where replays "
        "are to have customers leave; a plan then takes that share to leave however short the wait.",
    )
    return [realised, impatient, patience]


def _goodwill(found: Discounts, config: Config) -> Proposal:
    counts, own = (found.lines, found.customers), found.own
    if math.isnan(own.value):
        said = f"{found.lines:,} late lines with a price are too few to compare prices."
        return _row("goodwill_share_of_price", UNKNOWN, config, False, counts, said)
    less = f"{found.below:,} of {found.lines:,} late lines were priced below what their customer usually pays"
    after = ""
    if found.following.low > 0:
        gave = f"{found.following.value:.2%} of their value"
        after = f" Lines that the customer ordered next gave away {gave} more."
    if own.low > 0:
        together = Estimate(*(max(end, 0.0) for end in (own.value, own.low, own.high)))
        return _row("goodwill_share_of_price", together, config, True, counts, f"{less}.{after}")
    return _row(
        "goodwill_share_of_price",
        own,
        config,
        False,
        counts,
        f"No discount on late lines is seen in the prices of orders ({less}). Credit notes and gifts are "
        f"not in orders.{after}",
    )


def _leaving(found: Measured, config: Config) -> list[Proposal]:
    back, value = of(found.effects, "all", "came_back"), of(found.effects, "all", "value")
    counts = (back.lines, back.customers)
    if math.isnan(back.change.value):
        return _unknown(("churn_per_line", "customer_lifetime_margin"), config, counts, _too_few(back))

    churn = Estimate(-back.change.value, -back.change.high, -back.change.low)
    told = churn.low > 0
    shown = Estimate(*(min(max(0.0, end), 1.0) for end in (churn.value, churn.low, churn.high)))
    year = value.on_time.times(found.margin_share / back.on_time.value)
    year_said = (
        "Margin that a customer who comes back brings in the year after; later years are not seen: it is "
        "that at least. It goes with churn_per_line."
    )
    if told:
        as_set = config.churn_per_line * config.customer_lifetime_margin
        together = f"{shown.value * year.value:,.2f} a short line, beside {as_set:,.2f} as set"
        year_said += f" Together they come to {together}."
    lost, worth = value.change, value.on_time.value * found.margin_share
    margin = Estimate(-lost.value * worth, -lost.high * worth, -lost.low * worth)
    lost_said = (
        "No setting: margin of the next year that a late line cost, from what customers then bought; "
        f"{_sign(lost)}."
    )
    return [
        _row("churn_per_line", shown, config, told, counts, _churn_words(churn, back, config)),
        _row("customer_lifetime_margin", year, config, told, counts, year_said),
        _row("next_year_margin_per_line", margin, config, False, counts, lost_said),
    ]


def _churn_words(churn: Estimate, back: Effect, config: Config) -> str:
    of_lines = f"of {back.lines:,} late lines, beside on-time lines of customers who had bought alike"
    if churn.low > 0:
        return f"So many more customers did not come back within the year, {of_lines}."
    target = max(config.churn_per_line, churn.value, 1e-4)
    if churn.high < target:
        return f"It cannot be told from 0, and is less than what is set, {of_lines}."
    needed = math.ceil(back.lines * (churn.half / target) ** 2)
    return f"It cannot be told from 0, {of_lines}: about {needed:,} would tell an effect of {target:.3g}."


def _sign(change: Estimate) -> str:
    if change.high < 0:
        return "less than without it"
    return "more than without it" if change.low > 0 else "it cannot be told from nothing"


def _too_few(back: Effect) -> str:
    if not back.asked:
        return "No late line of a named customer has enough time before and after it."
    return (
        f"{back.asked:,} late lines of named customers have enough time before and after them; on-time lines "
        f"are like {back.lines:,} of them, of {back.customers:,} customers: at least {FEWEST_LINES} of "
        f"{FEWEST_CUSTOMERS} are needed."
    )


def figure(value: float) -> str:
    """A figure of any size, to four digits."""
    return f"{value:.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def interval(row: Proposal) -> str:
    """The interval in brackets; nothing where there is none."""
    return "" if math.isnan(row.low) else f"({figure(row.low)} to {figure(row.high)})"


def settings_text(rows: Sequence[Proposal], known_until: str) -> str:
    """The proposed settings as YAML, with their intervals; what cannot be proposed is a comment there."""
    lines = [f"# Measured from orders until {known_until}; in brackets 95 % intervals, then what was set."]
    for row in rows:
        now = "" if math.isnan(row.now) else f"; was {row.now:g}"
        measured = "not known" if math.isnan(row.value) else f"{figure(row.value)} {interval(row)}"
        if row.proposed:
            lines.append(f"{row.setting}: {figure(row.value)}  # {interval(row)}{now}")
        elif row.setting == "cancel_after_days" and not math.isnan(row.value):
            lines.append("cancel_after_days: null")
            lines.append(f"# cancel_after_days: {measured}. {row.words}")
        elif not math.isnan(row.now):
            lines.append(f"# {row.setting}: {measured}{now}. {row.words}")
    return "\n".join(lines) + "\n"

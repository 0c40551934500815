"""How near a replay is to the company's past: the simulated incumbent beside what was recorded."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from forecasting.policies.registry import POLICIES, RECORDED
from forecasting.run import figure_text

INCUMBENT = "min_max"
CLOSE = 0.1
"""Within this share of what was recorded, in lines short and in stock, a simulation is called close."""


def realism(summary: pd.DataFrame, baseline: str) -> str:
    """A few sentences; empty where nothing was recorded, or no incumbent simulated.

    The incumbent is ``min_max``, else the baseline. ``summary``: as ``compare.summary`` makes it.
    """
    rows: dict[str, Any] = {str(row.policy): row for row in summary.itertuples(index=False)}
    name = INCUMBENT if INCUMBENT in rows else baseline
    if RECORDED not in rows or name not in POLICIES or name == "no_orders":
        return ""
    real, rule = rows[RECORDED], rows[name]
    short = float(real.backordered_lines + real.lost_lines), float(rule.backordered_lines + rule.lost_lines)
    stock = float(real.average_on_hand_value), float(rule.average_on_hand_value)
    said = [
        f"Order lines short as recorded: {figure_text(short[0])}; {name}, simulated on the same orders: "
        f"{figure_text(short[1])}{_off(*short, 'fewer')}. Average stock value as recorded: "
        f"{figure_text(stock[0])}; simulated: {figure_text(stock[1])}{_off(*stock, 'less')}."
    ]
    if not any(math.isnan(value) for value in (*short, *stock)):
        said.append(_verdict(name, short, stock))
    return " ".join(said)


def _verdict(name: str, short: tuple[float, float], stock: tuple[float, float]) -> str:
    apart = [abs(rule - real) > CLOSE * real for real, rule in (short, stock)]
    if not any(apart):
        return "The simulation is close to what happened."
    fewer, less = short[1] < short[0], stock[1] < stock[0]
    if fewer and less:
        return f"{name} does better than the company did: against the company itself savings are larger."
    if not fewer and not less:
        return f"{name} does worse than the company did: against the company itself savings are smaller."
    how = "holds more stock and runs short less" if fewer else "holds less stock and runs short more"
    return f"{name} {how} than the company did: look at what the policies save against {RECORDED}, too."


def _off(real: float, rule: float, word: str) -> str:
    if math.isnan(real) or real <= 0 or rule == real:
        return ""
    percent = round(100 * (rule - real) / real)
    return f" ({abs(percent)} % {word if percent < 0 else 'more'})"

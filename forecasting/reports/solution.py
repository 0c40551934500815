"""An answer in words, and the cost curve about it: as text, and as a picture.

The curve moves one parameter and holds the others: what deciding a little otherwise would cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.errors import RequestError
from forecasting.solve.problem import parse
from forecasting.solve.solve import solve

MOVED = {"base_stock": "S", "newsvendor": "S", "sS": "S", "rQ": "r", "theta": "theta", "stock_reward": "k"}
"""The parameter that each policy's curve moves."""
POINTS = 11
BAR = 40

_SAID = {
    "newsvendor": "Have {S:.6g} at the start of the period.",
    "base_stock": "Whenever the position is below {S:.6g}, order the difference.",
    "sS": "When the position is {s:.6g} or less, order up to {S:.6g}.",
    "rQ": "When the position falls to {r:.6g} or less, order {Q:.6g} (or the multiple that lifts it above).",
    "rQ_expected_inventory": "When the position falls to {r:.6g}, order {Q:.6g}.",
    "rQ_loss_function": "When the position falls to {r:.6g}, order {Q:.6g}.",
    "theta": "Order the least that sees the period of arrival through with probability {theta:.3f}.",
    "no_stock": "Keep nothing: every order would cost more than the shortages that it prevents.",
    "stock_reward": "Have {k} units: the next one is worth less than it costs.",
    "eoq": "Order {Q:.6g} at a time.",
}


def explain(problem: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """The policy in a sentence, its cost and service in figures, and its cost curve in bars."""
    lines = [_sentence(answer), ""]
    lines.append(f"cost per period      {answer['cost_per_period']:.4f}" + _exactness(answer))
    lines += [f"  {name:<18} {value:.4f}" for name, value in answer.get("costs", {}).items()]
    for name, text in (
        ("cycle_service_level", "replenishment cycles without a shortage"),
        ("period_service_level", "periods without a shortage"),
        ("fill_rate", "units shipped at once"),
    ):
        if answer.get(name) is not None:
            lines.append(f"{name:<20} {answer[name]:7.2%}  {text}")
    lines.append(f"{'safety_stock':<20} {answer['safety_stock']:.4g}")
    moved, values, costs = curve(problem, answer)
    if len(values):
        what = "reward" if answer["policy"] == "stock_reward" else "cost"
        lines += ["", f"{moved:>10} {what:>12}"]
        longest = max(float(np.abs(costs).max()), 1e-300)
        best = answer["parameters"][moved]
        for value, cost in zip(values.tolist(), costs.tolist(), strict=True):
            mark = " <" if abs(value - best) < 1e-9 * max(1.0, abs(best)) else ""
            lines.append(f"{value:>10.6g} {cost:>12.4f} {'#' * round(BAR * max(cost, 0) / longest)}{mark}")
    return "\n".join(lines)


def curve(problem: Mapping[str, Any], answer: Mapping[str, Any]) -> tuple[str, Any, Any]:
    """The parameter that is moved, its values (ascending, the answer's among them), and the cost at each."""
    policy = answer["policy"]
    moved = MOVED.get(policy, "")
    asked = parse(problem)
    if not moved or asked.charged == "continuously":
        return moved, np.zeros(0), np.zeros(0)
    best = answer["parameters"][moved]
    if policy == "stock_reward":
        reward = np.array(answer["reward"])
        values = np.unique(np.linspace(0, min(2 * best + 5, len(reward) - 1), 2 * POINTS).astype(int))
        values = np.union1d(values, [best])
        return moved, values, reward[values]
    kept_values, costs = [], []
    kept = {
        name: value for name, value in answer["parameters"].items() if name in ("s", "S", "r", "Q", "theta")
    }
    terms = asked.model_dump(exclude_unset=True)
    for value in _around(answer, moved):
        try:
            other = solve({**terms, "policy": policy, "parameters": {**kept, moved: value}})
        except RequestError:
            continue  # no such policy: S at or below s, say
        kept_values.append(value)
        costs.append(other["cost_per_period"])
    at = np.argsort(kept_values)
    return moved, np.array(kept_values)[at], np.array(costs)[at]


def plot(problem: Mapping[str, Any], answer: Mapping[str, Any], file: Path) -> None:
    """The cost curve as a picture. Raises RequestError where there is none, or no such format."""
    import matplotlib

    matplotlib.use("Agg", force=False)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    moved, values, costs = curve(problem, answer)
    if not len(values):
        raise RequestError(f"policy {answer['policy']} has no cost curve to draw: leave the picture out")
    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot(values, costs, color="#0b6fa4", marker="o", markersize=4)
    best = answer["parameters"][moved]
    height = float(np.interp(best, values, costs))
    axes.plot([best], [height], "o", color="#d9542b", markersize=9)
    axes.annotate(f"{moved} = {best:.6g}\n{height:.4f}", (best, height), (6, 12), textcoords="offset points")
    axes.set_xlabel(moved)
    axes.set_ylabel("reward" if answer["policy"] == "stock_reward" else "cost per period")
    axes.set_title(_sentence(answer), loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e6e8ec")
    try:
        figure.savefig(file, dpi=150)
    except (ValueError, OSError) as error:
        raise RequestError(f"{file}: cannot be drawn ({error}); name a file such as curve.png") from None


def _sentence(answer: Mapping[str, Any]) -> str:
    policy, parameters = answer["policy"], answer["parameters"]
    if policy in _SAID:
        said = _SAID[policy].format(**parameters)
        packs = parameters.get("pack_size"), parameters.get("min_order_quantity")
        said += f" In whole packs of {packs[0]}." if packs[0] else ""
        return said + (f" At least {packs[1]} at a time." if packs[1] else "")
    if policy == "wagner_whitin":
        return "Order " + ", ".join(f"{lot:g}" for lot in parameters["orders"]) + "."
    if "orders" in parameters:
        return "With 0, 1, ... on hand order " + ", ".join(str(lot) for lot in parameters["orders"]) + "."
    return "Order by the table of stock on hand and orders on their way."


def _exactness(answer: Mapping[str, Any]) -> str:
    return "  (exact)" if answer["exact"] else f"  ({answer.get('approximated', 'approximated')})"


def _around(answer: Mapping[str, Any], moved: str) -> list[float]:
    best = answer["parameters"][moved]
    if moved == "theta":
        odds = np.log(best / (1 - best)) + np.array([-1, -2 / 3, -1 / 3, 1 / 3, 2 / 3, 1])
        return [*(1 / (1 + np.exp(-odds))).tolist(), best]
    parameters = answer["parameters"]
    width = parameters["S"] - parameters["s"] if "s" in parameters else parameters.get("Q", abs(best))
    stride = max(width, 0.25 * abs(best), 5) / (POINTS - 1)
    if isinstance(best, int):
        stride = max(round(stride), 1)
    return [best + stride * k for k in range(-(POINTS // 2), POINTS // 2 + 1)]

"""What ``solve`` answers, in words and as a picture of the cost curve about it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.errors import RequestError
from forecasting.reports import drawing
from forecasting.reports.drawing import BASE, FOCUS
from forecasting.solve.sweep import Sweep

BAR = 40
"""The longest bar of the cost curve, in characters."""

SENTENCES = {
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

SERVICE = {
    "cycle_service_level": "replenishment cycles without a shortage",
    "period_service_level": "periods without a shortage",
    "fill_rate": "units shipped at once",
}


def explain(answer: Mapping[str, Any], about: Sweep) -> str:
    """The policy in a sentence, its cost and service in figures, and its cost curve in bars.

    Args:
        answer: as ``solve`` returns it.
        about: the cost curve about it.

    """
    lines = [_sentence(answer), ""]
    lines.append(f"cost per period      {answer['cost_per_period']:.4f}" + _exactness(answer))
    lines += [f"  {name:<18} {value:.4f}" for name, value in answer.get("costs", {}).items()]
    lines += [
        f"{name:<20} {answer[name]:7.2%}  {meaning}"
        for name, meaning in SERVICE.items()
        if answer.get(name) is not None
    ]
    lines.append(f"{'safety_stock':<20} {answer['safety_stock']:.4g}")

    if len(about.values):
        lines += ["", *_bars(answer, about)]
    return "\n".join(lines)


def _bars(answer: Mapping[str, Any], about: Sweep) -> list[str]:
    """The cost curve, a line a value; the answer's own is marked."""
    best = answer["parameters"][about.parameter]
    longest = max(float(np.abs(about.costs).max()), 1e-300)

    lines = [f"{about.parameter:>10} {_what(answer):>12}"]
    for value, cost in zip(about.values.tolist(), about.costs.tolist(), strict=True):
        bar = "#" * round(BAR * max(cost, 0) / longest)
        mark = " <" if abs(value - best) < 1e-9 * max(1.0, abs(best)) else ""
        lines.append(f"{value:>10.6g} {cost:>12.4f} {bar}{mark}")
    return lines


def plot(answer: Mapping[str, Any], about: Sweep, file: Path) -> None:
    """Draw the cost curve. Raises RequestError where there is none, or no such format."""
    if not len(about.values):
        raise RequestError(f"policy {answer['policy']} has no cost curve to draw: leave the picture out")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    best = answer["parameters"][about.parameter]
    height = float(np.interp(best, about.values, about.costs))

    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot(about.values, about.costs, color=FOCUS, marker="o", markersize=4)
    axes.plot([best], [height], "o", color=BASE, markersize=9)
    label = f"{about.parameter} = {best:.6g}\n{height:.4f}"
    axes.annotate(label, (best, height), (6, 12), textcoords="offset points")

    axes.set_xlabel(about.parameter)
    axes.set_ylabel("reward" if _what(answer) == "reward" else "cost per period")
    axes.set_title(_sentence(answer), loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=drawing.GRID)
    try:
        figure.savefig(file, dpi=150)
    except (ValueError, OSError) as error:
        raise RequestError(f"{file}: cannot be drawn ({error}); name a file such as curve.png") from None


def _what(answer: Mapping[str, Any]) -> str:
    """What the curve shows."""
    return "reward" if answer["policy"] == "stock_reward" else "cost"


def _sentence(answer: Mapping[str, Any]) -> str:
    policy, parameters = answer["policy"], answer["parameters"]
    if policy in SENTENCES:
        sentence = SENTENCES[policy].format(**parameters)
        pack_size, minimum = parameters.get("pack_size"), parameters.get("min_order_quantity")
        sentence += f" In whole packs of {pack_size}." if pack_size else ""
        return sentence + (f" At least {minimum} at a time." if minimum else "")

    if policy == "wagner_whitin":
        return "Order " + ", ".join(f"{lot:g}" for lot in parameters["orders"]) + "."
    if "orders" in parameters:
        return "With 0, 1, ... on hand order " + ", ".join(str(lot) for lot in parameters["orders"]) + "."
    return "Order by the table of stock on hand and orders on their way."


def _exactness(answer: Mapping[str, Any]) -> str:
    return "  (exact)" if answer["exact"] else f"  ({answer.get('approximated', 'approximated')})"

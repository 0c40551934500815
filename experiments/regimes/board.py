"""The board as a page: a table of all cells, what they come to on average, and where the money is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.regimes.contestants import AUTO, AVERAGE

Record = Mapping[str, Any]

HEAD = """# The regime board

Written by `python -m experiments.regimes.run`; `experiments/regimes/README.md` says what a cell is, how it is
measured and what the columns mean.
"""

COSTS = """
## Cost against the best simple rule

What `cost_optimal` costs over what the best of the fitted rules costs, on the same demand, with its
90 % interval (items and windows drawn anew): below 1 is cheaper. The best rule is that which cost least over
all windows together, each time with parameters fitted before.
"""

MONEY = """
## Where the money is

Shares of what `cost_optimal` on `quantile_average` costs. Above zero is what could be saved by: knowing
every order (`foresight`); the true distribution under the same rule (`known`), and that under
`base_stock` (`known, base_stock`); the best single order-up-to quantile of the same forecast, looked up
afterwards (`level`); the best of other `excess_holding_share`s, looked up afterwards (`excess`);
`base_stock` on the same forecast; ordering by the piece (`packs`). `choice`: what `auto` costs more than
`quantile_average`.
"""


def page(records: Sequence[Record], absent: Sequence[str] = (), note: str = "") -> str:
    """The board in Markdown, of records as ``run`` keeps them; ``note``: what run this is."""
    parts = [
        HEAD,
        *([note] if note else []),
        COSTS,
        _table(_COST_COLUMNS, [_cost_row(each) for each in records]),
        "",
        _average(records),
    ]
    parts += [MONEY, _table(_MONEY_COLUMNS, [_money_row(each) for each in records])]
    if absent:
        parts += ["", "Without data here, and so left out: " + ", ".join(absent) + "."]
    return "\n".join(parts) + "\n"


_COST_COLUMNS = ("cell", "panel", "regime", "on auto", "on quantile_average", "windows won", "best rule")
_MONEY_COLUMNS = (
    "cell",
    "foresight",
    "known",
    "known, base_stock",
    "level",
    "(which)",
    "excess",
    "(which)",
    "base_stock",
    "choice",
    "packs",
)


def _cost_row(record: Record) -> tuple[str, ...]:
    best = record["best_rule"] + (" *" if record["best_rule_at_limit"] else "")
    return (
        record["cell"]["name"],
        f"{record['cell']['panel']}, {record['items']} items",
        record["words"],
        _interval(record[AUTO]),
        _interval(record[AVERAGE]),
        f"{record[AUTO]['windows_won']} of {record['windows']}",
        best,
    )


def _money_row(record: Record) -> tuple[str, ...]:
    regret = record["regret"]
    return (
        record["cell"]["name"],
        _percent(regret["foresight"]),
        _percent(regret["known"]),
        _percent(regret["known_base_stock"]),
        _percent(regret["level"]),
        f"{record['best_level']:g}",
        _percent(regret["excess"]),
        f"{record['best_excess_share']:g}",
        _percent(regret["base_stock"]),
        _percent(regret["choice"]),
        _percent(regret["packs"]),
    )


def _average(records: Sequence[Record]) -> str:
    """The mean of the quotients over cells, and in how many ours is not dearer."""
    said = []
    for model in (AUTO, AVERAGE):
        ratio = np.array([each[model]["ratio"] for each in records])
        high = np.array([each[model]["high"] for each in records])
        said.append(
            f"On `{model}`: {ratio.mean():.3f} on average over {len(ratio)} cells, "
            f"at most 1 in {int((ratio <= 1.0).sum())}, upper end below 1.02 in {int((high < 1.02).sum())}."
        )
    if any(each["best_rule_at_limit"] for each in records):
        said.append("\\*: a parameter of the rule is the outermost that is ever tried, in some window.")
    return "\n".join(said)


def _interval(of: Mapping[str, float]) -> str:
    return f"{of['ratio']:.3f} ({of['low']:.3f} to {of['high']:.3f})"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)

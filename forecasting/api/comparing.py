"""Ways of deciding against each other on the same past, in money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasting.api.asked import Day, configured, shown
from forecasting.api.data import as_data
from forecasting.api.doing import Source, replay
from forecasting.api.results import Outcome, html_table, paragraph
from forecasting.errors import RequestError
from forecasting.replay.compare import INTERVAL, weights

ITEM = ["location", "sku"]


@dataclass(frozen=True)
class Comparison:
    """Ways of deciding beside each other; the first is what the others are compared with.

    Attributes:
        table: a row a way: ``cost`` (money), ``short_lines``, ``saved`` against the first with its 90 %
            interval over items ``saved_low`` and ``saved_high``, and ``saved_share``.
        replays: what came of each, by its name.

    """

    table: pd.DataFrame
    replays: Mapping[str, Outcome]

    @property
    def says(self) -> str:
        """What each saves against the first, in words."""
        first, *others = self.table.to_dict("records")
        lines = []
        for way in others:
            surely = way["saved_low"] > 0 or way["saved_high"] < 0
            verb = "saves" if way["saved"] >= 0 else "costs"
            more = "" if way["saved"] >= 0 else " more"
            ends = sorted(abs(way[end]) for end in ("saved_low", "saved_high"))
            said = f"{way['way']} {verb} {abs(way['saved_share']):.1%}{more} against {first['way']}"
            between = f"{ends[0]:,.0f} to {ends[1]:,.0f}" if surely else "which may be chance"
            lines.append(f"{said} ({abs(way['saved']):,.0f}, {between}).")
        return " ".join(lines)

    def __repr__(self) -> str:
        return f"{self.says}\n{self.table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        return paragraph(self.says) + html_table(self.table, len(self.table))


def compare(
    data: Source,
    ways: Mapping[str, Mapping[str, Any]],
    first: Day,
    last: Day,
    *,
    config: str | Path | None = None,
    **settings: Any,
) -> Comparison:
    """Replay the same days in several ways, each its own settings, and compare what they cost.

    Args:
        data: a dataset.
        ways: settings by a name for them, as in ``{"usual": {}, "mine": {"model": "my_model.py"}}``; the
            setting ``policy`` says which one is replayed.
        first, last: the days simulated.
        config, settings: what holds for all of them.

    The interval is of a paired bootstrap over items: it says how much is luck of a few items, and nothing of
    another quarter; ``reorder experiment`` looks at several windows.

    >>> import forecasting as reorder
    >>> data = reorder.sample(items=20, days=200)
    >>> ways = {"rule": {"policy": "base_stock"}, "none": {"policy": "no_orders"}}
    >>> reorder.compare(data, ways, "2026-06-01", "2026-06-28", model="ses").table["way"].tolist()
    ['rule', 'none']

    """
    if not isinstance(ways, Mapping) or not all(isinstance(own, Mapping) for own in ways.values()):
        raise RequestError(
            f"ways: {shown(ways)} holds no settings by a name for each; write it as in "
            '{"usual": {}, "mine": {"model": "my_model.py"}}'
        )
    if len(ways) < 2:
        raise RequestError("ways: name at least two to compare, each with its settings")
    loaded = as_data(data)
    replays = {}
    for name, own in ways.items():
        given = {**settings, **own}
        policy = configured(config, given).policy
        replays[name] = replay(loaded, first, last, [policy], config=config, **given)
    return Comparison(_compared(replays, configured(config, settings).interval_draws), replays)


def _compared(replays: Mapping[str, Outcome], draws: int) -> pd.DataFrame:
    """A row a way, compared with the first item by item."""
    costs = {
        name: each["items"].set_index(ITEM)["cost_total"].astype(float) for name, each in replays.items()
    }
    base = next(iter(costs.values()))
    rows = []
    for name, each in replays.items():
        saved = (base - costs[name].reindex(base.index)).to_numpy()
        drawn = np.concatenate([by_item @ saved for by_item, _ in weights((draws, len(saved), 1), seed=1)])
        low, high = np.quantile(drawn, INTERVAL)
        row = each["summary"].iloc[0]
        rows.append(
            {
                "way": name,
                "cost": round(float(costs[name].sum()), 2),
                "short_lines": int(row["backordered_lines"] + row["lost_lines"]),
                "stock_value": round(float(row["average_on_hand_value"]), 2),
                "saved": round(float(saved.sum()), 2),
                "saved_low": round(float(low), 2),
                "saved_high": round(float(high), 2),
                "saved_share": round(float(saved.sum() / base.sum()), 4) if base.sum() > 0 else float("nan"),
            }
        )
    return pd.DataFrame(rows)

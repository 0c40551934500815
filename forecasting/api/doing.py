"""Plans, forecasts, replays and backtests from a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from forecasting.api.asked import Day, by_argument, configured, day, names, probabilities, whole
from forecasting.api.data import Data, as_data
from forecasting.api.results import Outcome, outcome
from forecasting.errors import RequestError

Source = Data | str | Path | Mapping[str, pd.DataFrame]
"""What ``load`` takes, or what it answered."""

PLANNED = ["sku", "supplier", "quantity", "value", "order_by", "stockout_probability", "model", "reason"]
REPLAYED = ["policy", "backordered_lines", "lost_lines", "fill_rate", "average_on_hand_value", "cost_total"]
SCORED = ["model", "windows", "pinball", "bias", "rmsse", "cost"]


def plan(data: Source, as_of: Day, *, config: str | Path | None = None, **settings: Any) -> Outcome:
    """What to order at the close of a day, and why. The table ``recommendations`` has a row an item.

    Args:
        data: a dataset.
        as_of: the day.
        config: a YAML file of settings.
        settings: single settings over that, by name, as in ``model="my_model.py"`` or ``budget=5_000``.

    Raises RequestError or DataError, as the command ``reorder plan`` says it.

    >>> import forecasting as reorder
    >>> data = reorder.sample(items=20, days=200)
    >>> made = reorder.plan(data, "2026-06-28", model="ses")
    >>> made.recommendations.shape[0], made.run["as_of"]
    (20, '2026-06-28')

    """
    from forecasting.bootstrap import plan as run
    from forecasting.reports.terminal import plan_text

    loaded = as_data(data)  # Held in a name: tables given in memory lie in a folder as long as it is.
    settled, on = configured(config, settings), day(as_of, "as_of")
    with by_argument():
        result = run(loaded.source, settled, on, out=None, csv=False)
    says = plan_text(result, None).partition("\n")[0]
    bought = result.tables["recommendations"].query("quantity > 0")
    return outcome(result, says, bought.sort_values("value", ascending=False)[PLANNED])


def forecast(
    data: Source,
    as_of: Day,
    horizon_days: int,
    *,
    quantiles: Sequence[float] | float = (0.5, 0.8, 0.9, 0.95, 0.98),
    per_period: bool = False,
    config: str | Path | None = None,
    **settings: Any,
) -> pd.DataFrame:
    """Demand summed over the days after ``as_of``: a row an item, with its mean and quantiles, units.

    ``per_period``: also a row an item and bucket. Other arguments as of ``plan``.
    """
    from forecasting.bootstrap import forecast as run

    loaded, settled, on = as_data(data), configured(config, settings), day(as_of, "as_of")
    days, levels = whole(horizon_days, "horizon_days"), probabilities(quantiles, "quantiles")
    with TemporaryDirectory() as folder, by_argument():
        table, _ = run(
            loaded.source,
            settled,
            on,
            days,
            levels,
            per_period=per_period,
            out=Path(folder) / "forecast.parquet",
        )
    return table


def replay(
    data: Source,
    first: Day,
    last: Day,
    policies: Sequence[str] | str = ("min_max", "cost_optimal"),
    *,
    baseline: str | None = None,
    config: str | Path | None = None,
    **settings: Any,
) -> Outcome:
    """What each policy would have bought, run short of and cost on the days from ``first`` to ``last``.

    Args:
        data: a dataset.
        first, last: the days simulated.
        policies: names, or files of your own; one may be given alone.
        baseline: the one that the others are compared with; None: the first.
        config, settings: as of ``plan``.

    >>> import forecasting as reorder
    >>> data = reorder.sample(items=20, days=200)
    >>> past = reorder.replay(data, "2026-06-01", "2026-06-28", ["base_stock", "no_orders"], model="ses")
    >>> past.summary["policy"].tolist()
    ['base_stock', 'no_orders']

    """
    from forecasting.bootstrap import replay as run
    from forecasting.replay.request import ReplayRequest
    from forecasting.reports.terminal import verdicts

    named = names(policies, "policies")
    if not named:
        raise RequestError("policies: name at least one")
    request = ReplayRequest(day(first, "first"), day(last, "last"), named, baseline or named[0])
    loaded, settled = as_data(data), configured(config, settings)
    with TemporaryDirectory() as folder, by_argument():
        result = run(loaded.source, settled, request, out=Path(folder), csv=False)
    counts = result.run["counts"]
    said = f"{counts['items']:,} items, {counts['order_lines']:,} order lines counted."
    return outcome(result, " ".join([said, *verdicts(result)]), result.tables["summary"][REPLAYED])


def backtest(
    data: Source,
    models: Sequence[str] | str = (),
    *,
    origins: int = 6,
    horizon_days: int = 28,
    as_of: Day | None = None,
    config: str | Path | None = None,
    **settings: Any,
) -> Outcome:
    """How good models would have forecast from past days; none named: all of them, and ``auto``."""
    from forecasting.bootstrap import backtest as run
    from forecasting.evaluate.backtest import Request
    from forecasting.evaluate.scores import ALL_ORIGINS, OVERALL
    from forecasting.reports.backtest.words import headline

    on = None if as_of is None else day(as_of, "as_of")
    counted = whole(origins, "origins"), whole(horizon_days, "horizon_days")
    request = Request(*counted, None, on, names(models, "models"))
    loaded, settled = as_data(data), configured(config, settings)
    with by_argument():
        result = run(loaded.source, settled, request, out=None, csv=False)
    scores = result.tables["scores"]
    overall = scores[(scores["class"] == OVERALL) & (scores["origin"] == ALL_ORIGINS)]
    return outcome(result, headline(scores)[0], overall.sort_values("cost")[SCORED])

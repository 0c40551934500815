"""What each model forecast at an origin, beside what followed: the rows of the table ``forecasts``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import FloatArray, TextArray, day_text
from forecasting.evaluate.windows import Window
from models.registry import CANDIDATES, model
from models.selection import choose
from models.shared.base import Forecast, demand_of
from models.shared.history import History
from models.shared.scores import LEVELS, scaled_pinball, scaled_squared_error

AUTO = "auto"


def fitted(
    name: str,
    seen: History,
    horizon: FloatArray,
    critical_ratio: FloatArray,
    origins: int,
    contenders: Sequence[str] = (),
) -> tuple[Forecast, TextArray]:
    """The model of that name, or the automatic choice, fitted on n items; and each item's model.

    Args:
        name: of a model of the registry, or ``auto``.
        seen: n items.
        horizon: float64, shape (n,), buckets: what the automatic choice is made for.
        critical_ratio: float64, shape (n,): the quantile that it is made at.
        origins: past dates that it looks at.
        contenders: models that it may choose besides those of the registry.

    """
    names = [*CANDIDATES, *contenders] if name == AUTO else [name]
    choice = choose([model(each) for each in names], seen, horizon, critical_ratio, origins=origins)
    return choice.fit(seen), np.array(choice.names, dtype=object)


def quantile_columns() -> list[str]:
    """The columns of the quantiles: ``q0.5`` and so on."""
    return [f"q{level:g}" for level in LEVELS]


def forecasts(window: Window, name: str, called: str, config: Config) -> pd.DataFrame:
    """One row for each item judged at the origin, also where what followed is not known.

    ``name``: of a model, or ``auto``; ``called``: what the table calls it.

    Columns: model, origin, location, sku, chosen (the model behind it), pattern, speed, new (the classes);
    actual, mean and the quantiles (units); critical_ratio, order (the quantile there, units), cost (money:
    what the order would have cost); pinball and squared_error (shares, as ``models.shared.scores`` has them).
    """
    seen, judged = window.seen, window.judged
    origins, contenders = config.selection_origins, config.contenders
    forecast, chosen = fitted(name, seen, window.horizon, window.choose_at, origins, contenders)
    demand = demand_of(forecast, judged, window.horizon)
    quantiles = np.stack([demand.quantile(level) for level in LEVELS], axis=1)

    # What the forecast would have been bought by, and what that would have cost.
    ratio = window.critical_ratio[judged]
    order = demand.quantile(ratio)
    cost = window.short * np.maximum(window.actual - order, 0.0)
    cost += window.over * np.maximum(order - window.actual, 0.0)

    # Losses in shares of what the item sold before, so that large and small ones count alike.
    past, horizon = seen.take(judged), window.horizon[judged]
    scale = past.recent_mean(int(past.lengths.max(initial=0))) * horizon
    loss = scaled_pinball(window.actual, quantiles, np.array(LEVELS), scale)
    squared = scaled_squared_error(window.actual, demand.mean, past, horizon)

    return pd.DataFrame(
        {
            "model": called,
            "origin": day_text(window.origin),
            "location": window.items.location[judged],
            "sku": window.items.sku[judged],
            "chosen": chosen[judged],
            "pattern": window.pattern,
            "speed": window.speed,
            "new": window.new,
            "actual": np.round(window.actual, 6),
            "mean": np.round(demand.mean, 6),
            **dict(zip(quantile_columns(), np.round(quantiles, 6).T, strict=True)),
            "critical_ratio": np.round(ratio, 6),
            "order": np.round(order, 6),
            "cost": np.round(cost, 6),
            "pinball": np.round(loss, 6),
            "squared_error": np.round(squared, 6),
        }
    )

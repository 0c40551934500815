"""By what an item's model is chosen: the setting ``choose_by``."""

from __future__ import annotations

import numpy as np

from forecasting.config import Config
from forecasting.domain import FloatArray


def choose_at(config: Config, critical_ratio: FloatArray) -> FloatArray:
    """The quantile that each item's model is chosen at: float64, shape (n,).

    Where models are chosen by accuracy it is the median, whose pinball loss is half of the absolute error;
    else the critical ratio, where orders are decided.

    Args:
        config: settings.
        critical_ratio: float64, shape (n,).

    """
    return np.full_like(critical_ratio, 0.5) if config.choose_by == "accuracy" else critical_ratio

"""The models by the names that configurations use. To add one: its file, one line here, a row in the docs."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from models.base import Model
from models.croston_sba import CrostonSBA
from models.history_sums import HistorySums
from models.negative_binomial import NegativeBinomial
from models.seasonal_naive import SeasonalNaive
from models.simple_exponential_smoothing import SimpleExponentialSmoothing
from models.tsb import TSB

MODELS: dict[str, Callable[[], Model]] = {
    "croston_sba": CrostonSBA,
    "history_sums": HistorySums,
    "negative_binomial": NegativeBinomial,
    "seasonal_naive": SeasonalNaive,
    "ses": SimpleExponentialSmoothing,
    "tsb": TSB,
}


def model(name: str) -> Model:
    """The model of that name. Raises ValueError that names the nearest one."""
    if name not in MODELS:
        near = get_close_matches(name, MODELS, 1, 0.0)
        raise ValueError(
            f"no model is called {name!r}; did you mean {near[0]!r}? There are {', '.join(MODELS)}"
        )
    return MODELS[name]()

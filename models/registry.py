"""The models by the names that configurations use. To add one: its file, one line here, a row in the docs."""

from __future__ import annotations

from collections.abc import Callable

from models.adida import ADIDA
from models.block_bootstrap import BlockBootstrap
from models.combination import Combination
from models.compound_poisson import CompoundPoisson
from models.croston_sba import CrostonSBA
from models.dynamic_counts import DynamicCounts
from models.ets import ETS
from models.history_sums import HistorySums
from models.holt import Holt
from models.imapa import IMAPA
from models.moving_average import MovingAverage
from models.negative_binomial import NegativeBinomial
from models.quantile_average import QuantileAverage
from models.quantile_boosting import QuantileBoosting
from models.quantile_regression import QuantileRegression
from models.sarimax import SARIMAX
from models.seasonal_naive import SeasonalNaive
from models.seasonal_smoothing import SeasonalAdditive, SeasonalMultiplicative
from models.shared.base import Model
from models.simple_exponential_smoothing import SimpleExponentialSmoothing
from models.theta import Theta
from models.tsb import TSB
from models.willemain_bootstrap import WillemainBootstrap

MODELS: dict[str, Callable[[], Model]] = {
    "adida": ADIDA,
    "block_bootstrap": BlockBootstrap,
    "combination": Combination,
    "compound_poisson": CompoundPoisson,
    "croston_sba": CrostonSBA,
    "dynamic_counts": DynamicCounts,
    "ets": ETS,
    "history_sums": HistorySums,
    "holt": Holt,
    "imapa": IMAPA,
    "moving_average": MovingAverage,
    "negative_binomial": NegativeBinomial,
    "quantile_average": QuantileAverage,
    "quantile_boosting": QuantileBoosting,
    "quantile_regression": QuantileRegression,
    "sarimax": SARIMAX,
    "seasonal_additive": SeasonalAdditive,
    "seasonal_multiplicative": SeasonalMultiplicative,
    "seasonal_naive": SeasonalNaive,
    "ses": SimpleExponentialSmoothing,
    "theta": Theta,
    "tsb": TSB,
    "willemain_bootstrap": WillemainBootstrap,
}

DEFAULT_MODEL = "quantile_average"
"""The automatic choice keeps an item with it unless another model promises to save enough
(``models/selection/assignment.py``). Where the panel is too small for it to learn from, it takes no part, and
the other ``CANDIDATES`` share the items."""

BY_NAME_ONLY = {"combination", "ets", "moving_average", "quantile_boosting", "quantile_regression", "sarimax"}
"""Not candidates of the automatic choice: made of others that are, or parts of one that is
better, or slow and measured to be no better."""

CANDIDATES: tuple[str, ...] = tuple(name for name in MODELS if name not in BY_NAME_ONLY)
"""The models that the automatic choice chooses from."""


def model(name: str) -> Model:
    """The model of that name. Raises ValueError that names all there are.

    >>> model("theta").name, model(DEFAULT_MODEL).name
    ('theta', 'quantile_average')

    """
    if name not in MODELS:
        raise ValueError(f"no model is called {name!r}; there are {', '.join(MODELS)}")
    return MODELS[name]()

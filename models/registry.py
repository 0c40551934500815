"""The models by the names that configurations use. To add one: its file, one line here, a row in the docs.

A model of a user's own has a name too: that of its file, or of an entry point (``models/extensions/``).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from models.adida import ADIDA
from models.block_bootstrap import BlockBootstrap
from models.combination import Combination
from models.compound_poisson import CompoundPoisson
from models.croston_sba import CrostonSBA
from models.dynamic_counts import DynamicCounts
from models.ets import ETS
from models.extensions import Extension, Kind
from models.extensions import load as load_extension
from models.extensions.guard import guarded
from models.extensions.loading import takes
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


def _is_meant(value: Any) -> bool:
    """Whether something in a user's file is meant to be a model."""
    return callable(getattr(value, "fit", None)) and (inspect.isclass(value) or hasattr(value, "name"))


def _lacks(found: Any) -> str | None:
    if not callable(getattr(found, "fit", None)):
        return "has no method fit(history): it is no model; see docs/extending.md"
    wrong = takes(found.fit, "history")
    return None if wrong is None else f"is no model: its method fit {wrong}"


EXTENSIONS = Kind("model", "reorder.models", _is_meant, _lacks, MODELS)
"""Models that users bring: found in their file, or by the entry point of a package."""


def extension(name: str) -> Extension | None:
    """What a user wrote under that name; None where it names none, as those shipped do.

    Raises ExtensionError (a ValueError) where it names one that cannot be had.
    """
    return None if name in MODELS else load_extension(name, EXTENSIONS)


def model(name: str) -> Model:
    """The model of that name. Raises ValueError that names all there are, or what is wrong with a user's.

    >>> model("theta").name, model(DEFAULT_MODEL).name
    ('theta', 'quantile_average')

    """
    if name in MODELS:
        return MODELS[name]()
    found = extension(name)
    if found is None:
        raise ValueError(f"no model is called {name!r}; there are {', '.join(MODELS)}")
    return guarded(found.made, name)

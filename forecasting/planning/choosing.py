"""Which models are chosen from, and by what: the settings ``model``, ``contenders`` and ``choose_by``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from forecasting.config import Config
from forecasting.domain import FloatArray, target_quantile
from forecasting.inputs.catalogue import Catalogue
from forecasting.policies.expected_cost.excess_share import WEEK
from models.registry import CANDIDATES, model
from models.selection import Learnt
from models.shared.base import Model


class SharedLearning(Protocol):
    """What a sample of a company's items taught (``planning/pooled.py``)."""

    @property
    def line_size(self) -> float:
        """Units, mean of a customer's order line."""

    @property
    def learnt(self) -> Mapping[float | None, Learnt]:
        """By the days that will be asked ahead; None: the protection interval."""


def candidates(config: Config) -> list[Model]:
    """The models that are chosen from: the configured one, or all that take part."""
    names = [*CANDIDATES, *config.contenders] if config.model == "auto" else [config.model]
    return [model(name) for name in names]


def choose_at(config: Config, critical_ratio: FloatArray) -> FloatArray:
    """The quantile that each item's model is chosen at: float64, shape (n,).

    Where models are chosen by accuracy it is the median, whose pinball loss is half of the absolute error;
    else the critical ratio, where orders are decided.

    Args:
        config: settings.
        critical_ratio: float64, shape (n,).

    """
    return np.full_like(critical_ratio, 0.5) if config.choose_by == "accuracy" else critical_ratio


def decided_at(config: Config, catalogue: Catalogue, line_size: FloatArray) -> FloatArray:
    """The quantile at which models of n items are compared: where orders are decided; float64, shape (n,).

    It is the critical ratio, an excess being held for half of the days that are looked ahead.

    Args:
        config: settings.
        catalogue: n items.
        line_size: float64, shape (n,), units: of a customer's order line.

    """
    excess_share = np.minimum(config.excess_holding_share * catalogue.review_days / WEEK, 1.0)
    excess_days = excess_share * config.excess_holding_days / 2
    quantile = target_quantile(catalogue.costs, line_size, catalogue.review_days, excess_days)
    return choose_at(config, quantile)

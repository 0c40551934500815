"""How customers of the synthetic company take it when a line has to wait: they cancel, or leave for good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.domain import BoolArray, IntArray
from forecasting.errors import RequestError
from forecasting.sample.catalogue import Random

NEVER = 1_000_000
"""A day that never comes, counted from the first."""

SHAPE = 2.0
LEAST_DAYS = 2.0
"""Patience is so many days and a gamma of that shape, in whole days."""


@dataclass(frozen=True)
class Behaviour:
    """What lines that wait make customers do.

    Attributes:
        cancel_share: the share of the lines whose customers do not wait for as long as it takes.
        cancel_after_days: the mean days after which these cancel, if the line has not shipped by then.
        churn_per_line: the probability that the customer of a line that had to wait never orders again once
            it has shipped or was cancelled; the customer's orders from the next day on are never made.

    """

    cancel_share: float = 0.4
    cancel_after_days: float = 22.0
    churn_per_line: float = 0.0

    def __post_init__(self) -> None:
        for name in ("cancel_share", "churn_per_line"):
            if not 0 <= getattr(self, name) <= 1:
                raise RequestError(f"{name} must be from 0 to 1, not {getattr(self, name)}.")
        if self.cancel_after_days < LEAST_DAYS:
            raise RequestError(
                f"cancel_after_days must be {LEAST_DAYS:g} or more, not {self.cancel_after_days}."
            )

    def patience(self, random: Random, count: int) -> IntArray:
        """Days after which each of ``count`` lines is cancelled if it still waits: int64, shape (count,)."""
        waits = random.random(count) < 1 - self.cancel_share
        scale = (self.cancel_after_days - LEAST_DAYS) / SHAPE
        days = int(LEAST_DAYS) + random.gamma(SHAPE, scale, count).astype(np.int64)
        return np.where(waits, NEVER, days)

    def leaves(self, random: Random, count: int) -> BoolArray:
        """Whether the customer of each of ``count`` lines leaves for good, should it have to wait: bool."""
        return np.asarray(random.random(count) < self.churn_per_line)

    def table(self) -> pd.DataFrame:
        """Columns ``name`` and ``value``."""
        return pd.DataFrame({"name": list(vars(self)), "value": list(vars(self).values())})


DEFAULT = Behaviour()

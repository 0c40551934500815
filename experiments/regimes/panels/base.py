"""What every panel gives: counts by item and bucket, and what is known of the items."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from forecasting.domain import FloatArray, IntArray, TextArray
from models.shared.distribution import Distribution


class PanelAbsentError(Exception):
    """The data of a panel is not there."""


class Truth(Protocol):
    """The distribution that demand was drawn from."""

    def demand(self, begin: int, horizon: FloatArray) -> Distribution:
        """Demand summed over ``horizon`` (float64, shape (n,)) buckets from bucket ``begin`` on."""


@dataclass(frozen=True)
class Panel:
    """Demand of n items in t buckets.

    Attributes:
        name: of the panel.
        counts: float64, shape (n, t), units, whole; NaN before the item's launch.
        category: text, shape (n,).
        price: float64, shape (n,), money: what a unit sells for.
        start: the first day of the first bucket.
        bucket: ``week`` or ``day``.
        truth: what it was drawn from; None where nobody knows.

    """

    name: str
    counts: FloatArray
    category: TextArray
    price: FloatArray
    start: np.datetime64
    bucket: str = "week"
    truth: Truth | None = None

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def bucket_days(self) -> int:
        """Days in a bucket."""
        return 7 if self.bucket == "week" else 1

    @property
    def days(self) -> int:
        """Days that the panel covers."""
        return self.counts.shape[1] * self.bucket_days


def sample(of: int, items: int, seed: int = 1) -> IntArray:
    """``items`` numbers below ``of``, drawn from the seed, ascending; all where there are no more."""
    if items >= of:
        return np.arange(of, dtype=np.int64)
    return np.sort(np.random.default_rng(seed).permutation(of)[:items]).astype(np.int64)


def found(folder: Path, name: str) -> Path:
    """The file (or folder) of that name. Raises PanelAbsentError where it is not there."""
    path = folder / name
    if not path.exists():
        raise PanelAbsentError(f"{name} is not in {folder}")
    return path


def since_first_sale(counts: FloatArray) -> FloatArray:
    """The same, NaN before each item's first sale."""
    first = np.argmax(counts > 0, axis=1)
    return np.where(np.arange(counts.shape[1]) >= first[:, None], counts, np.nan)

"""How good quantiles of summed demand were: loss, error of the mean, and coverage with a verdict.

* Loss: the pinball loss at ``LEVELS``, averaged over them, over the item's mean before the origin times the
  horizon; averaged over items, then over origins.
* RMSSE: the root of an item's mean (over origins) of the squared error of the mean forecast of the SUM, over
  the mean square of what that sum used to change by from one horizon to the next
  (``models.shared.scores.scaled_squared_error``); averaged over items.
* Coverage: the share of sums at or below a quantile, and strictly below it, over all windows. For counts
  the two enclose q where the forecast is calibrated: at or below must reach q less a tolerance, strictly
  below must not exceed q plus it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.benchmarks.forecast_panels import Origin
from models.shared.history import BoolArray, FloatArray
from models.shared.scores import LEVELS, coverage, scaled_pinball, scaled_squared_error

JUDGED = (0.8, 0.9, 0.95, 0.98)
"""The levels of the verdict: those that stock is bought for."""

TOLERANCE = 0.015
CLASS_TOLERANCE = 0.04
FEWEST_ITEMS = 300
"""Classes of fewer different items are not told."""


@dataclass(frozen=True)
class Answer:
    """What a model says at one origin. ``values``: float64, shape (n, levels); ``mean``: shape (n,)."""

    values: FloatArray
    mean: FloatArray


def score(
    origins: Sequence[Origin], answers: Sequence[Answer], inside: Sequence[BoolArray] | None = None
) -> dict[str, Any]:
    """The figures of a model over the origins, of the items ``inside`` (a mask an origin) alone if given."""
    keep = [np.ones(len(each.item), dtype=bool) for each in origins] if inside is None else inside
    losses, items, squared = [], [], []
    for at, answer, mask in zip(origins, answers, keep, strict=True):
        loss = scaled_pinball(at.actual, answer.values, np.array(LEVELS), at.scale)
        losses.append(float(np.nanmean(loss[mask])) if mask.any() else np.nan)
        horizon = np.full(len(at.item), float(at.buckets))
        error = scaled_squared_error(at.actual, answer.mean, at.past, horizon)
        known = mask & ~np.isnan(error)
        items.append(at.item[known])
        squared.append(error[known])
    _, item = np.unique(np.concatenate(items), return_inverse=True)
    per_item = np.bincount(item, np.concatenate(squared)) / np.maximum(np.bincount(item), 1)
    return {
        "loss": float(np.nanmean(losses)),
        "loss_by_origin": losses,
        "rmsse": float(np.mean(np.sqrt(per_item))),
        **covered(origins, answers, keep, TOLERANCE),
    }


def covered(
    origins: Sequence[Origin], answers: Sequence[Answer], keep: Sequence[BoolArray], tolerance: float
) -> dict[str, Any]:
    """Coverage over the kept windows of all origins, and whether it passes."""
    actual = np.concatenate([at.actual[mask] for at, mask in zip(origins, keep, strict=True)])
    values = np.concatenate([answer.values[mask] for answer, mask in zip(answers, keep, strict=True)])
    shares = [coverage(actual, values[:, place]) for place in range(len(LEVELS))]
    passed = all(
        at_or_below >= q - tolerance and below <= q + tolerance
        for q, (at_or_below, below) in zip(LEVELS, shares, strict=True)
        if q in JUDGED
    )
    return {
        "windows": len(actual),
        "at_or_below": [share for share, _ in shares],
        "below": [share for _, share in shares],
        "passed": passed,
    }


def by_class(origins: Sequence[Origin], answers: Sequence[Answer]) -> dict[str, dict[str, Any]]:
    """Loss and coverage in each class that has enough different items over the origins."""
    told = {}
    for name in origins[0].classes:
        keep = [at.classes[name] for at in origins]
        different = np.unique(np.concatenate([at.item[mask] for at, mask in zip(origins, keep, strict=True)]))
        if len(different) >= FEWEST_ITEMS:
            loss = score(origins, answers, keep)["loss"]
            found = covered(origins, answers, keep, CLASS_TOLERANCE)
            told[name] = {"items": len(different), "loss": loss, **found}
    return told


def shares(figures: dict[str, Any]) -> str:
    """Both shares at every level, and the verdict: `.831-.842` where q lies between them."""
    pairs = [
        f"{below:.3f}-{at:.3f}" for at, below in zip(figures["at_or_below"], figures["below"], strict=True)
    ]
    return "  ".join(pairs) + ("  ok" if figures["passed"] else "  OFF")

"""The table ``scores``: how good each model was, by class and origin. It follows from ``forecasts``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import BoolArray
from forecasting.evaluate.classes import PATTERNS, SPEEDS
from forecasting.evaluate.forecasts import AUTO
from models.shared.scores import LEVELS, bias, coverage

ALL_ORIGINS = "all"
OVERALL = "overall"
CHOSEN = "chosen_"
"""Items for which the automatic choice took a model are its class ``chosen_`` + the model's name."""


def scores(forecasts: pd.DataFrame) -> pd.DataFrame:
    """One row for each model, class and origin, and one for ``all`` origins; classes without items are out.

    Columns: model, class, origin; windows (item-origins judged), left_out (those with an unknown actual),
    units (demanded); pinball (scaled, mean over windows), at_or_below_q0.5 and below_q0.5 and so on (shares
    of windows), bias, rmsse (the root of the mean over an item's windows, averaged over items), cost (money,
    summed over windows). NaN where there is nothing to measure.
    """
    rows = []
    forecasts = forecasts.assign(item=forecasts.groupby(["location", "sku"], sort=False).ngroup())
    for model in forecasts["model"].unique():
        of_model = forecasts[forecasts["model"] == model]
        for name, inside in _classes(of_model, str(model)):
            members = of_model[inside]
            rows.append({"model": model, "class": name, "origin": ALL_ORIGINS, **_score(members)})
            for origin, part in members.groupby("origin", sort=True):
                rows.append({"model": model, "class": name, "origin": origin, **_score(part)})
    return pd.DataFrame(rows)


def by_model(scores: pd.DataFrame, name: str) -> dict[str, dict[str, Any]]:
    """The rows of a class over all origins, by model."""
    table = scores[(scores["class"] == name) & (scores["origin"] == ALL_ORIGINS)]
    rows = [{str(column): value for column, value in row.items()} for row in table.to_dict("records")]
    return {row["model"]: row for row in rows}


def _classes(rows: pd.DataFrame, model: str) -> Iterator[tuple[str, BoolArray]]:
    """The classes that have items, each with the rows in it; ``rows`` are those of one model."""
    yield OVERALL, np.ones(len(rows), dtype=bool)

    groups = [("pattern", PATTERNS), ("speed", SPEEDS)]
    classes = [(name, rows[column] == name) for column, names in groups for name in names]
    classes.append(("new", rows["new"]))
    if model == AUTO:
        classes += [(f"{CHOSEN}{name}", rows["chosen"] == name) for name in sorted(set(rows["chosen"]))]

    for name, inside in classes:
        if inside.any():
            yield name, inside.to_numpy(dtype=bool)


def _score(part: pd.DataFrame) -> dict[str, object]:
    known = part[part["actual"].notna()]
    actual = known["actual"].to_numpy()
    figures: dict[str, object] = {
        "windows": len(known),
        "left_out": len(part) - len(known),
        "units": round(float(actual.sum()), 4),
        "pinball": _mean(known["pinball"]),
    }
    for level in LEVELS:
        share, strictly = coverage(actual, known[f"q{level:g}"].to_numpy())
        figures |= {f"at_or_below_q{level:g}": round(share, 6), f"below_q{level:g}": round(strictly, 6)}
    return {
        **figures,
        "bias": round(bias(actual, known["mean"].to_numpy()), 6),
        "rmsse": _rmsse(known),
        "cost": round(float(known["cost"].sum()), 4),
    }


def _mean(shares: pd.Series) -> float:
    """Of what could be measured; NaN where nothing could."""
    return round(float(shares.mean()), 6)


def _rmsse(known: pd.DataFrame) -> float:
    per_item = known.groupby("item", sort=False)["squared_error"].mean()
    return _mean(np.sqrt(per_item))

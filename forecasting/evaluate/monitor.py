"""What was forecast in past nights, against what came: do the quantiles hold, and are they still as good?

Forecasts are those that were kept on their night, not forecasts made again: a change of data, code or
settings since then hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import BoolArray, FloatArray, day_number
from forecasting.evaluate.classes import PATTERNS, patterns
from forecasting.evaluate.windows import actual_demand
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.known_until import known_until
from forecasting.inputs.records import Records
from forecasting.planning.observing import observer
from models.shared.scores import pinball

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.98)
CHAMPION, CHALLENGER = "champion", "challenger"
INTERVAL = (0.05, 0.95)
DRAWS = 500
FEWEST = 30
"""Items of which fewer say nothing."""

EVERYTHING = "all"


@dataclass(frozen=True)
class Alarm:
    """Something that is not as it was said to be.

    Attributes:
        kind: ``calibration``, ``drift`` or ``challenger``.
        group: the class of items; ``all``.
        what: in a sentence.

    """

    kind: str
    group: str
    what: str


def held(records: Records, config: Config, forecasts: pd.DataFrame) -> pd.DataFrame:
    """The forecasts whose days are over, with ``actual`` (units; NaN: not always on sale) and ``pattern``.

    Args:
        records: as they are known now.
        forecasts: columns ``who``, ``as_of`` (text), ``horizon_days``, ``location``, ``sku``, ``mean`` and
            the quantiles ``q0.5`` and so on.

    """
    known, parts = known_until(records).orders, []
    for key, rows in forecasts.groupby(["as_of", "horizon_days"], sort=True):
        as_of, horizon = key[0], int(rows["horizon_days"].iloc[0])
        day = day_number(pd.Timestamp(str(as_of)).date())
        if day + horizon > known or day < records.first_day:
            continue
        seeing = observer(records, config, day, Assumptions())
        items = seeing.catalogue.items
        came = pd.DataFrame(
            {
                "location": items.location,
                "sku": items.sku,
                "actual": actual_demand(seeing, day, known, horizon),
                "pattern": patterns(seeing.history(day)),
            }
        )
        parts.append(rows.merge(came, on=["location", "sku"], how="inner"))
    if not parts:
        return forecasts.iloc[:0].assign(actual=np.zeros(0), pattern="")
    return pd.concat(parts, ignore_index=True)


def alarms(rows: pd.DataFrame, seed: int = 1) -> list[Alarm]:
    """What is not as it was said to be, each with an interval over items that leaves no doubt.

    ``rows``: as ``held`` gives them, of the champion, and of a challenger where there was one.
    """
    known = rows[rows["actual"].notna()].reset_index(drop=True)
    champion = known[known["who"] == CHAMPION]
    found: list[Alarm] = []
    for group, inside in _groups(champion):
        part = champion[inside]
        if part.groupby(["location", "sku"]).ngroups >= FEWEST:
            found += _calibration(group, part, seed)
            found += _drift(group, part, seed)
    return found + _challenger(known, seed)


def advice(found: Sequence[Alarm]) -> str:
    """What is to be done: ``keep``, ``refit`` or ``roll back``, in a sentence."""
    overall = {each.kind for each in found if each.group == EVERYTHING}
    if CHALLENGER in overall:
        return "roll back: the challenger forecasts better, surely; replay both, and promote it if it saves"
    if "drift" in overall:
        return "refit: forecasts have become worse; look at what has changed, and try models again"
    if found:
        return "look: quantiles do not hold everywhere; orders are more or less careful there than meant"
    return "keep: what was forecast holds"


def figures(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """By who forecast and class: how many, coverage at each level, bias and loss (in shares of demand)."""
    known, told = rows[rows["actual"].notna()], []
    for who, of_one in known.groupby("who", sort=True):
        for group, inside in _groups(of_one):
            part = of_one[inside]
            actual = part["actual"].to_numpy(dtype=np.float64)
            sold = max(float(actual.sum()), 1e-12)
            coverage = {
                f"q{level:g}": [
                    round(float((actual < part[f"q{level:g}"]).mean()), 4),
                    round(float((actual <= part[f"q{level:g}"]).mean()), 4),
                ]
                for level in LEVELS
            }
            told.append(
                {
                    "who": who,
                    "class": group,
                    "forecasts": len(part),
                    "nights": int(part["as_of"].nunique()),
                    "coverage": coverage,
                    "bias": round(float(part["mean"].sum()) / sold - 1.0, 4),
                    "loss": round(float(_loss(part).sum()) / sold, 4),
                }
            )
    return told


def _groups(rows: pd.DataFrame) -> Iterator[tuple[str, BoolArray]]:
    yield EVERYTHING, np.ones(len(rows), dtype=bool)
    for name in PATTERNS:
        inside = (rows["pattern"] == name).to_numpy(dtype=bool)
        if inside.any():
            yield name, inside


def _loss(rows: pd.DataFrame) -> FloatArray:
    """The pinball loss, mean over levels: float64, shape (n,), units."""
    quantiles = rows[[f"q{level:g}" for level in LEVELS]].to_numpy(dtype=np.float64)
    actual = rows["actual"].to_numpy(dtype=np.float64)[:, None]
    return np.asarray(pinball(actual, quantiles, np.array(LEVELS)).mean(axis=1))


def _drawn(rows: pd.DataFrame, columns: Sequence[FloatArray], seed: int) -> list[FloatArray]:
    """The sums of the columns over items drawn with replacement, the same ones for each: (draws,) each."""
    item = rows.groupby(["location", "sku"], sort=True).ngroup().to_numpy()
    items = int(item.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(items, np.full(items, 1.0 / items), DRAWS)
    return [np.asarray(drawn @ np.bincount(item, column, items), dtype=np.float64) for column in columns]


def _calibration(group: str, rows: pd.DataFrame, seed: int) -> list[Alarm]:
    actual = rows["actual"].to_numpy(dtype=np.float64)
    found = []
    for level in LEVELS:
        quantile = rows[f"q{level:g}"].to_numpy(dtype=np.float64)
        within, below = (actual <= quantile).astype(np.float64), (actual < quantile).astype(np.float64)
        drawn_within, drawn_below, count = _drawn(rows, [within, below, np.ones(len(rows))], seed)
        most = np.quantile(drawn_within / count, INTERVAL[1])
        least = np.quantile(drawn_below / count, INTERVAL[0])
        if most < level:
            said = f"demand was within the {level:g} quantile in {within.mean():.1%} of the windows alone"
            found.append(Alarm("calibration", group, f"{said}: more runs short than meant"))
        elif least > level:
            said = f"demand was below the {level:g} quantile in {below.mean():.1%} of the windows"
            found.append(Alarm("calibration", group, f"{said}: more stock than meant"))
    return found


def _drift(group: str, rows: pd.DataFrame, seed: int) -> list[Alarm]:
    """Whether the later half of the nights was forecast worse than the earlier one."""
    nights = np.sort(rows["as_of"].unique())
    if len(nights) < 2:
        return []
    late = (rows["as_of"] >= nights[len(nights) // 2]).to_numpy(dtype=bool)
    loss, actual = _loss(rows), rows["actual"].to_numpy(dtype=np.float64)
    columns = [loss * late, actual * late, loss * ~late, actual * ~late]
    late_loss, late_sold, early_loss, early_sold = _drawn(rows, columns, seed)
    if min(late_sold.min(), early_sold.min(), early_loss.min()) <= 0:
        return []
    ratio = (late_loss / late_sold) / (early_loss / early_sold)
    low, high = np.quantile(ratio, INTERVAL)
    if low <= 1.0:
        return []
    said = f"the loss per unit sold grew by {np.median(ratio) - 1:.0%} ({low - 1:.0%} to {high - 1:.0%})"
    return [Alarm("drift", group, f"{said} from the nights before {nights[len(nights) // 2]} to those since")]


def _challenger(known: pd.DataFrame, seed: int) -> list[Alarm]:
    key = ["as_of", "horizon_days", "location", "sku"]
    sides = {}
    for who in (CHAMPION, CHALLENGER):
        rows = known[known["who"] == who]
        sides[who] = rows.assign(loss=_loss(rows))
    both = sides[CHAMPION].merge(sides[CHALLENGER][[*key, "loss"]], on=key, suffixes=("", "_other"))
    if both.groupby(["location", "sku"]).ngroups < FEWEST:
        return []
    own, other = _drawn(both, [both["loss"].to_numpy(), both["loss_other"].to_numpy()], seed)
    if own.min() <= 0:
        return []
    low, high = np.quantile(1.0 - other / own, INTERVAL)
    if low <= 0:
        return []
    share = 1.0 - both["loss_other"].sum() / both["loss"].sum()
    return [
        Alarm(CHALLENGER, EVERYTHING, f"the challenger's loss is {share:.1%} lower ({low:.1%} to {high:.1%})")
    ]

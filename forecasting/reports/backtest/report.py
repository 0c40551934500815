"""The report of a backtest: one page that stands by itself, drawn from the table ``scores``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from forecasting.evaluate.forecasts import AUTO
from forecasting.evaluate.scores import CHOSEN, OVERALL, by_model
from forecasting.reports import pages
from forecasting.reports.backtest import pictures
from forecasting.reports.backtest.words import JUDGED, by_cost, cells, facts, headline
from forecasting.reports.drawing import svg
from forecasting.reports.pages import Row, Table
from forecasting.run import Result

MEASURES = ("Pinball loss", *(f"{level:g}".lstrip("0") for level in JUDGED), "Bias", "RMSSE", "Cost")
QUANTILES = "Windows below - at or below the quantile at"

CLASSES = {
    "smooth": "demand in nearly every bucket, of like size",
    "erratic": "demand in nearly every bucket, of very unlike size",
    "intermittent": "many buckets without demand, of like size",
    "lumpy": "many buckets without demand, of very unlike size",
    "no_demand": "none before the origin",
    "fast": "together 80 % of the units of the year before the origin",
    "slow": "all others",
    "new": "less than a quarter of a year behind them",
}


@dataclass(frozen=True)
class Block:
    """One class of items.

    Attributes:
        name: the class.
        words: what is in it, and how much.
        table: the models on it.

    """

    name: str
    words: str
    table: Table


def report(result: Result) -> str:
    """The page of a backtest as HTML: no link leads out of it, and the same result gives the same bytes.

    ``result``: as ``forecasting.evaluate.backtest`` returns it.
    """
    scores, run = result.tables["scores"], result.run
    models = by_cost(scores)
    focus = AUTO if AUTO in models else models[0]
    sentence, details = headline(scores)
    over_origins = pictures.over_origins(scores, models, focus)

    return pages.render(
        "backtest.html",
        title=f"Backtest of {run['horizon_days']} days' demand up to {run['as_of']}",
        headline=sentence,
        introduction=[details, facts(run)],
        models=_models(scores, OVERALL, models, focus),
        coverage=svg(pictures.coverage(scores, models), "coverage", "Coverage of each model's quantiles"),
        losses=svg(pictures.losses(scores, models), "losses", "Scaled pinball loss of each model by class"),
        over_origins=svg(over_origins, "origins", "Bias, coverage and loss of each model at each origin"),
        classes=_classes(scores, models, focus),
        chosen=_chosen(scores) if focus == AUTO else None,
        assumptions=pages.assumptions(result.tables["assumptions"]),
    )


def _table(names: Sequence[str], rows: Sequence[Row]) -> Table:
    """A table of scores, whose first columns have these names."""
    first = len(names) + 1
    group = (QUANTILES, first, first + len(JUDGED) - 1)
    return Table((*names, *MEASURES), rows, group=group)


def _models(scores: pd.DataFrame, name: str, models: Sequence[str], focus: str) -> Table:
    """The models side by side on a class."""
    found = by_model(scores, name)
    rows = [
        Row((model, *cells(found[model])), "focus" if model == focus else "")
        for model in models
        if model in found
    ]
    return _table(("Model",), rows)


def _classes(scores: pd.DataFrame, models: Sequence[str], focus: str) -> list[Block]:
    """The classes that have items."""
    blocks = []
    for name, words in CLASSES.items():
        rows = by_model(scores, name)
        if rows:
            row = next(iter(rows.values()))
            said = f"{words}; {row['windows']:,} windows, {row['units']:,.0f} units"
            blocks.append(Block(name, said, _models(scores, name, models, focus)))
    return blocks


def _chosen(scores: pd.DataFrame) -> Table:
    """The models that the automatic choice took, the most frequent first."""
    names = [name for name in scores["class"].unique() if name.startswith(CHOSEN)]
    found = [(name.removeprefix(CHOSEN), by_model(scores, name)[AUTO]) for name in names]
    found.sort(key=lambda pair: (-pair[1]["windows"], pair[0]))
    rows = [Row((name, f"{row['windows']:,}", *cells(row))) for name, row in found]
    return _table(("Model", "Windows"), rows)

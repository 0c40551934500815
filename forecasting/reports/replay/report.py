"""The report of a replay: one page that stands by itself, for the buyer whose past it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from forecasting.reports import pages
from forecasting.reports.drawing import svg
from forecasting.reports.replay import differences, explorations, pictures
from forecasting.reports.replay.headline import BOUNDS, focus_of, headline, row_of, rows_of
from forecasting.reports.replay.pictures import Cast
from forecasting.reports.replay.policies import against_baseline, side_by_side
from forecasting.reports.replay.told_first import equal_terms, told_first
from forecasting.reports.replay.windows import window_sentence, windows
from forecasting.reports.replay.words import foresight_sentences, parameters_in_words, recorded_sentences
from forecasting.run import Result


def report(result: Result) -> str:
    """The page of a replay as HTML: no link leads out of it, and the same result gives the same bytes.

    ``result``: as ``forecasting.replay.replay`` returns it. Sections on the origin of the saving, the
    frontier and the sensitivity appear where their tables are there.
    """
    tables, run = result.tables, result.run
    summary, baseline = tables["summary"], run["baseline"]
    drawn = [name for name in summary["policy"] if name != "no_orders" or len(summary) == 1]
    cast = Cast(drawn, focus_of(summary, baseline), baseline, BOUNDS)
    pair = differences.Pair(cast.focus, baseline)
    by_window = tables.get("windows")
    sentence, details = headline(summary, baseline)
    first = [*told_first(tables, baseline), sentence]

    return pages.render(
        "replay.html",
        title=f"Replay of {run['from']} to {run['to']}",
        headline=first[0],
        introduction=[
            *run.get("warnings", ()),
            *first[1:],
            details,
            window_sentence(by_window, run, cast.focus, baseline),
            _facts(tables["items"], summary, baseline),
        ],
        focus=cast.focus,
        baseline=baseline,
        policies=side_by_side(summary, cast),
        against=against_baseline(summary, cast),
        equal=equal_terms(tables, cast.focus),
        recorded=" ".join(recorded_sentences(run)),
        windows=windows(by_window, run, cast),
        costs=_costs(summary, cast),
        not_drawn=_not_drawn(summary, cast),
        foresight=" ".join(foresight_sentences(tables, cast.focus, baseline)),
        origin=explorations.origin_of_saving(tables.get("decomposition")),
        frontier=explorations.frontier(tables.get("frontier"), cast),
        sensitivity=explorations.sensitivity(tables.get("sensitivity"), cast),
        **_over_time(tables["periods"], run, cast),
        weeks=differences.weeks(tables["periods"], pair),
        items=differences.items(tables["items"], pair),
        parameters=parameters_in_words(run),
        assumptions=pages.assumptions(tables["assumptions"]),
    )


def _facts(items: pd.DataFrame, summary: pd.DataFrame, baseline: str) -> str:
    """What was counted, for all policies alike."""
    counted = row_of(summary, baseline)
    return (
        f"{items[['location', 'sku']].drop_duplicates().shape[0]:,} items, {counted.lines:,} order lines "
        f"and {counted.units:,.0f} units of demand counted. Every policy met the same orders, day by "
        "day, knowing at each review only what could be known then."
    )


def _costs(summary: pd.DataFrame, cast: Cast) -> Markup | str:
    """The picture of the costs, of the policies whose cost is known; none where nobody's is."""
    known = summary.loc[summary["policy"].isin(cast.policies) & summary["cost_total"].notna(), "policy"]
    if len(known) == 0:
        return ""
    figure = pictures.costs(summary, replace(cast, policies=list(known)))
    return svg(figure, "costs", "Cost of each policy by its parts")


def _not_drawn(summary: pd.DataFrame, cast: Cast) -> str:
    """Which policies are missing in the picture of the costs, and why."""
    left_out = summary[~summary["policy"].isin(cast.policies)]
    said = [
        f"Not drawn, as it would dwarf the others: {row.policy}, which costs {row.cost_total:,.0f}."
        for row in rows_of(left_out)
    ]
    unknown = summary.loc[summary["cost_total"].isna(), "policy"]
    said += [f"Not drawn, as not all of its cost is known: {name}." for name in unknown]
    return " ".join(said)


def _over_time(periods: pd.DataFrame, run: Mapping[str, Any], cast: Cast) -> dict[str, Markup]:
    """The pictures ``stock`` (stock and backlog) and ``short`` (backorders), period by period."""
    by_period = _by_period(periods, run["to"])
    stock = pictures.over_time(
        [
            ("Stock on hand, average value (money)", by_period("average_on_hand_value")),
            ("Backlog, average units owed to customers", by_period("backlog")),
        ],
        cast,
        np.datetime64(run["counted_from"], "D"),
    )
    short = pictures.over_time([("Backorders: order lines short per day", by_period("short_lines"))], cast)
    return {
        "stock": svg(stock, "stock", "Stock value and backlog of each policy over time"),
        "short": svg(short, "short", "Order lines short of each policy per day"),
    }


def _by_period(periods: pd.DataFrame, last_day: str) -> Callable[[str], pd.DataFrame]:
    """A function from a column to its table: one row a period, one column a policy."""
    starts = np.unique(periods["period_start"].to_numpy()).astype("datetime64[D]")
    ends = np.append(starts[1:], np.datetime64(last_day, "D") + 1)
    days = pd.Series((ends - starts).astype(float), index=starts.astype("datetime64[us]"))
    length = periods["period_start"].map(days)

    table = periods.assign(
        short_lines=(periods["backordered_lines"] + periods["lost_lines"]) / length,
        backlog=periods["backlog_unit_days"] / length,
    )
    return lambda column: table.pivot_table(index="period_start", columns="policy", values=column)

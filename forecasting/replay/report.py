"""The report of a replay: one page that stands by itself, for the buyer whose past it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from forecasting.page import html
from forecasting.page.drawing import svg
from forecasting.replay import pictures
from forecasting.replay.page import HOW_TO_READ

BOUNDS = ("perfect_foresight", "no_orders")
"""Nobody can follow these two; they say what is possible at best and at worst."""

OURS = "cost_optimal"
ITEMS_SHOWN = 10


def report(
    summary: pd.DataFrame,
    periods: pd.DataFrame,
    items: pd.DataFrame,
    assumptions: pd.DataFrame,
    *,
    baseline: str,
    parameters: Mapping[str, str],
    first_day: str,
    last_day: str,
    counted_from: str | None = None,
    origin_of_saving: str = "",
) -> str:
    """The page as HTML: no link leads out of it, and the same tables give the same bytes.

    ``summary``, ``periods`` and ``items`` are as ``compare`` makes them; ``assumptions`` has the columns
    setting, value, items; ``parameters`` gives the parameters of policies in words, by name; the days are
    written as 2011-09-04. From ``counted_from`` on every item is counted (the first day, if not given).
    ``origin_of_saving``: a sentence, or nothing.
    """
    focus = focus_of(summary, baseline)
    shown = [name for name in summary["policy"] if name != "no_orders" or len(summary) == 1]
    cast = pictures.Cast(shown, focus, baseline, BOUNDS)
    by_period = _by_period(periods, last_day)
    counted = _row(summary, baseline)
    warm = None if counted_from is None else np.datetime64(counted_from, "D")
    sentence, details = headline(summary, baseline)
    facts = (
        f"{items[['location', 'sku']].drop_duplicates().shape[0]:,} items, {counted.lines:,} order lines "
        f"and {counted.units:,.0f} units of demand counted. Every policy met the same orders, day by "
        "day, knowing at each review only what could be known then."
    )
    costs = svg(pictures.costs(summary, cast), "costs", "Cost of each policy by its parts")
    stock = pictures.over_time(
        [
            ("Stock on hand, average value (money)", by_period("average_on_hand_value")),
            ("Backlog, average units owed to customers", by_period("backlog")),
        ],
        cast,
        warm,
    )
    short = pictures.over_time([("Backorders: order lines short per period", by_period("short_lines"))], cast)
    sections = [
        ("The policies side by side", _policies(summary, focus, baseline)),
        ("What each policy costs", costs + html.note(_left_out(summary, shown))),
        *([("Where the saving comes from", html.note(origin_of_saving))] if origin_of_saving else []),
        (
            "Stock and backlog over time",
            svg(stock, "stock", "Stock value and backlog of each policy over time"),
        ),
        ("Backorders over time", svg(short, "short", "Order lines short of each policy per period")),
        ("The items that make the difference", _items(items, focus, baseline)),
        *([("Parameters", html.definitions(parameters))] if parameters else []),
        ("What was assumed", html.assumptions(assumptions)),
        ("How to read this", html.definitions(HOW_TO_READ)),
    ]
    return html.page(f"Replay of {first_day} to {last_day}", sentence, [details, facts], sections)


def focus_of(summary: pd.DataFrame, baseline: str) -> str:
    """The policy that the report is about: ours; else the cheapest that could be followed, if any."""
    others = _followable(summary[summary["policy"] != baseline])
    if len(others) == 0:
        return baseline
    if OURS in set(others["policy"]):
        return OURS
    return str(min(_rows(others), key=lambda row: row.cost_total).policy)


def headline(summary: pd.DataFrame, baseline: str) -> tuple[str, str]:
    """What the replay says: in a sentence, and in figures how surely."""
    focus, base = focus_of(summary, baseline), _row(summary, baseline)
    made = int(base.backordered_lines + base.lost_lines)
    if focus == baseline:
        return (
            f"{baseline} would have left {made:,} of {base.lines:,} order lines short, "
            f"at a cost of {base.cost_total:,.0f} in all."
        ), ""
    row = _row(summary, focus)
    avoided = int(row.backorders_avoided)
    if avoided > 0:
        backorders = f"avoided {avoided:,} of the {made:,} backorders that {baseline} made"
    elif avoided < 0:
        backorders = f"made {-avoided:,} backorders more than the {made:,} of {baseline}"
    else:
        backorders = f"made as many backorders as {baseline}, {made:,}"
    return f"{focus} would have {backorders}, {_money(row, base)}.", _details(row, base, summary)


def _money(row: Any, base: Any) -> str:
    if row.cost_saved == 0:
        return "for the same money in all"
    word = "less" if row.cost_saved > 0 else "more"
    if base.cost_total <= 0:
        return f"for {abs(row.cost_saved):,.0f} {word} money in all"
    percent = 100 * abs(row.cost_saved) / base.cost_total
    return f"for {percent:.0f} % {word} money in all" if percent >= 0.5 else "for about the same money in all"


def _details(row: Any, base: Any, summary: pd.DataFrame) -> str:
    said = [
        f"Cost in all: {row.cost_total:,.0f} instead of {base.cost_total:,.0f}; 90 % interval of the saving: "
        f"{row.cost_saved_low:,.0f} to {row.cost_saved_high:,.0f}, of the backorders avoided: "
        f"{row.backorders_avoided_low:,.0f} to {row.backorders_avoided_high:,.0f}."
    ]
    if row.cost_saved_low <= 0 <= row.cost_saved_high:
        said.append("The interval of the saving holds zero: this past cannot tell the two costs apart.")
    cheapest = min(_rows(_followable(summary)), key=lambda row: row.cost_total, default=row)
    if cheapest.cost_total < min(row.cost_total, base.cost_total):
        said.append(f"The cheapest was {cheapest.policy}, at {cheapest.cost_total:,.0f} in all.")
    return " ".join(said)


def _followable(summary: pd.DataFrame) -> pd.DataFrame:
    return summary[~summary["policy"].isin([*BOUNDS, "recorded"])]


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples(index=False))


def _row(summary: pd.DataFrame, policy: str) -> Any:
    return next(row for row in _rows(summary) if row.policy == policy)


def _by_period(periods: pd.DataFrame, last_day: str) -> Any:
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


def _left_out(summary: pd.DataFrame, shown: Sequence[str]) -> str:
    left_out = summary[~summary["policy"].isin(shown)]
    return " ".join(
        f"Not drawn, as it would dwarf the others: {row.policy}, which costs {row.cost_total:,.0f}."
        for row in _rows(left_out)
    )


def _policies(summary: pd.DataFrame, focus: str, baseline: str) -> str:
    header = (
        "Policy",
        "Order lines short",
        "Avoided",
        "Units short",
        "Fill rate",
        "On time in full",
        "Average stock value",
        "Purchase orders",
        "Cost in all",
        "Saved",
        "90 % interval",
    )
    ordered = summary.sort_values("cost_total", kind="stable")
    rows, classes = [], []
    for row in _rows(ordered):
        compared = row.policy != baseline
        rows.append(
            (
                row.policy,
                f"{row.backordered_lines + row.lost_lines:,}",
                f"{row.backorders_avoided:,}" if compared else "baseline",
                f"{row.backordered_units + row.lost_units:,.0f}",
                f"{row.fill_rate:.1%}",
                f"{row.otif:.1%}",
                f"{row.average_on_hand_value:,.0f}",
                f"{row.purchase_orders:,}",
                f"{row.cost_total:,.0f}",
                f"{row.cost_saved:,.0f}" if compared else "baseline",
                f"{row.cost_saved_low:,.0f} to {row.cost_saved_high:,.0f}" if compared else "",
            )
        )
        kinds = {focus: "focus", baseline: "baseline", **dict.fromkeys(BOUNDS, "bound")}
        classes.append(kinds.get(str(row.policy), ""))
    return html.table(header, rows, classes)


def _items(items: pd.DataFrame, focus: str, baseline: str) -> str:
    """The items on which the two policies differ most, either way."""
    if focus == baseline:
        return "<p>There is nothing to compare with.</p>"
    key = ["location", "sku"]
    short = items["backordered_lines"] + items["lost_lines"]
    wide = items.assign(short_lines=short)[
        [*key, "policy", "lines", "short_lines", "average_on_hand_value", "cost_total"]
    ]
    both = wide[wide["policy"] == baseline].merge(
        wide[wide["policy"] == focus], on=key, suffixes=("_base", "_focus")
    )
    both["saved"] = (both["cost_total_base"] - both["cost_total_focus"]).round(4)
    several = both["location"].nunique() > 1
    blocks = []
    for title, chosen, sign in (
        (f"Where {focus} saves most against {baseline}", both[both["saved"] > 0], -1),
        (f"Where it costs most more than {baseline}", both[both["saved"] < 0], 1),
    ):
        worst = chosen.assign(rank=sign * chosen["saved"]).sort_values(["rank", *key], kind="stable")
        header = (
            *(("Location",) if several else ()),
            "Item",
            "Order lines",
            "Lines short, before → after",
            "Stock value, before → after",
            "Cost, before → after",
            "Saved",
        )
        rows = [
            (
                *((row.location,) if several else ()),
                row.sku,
                f"{row.lines_base:,}",
                f"{row.short_lines_base:,} → {row.short_lines_focus:,}",
                f"{row.average_on_hand_value_base:,.0f} → {row.average_on_hand_value_focus:,.0f}",
                f"{row.cost_total_base:,.0f} → {row.cost_total_focus:,.0f}",
                f"{row.saved:,.0f}",
            )
            for row in _rows(worst.head(ITEMS_SHOWN))
        ]
        total = f"{len(chosen):,} items, {chosen['saved'].sum():,.0f} in all"
        body = html.table(header, rows, words=2 if several else 1) if rows else "<p>None.</p>"
        blocks.append(f"<h3>{escape(title)} <small>({escape(total)})</small></h3>\n{body}")
    return "\n".join(blocks)

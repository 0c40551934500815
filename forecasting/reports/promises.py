"""What ``promise`` says on a terminal, from its tables alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.reports.terminal import assumptions_text, notices_text
from forecasting.run import Result

SHOWN = 8
"""Lines that are shown with their message."""

WORST_FIRST = ("deadline_passed", "cannot_make_it", "at_risk", "unknown", "will_make_it")


def promise_text(result: Result, out: Path) -> str:
    """How many lines make it, the first of those that do not, and what was assumed."""
    promises, run = result.tables["promises"], result.run
    lines = [f"{len(promises):,} open order lines at the close of {run['as_of']}.", ""]
    lines += verdict_lines(promises)
    lines += ["", *worst_lines(promises)] if len(promises) else []
    lines += ["", *storefront_lines(result.tables["storefront"])]
    lines += ["", *assumptions_text(result.tables["assumptions"]), *notices_text(run, out)]
    lines += ["", f"Written to {out}: {', '.join(result.tables)}, run.json"]
    return "\n".join(lines)


def verdict_lines(promises: pd.DataFrame) -> list[str]:
    """One line a verdict: how many order lines and units."""
    if not len(promises):
        return ["No customer waits for anything."]
    lines = [f"  {'verdict':<18}{'lines':>8}{'units':>12}"]
    for verdict in reversed(WORST_FIRST):
        rows = promises[promises["verdict"] == verdict]
        lines.append(f"  {verdict:<18}{len(rows):>8,}{rows['quantity'].sum():>12,.10g}")
    return lines


def worst_lines(promises: pd.DataFrame) -> list[str]:
    """The lines that are worst off, each with its message."""
    rank = promises["verdict"].map({name: place for place, name in enumerate(WORST_FIRST)})
    first = promises.assign(rank=rank).sort_values(["rank", "number"]).head(SHOWN)
    lines = ["The worst off first:"]
    shown: Iterator[Any] = iter(first.itertuples(index=False))
    for row in shown:
        line = "" if pd.isna(row.line) else f"/{row.line}"
        lines.append(f"  {row.order}{line}, {row.sku}: {row.message}")
    return lines


def storefront_lines(storefront: pd.DataFrame) -> list[str]:
    """How many items can be had, and how."""
    count = storefront["status"].value_counts()
    said = [f"{count.get(name, 0):,} {name.replace('_', ' ')}" for name in STATUSES]
    return [f"In the shop, of {len(storefront):,} items: {', '.join(said)}."]


STATUSES = ("in_stock", "on_backorder", "pre_order", "out_of_stock")


def promise_json(result: Result) -> dict[str, Any]:
    """The run, and the tables ``promises`` and ``storefront``; what is not known is null."""
    return {**result.run, **{name: _rows(result.tables[name]) for name in ("promises", "storefront")}}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]

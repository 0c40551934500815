"""What a replay says first: against what really happened, and on equal terms.

Side by side, a policy that holds more stock runs short less, and one that costs less may run short more.
So a buyer reads first what would have been better than the company's own past, and then what one policy
leaves short with the stock, or for the cost, of another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from forecasting.policies.registry import RECORDED
from forecasting.reports.pages import Row, Table
from forecasting.reports.replay.headline import focus_of, row_of, rows_of
from forecasting.run import figure_text


def told_first(tables: Mapping[str, pd.DataFrame], baseline: str) -> list[str]:
    """The sentences, most telling first; none where there is nothing to compare with.

    ``tables``: as ``forecasting.replay.replay`` returns them.
    """
    summary = tables["summary"]
    focus = focus_of(summary, baseline)
    if focus == baseline:
        return []

    said = []
    if RECORDED in set(summary["policy"]) - {baseline}:
        said.append(_against_recorded(row_of(summary, focus), row_of(summary, RECORDED)))
        said.append(_at_equal(tables, focus, RECORDED, "stock"))
    said += [_at_equal(tables, focus, baseline, equal) for equal in ("stock", "cost", "service")]
    return [sentence for sentence in said if sentence]


def _against_recorded(row: Any, real: Any) -> str:
    """What a policy does better than the company did, as far as the data tells."""
    made, left = real.backordered_lines + real.lost_lines, row.backordered_lines + row.lost_lines
    if math.isnan(made):
        return ""
    said = [f"{row.policy} would have left {left:,.0f} order lines short instead of {_change(made, left)}"]
    held, holds = real.average_on_hand_value, row.average_on_hand_value
    if not math.isnan(held):
        said.append(f"with stock worth {holds:,.0f} instead of {_change(held, holds)}")
    if not math.isnan(real.cost_total):
        said.append(
            f"at a cost of {row.cost_total:,.0f} instead of {_change(real.cost_total, row.cost_total)}"
        )
    return f"Against what was recorded, {', '.join(said)}."


def _change(before: float, after: float) -> str:
    """The figure before, and by how many per cent the one after is smaller or larger."""
    if before <= 0 or round(100 * (after - before) / before) == 0:
        return f"{before:,.0f}"
    percent = round(100 * (after - before) / before)
    return f"{before:,.0f} ({abs(percent)} % {'less' if percent < 0 else 'more'})"


def _at_equal(tables: Mapping[str, pd.DataFrame], focus: str, against: str, equal: str) -> str:
    """What the focus comes to where one measure is as with another policy; empty where that is not known."""
    if "equal_terms" not in tables:
        return ""
    found = _equal_rows(tables, focus, against)
    other = row_of(tables["summary"], against)
    if equal not in found:
        return _out_of_reach(tables, focus, other, equal)

    row = found[equal]
    alike = {
        "stock": f"worth {row.average_on_hand_value:,.0f}",
        "cost": f"{row.cost_total:,.0f} in all",
        "service": f"{row.short_lines:,.0f} order lines short",
    }
    differing = {
        "service": ("{:,.0f} order lines short", *_short(row)),
        "stock": ("stock worth {:,.0f}", *_stock(row)),
        "cost": ("cost in all {:,.0f}", *_cost(row)),
    }
    said = [
        f"{words.format(after)} instead of {_change(before, after)}"
        for name, (words, before, after) in differing.items()
        if name != equal and not math.isnan(before)
    ]
    whose = "as recorded" if against == RECORDED else f"as with {against}"
    fewer = _fewer(row) if equal != "service" else ""
    return f"At equal {equal} ({alike[equal]}, {whose}) {focus} comes to {fewer}{'; '.join(said)}."


def _fewer(row: Any) -> str:
    """How many backorders fewer, or more; empty where that is not known."""
    if math.isnan(row.backorders_avoided):
        return ""
    word = "fewer" if row.backorders_avoided >= 0 else "more"
    return f"{abs(row.backorders_avoided):,.0f} {word} backorders: "


def _equal_rows(tables: Mapping[str, pd.DataFrame], focus: str, against: str) -> dict[str, Any]:
    table = tables["equal_terms"]
    both = table[(table["policy"] == focus) & (table["against"] == against)]
    return {str(row.equal): row for row in rows_of(both)}


def _short(row: Any) -> tuple[float, float]:
    return row.short_lines + row.backorders_avoided, row.short_lines


def _stock(row: Any) -> tuple[float, float]:
    return row.average_on_hand_value + row.stock_saved, row.average_on_hand_value


def _cost(row: Any) -> tuple[float, float]:
    return row.cost_total + row.cost_saved, row.cost_total


def _out_of_reach(tables: Mapping[str, pd.DataFrame], focus: str, other: Any, equal: str) -> str:
    """That no setting of the focus holds as much stock as another policy, or costs as much; else empty."""
    table = tables.get("frontier")
    swept = [] if table is None else rows_of(table[table["policy"] == focus])
    if len(swept) < 2:
        return ""
    held = [row.average_on_hand_value for row in swept]
    most = swept[held.index(max(held))]
    if equal == "stock" and not math.isnan(other.average_on_hand_value):
        return (
            f"At equal stock {focus} cannot be set beside {other.policy}, which holds stock worth "
            f"{other.average_on_hand_value:,.0f}: its settings hold {min(held):,.0f} to {max(held):,.0f}."
        )
    if equal == "cost" and most.cost_total < other.cost_total:
        made, left = other.backordered_lines + other.lost_lines, most.backordered_lines + most.lost_lines
        return (
            f"At equal cost {focus} cannot be set beside {other.policy}: at the most cautious of its "
            f"settings it costs {most.cost_total:,.0f} instead of "
            f"{_change(other.cost_total, most.cost_total)}, and leaves "
            f"{left:,.0f} order lines short instead of {_change(made, left)}."
        )
    return ""


def equal_terms(tables: Mapping[str, pd.DataFrame], focus: str) -> Table | None:
    """All that is known of the focus on equal terms, as a table; None where nothing is."""
    table = tables.get("equal_terms")
    mine = [] if table is None else rows_of(table[table["policy"] == focus])
    if not mine:
        return None
    header = (
        "Against",
        "Equal",
        "Lines short",
        "Instead of",
        "Stock value",
        "Instead of",
        "Cost in all",
        "Instead of",
    )
    return Table(header, [Row(_cells(row)) for row in mine], words=2)


def _cells(row: Any) -> tuple[str, ...]:
    figures = (
        figure
        for before, after in (_short(row), _stock(row), _cost(row))
        for figure in (figure_text(after), figure_text(before))
    )
    return (str(row.against), str(row.equal), *figures)

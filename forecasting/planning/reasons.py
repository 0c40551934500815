"""Why this number: a sentence that a buyer understands, whose numbers stand in the same row."""

from __future__ import annotations

from typing import Any

from forecasting.planning.facts import Facts


def number(value: float) -> str:
    """A quantity as exactly as it stands in its row: 1,200 or 8.75."""
    return f"{value:,.10g}"


def about(value: float) -> str:
    """A figure that is only expected, to what can be said of it: 1,200, 3.7 or 0.04."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 0.1 else f"{value:,.2f}"


def percent(share: float) -> str:
    """A probability in per cent, never rounded to a certainty that it is not."""
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{share * 100:.0f} %"


def reason(row: Any, facts: Facts) -> str:
    """The sentence for one row of the recommendations, and whether it runs short again and again, or is
    new.
    """
    return f"{_reason(row, facts)}{facts.source}{facts.closing}{facts.launch}{facts.again}"


def _reason(row: Any, facts: Facts) -> str:
    if facts.kit:
        return facts.kit
    if not facts.feasible:
        return (
            f"Nothing can be ordered: packs of {number(facts.pack_size)} do not fit between the minimum "
            "and the maximum order quantity; correct the product's terms."
        )
    if facts.comes_back:
        return "Nothing: it lies where goods come back to, for which nothing is ordered."
    if not facts.orderable:
        return f"Nothing: the item ends on {facts.ends_on}, before an order could arrive on {row.arrives_on}."
    if facts.unoffered and row.quantity == 0 and row.backlog == 0:
        return (
            "Nothing: it was never asked for, counted or bought, and no launch is announced. If it is for "
            "sale, give its stock, or the day from which it is: `available_from`."
        )
    if facts.known_from and row.quantity == 0:
        return f"Nothing: not known yet; its first order, count or purchase is of {facts.known_from}."
    together = f" {facts.together}" if facts.together else ""
    if row.quantity > 0:
        return f"{_order(row, facts)} {_without(row, facts)}{_why_so_many(facts)}{facts.moved}{together}"
    if together:
        return f"Nothing: {_there_is(row, facts)}; {_demand(row)}.{together}"
    return f"{_nothing(row, facts)}{facts.moved}"


def _order(row: Any, facts: Facts) -> str:
    packs = "" if facts.pack_size == 1 else f" ({number(row.packs)} packs)"
    level = f" towards a level of {number(row.order_up_to)}" if row.order_up_to > 0 else ""
    begin = facts.begins or "Order"
    return f"{begin} {number(row.quantity)}{packs}{level}: {_there_is(row, facts)}; {_demand(row)}."


def _there_is(row: Any, facts: Facts) -> str:
    there = f"{number(row.on_hand)} on hand"
    if facts.assumed:
        there += " (assumed, never counted)"
    if facts.contradicted:
        there = "stock that is not known, as its records contradict each other"
    if row.expiring > 0:
        there += f" (of which {number(row.expiring)} will expire unsold)"
    parts = [there]
    if row.on_order > 0:
        notes = [f"due {row.next_receipt}"] if isinstance(row.next_receipt, str) else []
        notes += [f"of which {number(row.on_order_late)} too late to help"] if row.on_order_late > 0 else []
        notes += ["some of it overdue"] if facts.overdue else []
        parts.append(f"{number(row.on_order)} on order" + (f" ({', '.join(notes)})" if notes else ""))
    if row.backlog > 0:
        parts.append(f"{number(row.backlog)} owed to customers")
    if row.ordered_ahead > 0:
        parts.append(f"{number(row.ordered_ahead)} ordered ahead")
    if row.unseen_demand > 0:
        parts.append(f"about {number(row.unseen_demand)} asked for since orders are known")
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _demand(row: Any) -> str:
    days = about(row.protection_days)
    return (
        f"about {about(row.demand_mean)} will be asked for in the {days} days until a later order "
        f"could arrive (at most {number(row.demand_q95)}, 95 % sure)"
    )


def _without(row: Any, facts: Facts) -> str:
    short = "lose" if facts.refused else "leave"
    effect = "of sales" if facts.refused else "on backorder"
    cost = row.expected_cost_if_ordered
    ordering = (
        f"ordering this costs {cost:,.2f}"
        if cost >= 0
        else f"the lower price of this order saves {-cost:,.2f} more than it costs"
    )
    guessed = " (by an assumed lead time: none is known)" if facts.guessed_lead_time else ""
    return (
        f"Goods arrive on {row.arrives_on}{guessed}; the risk of running out before is "
        f"{percent(row.stockout_probability)}. Ordering nothing would {short} about "
        f"{about(row.expected_short_units)} units {effect} and cost {row.expected_cost:,.2f}, "
        f"{ordering}."
    )


def _why_so_many(facts: Facts) -> str:
    """What is special about the quantity, where something is."""
    if facts.free_to_hold:
        return " Holding a unit costs nothing, so no quantity is too large: check the product's costs."
    if facts.rule == "newsvendor":
        return f" It is the last order before the item ends on {facts.ends_on}."
    if facts.price_rises:
        return " The price rises before the next review, so that it covers more than usual."
    if facts.rule == "s_S" and facts.lasts_long:
        return " An order line has its price, so that it covers several reviews."
    return ""


def _nothing(row: Any, facts: Facts) -> str:
    if row.demand_mean == 0 and row.backlog == 0:
        return "Nothing: no demand is expected, and nothing is owed to customers."
    if facts.free_to_hold and row.expected_cost == 0:
        return "Nothing: neither holding stock nor running short costs anything; check the product's costs."
    when = f"; look again by {row.order_by}" if isinstance(row.order_by, str) else ""
    if facts.contradicted:
        return (
            "Nothing, by the last count: but its records contradict each other, and its stock is not known. "
            f"Count it: {_demand(row)}{when}."
        )
    if row.inventory_position > 0 and row.stockout_probability_if_ordered < 0.5:
        return f"Nothing: {_there_is(row, facts)} is enough while {_demand(row)}{when}."
    return (
        f"Nothing: {_there_is(row, facts)}; {_demand(row)}, but even the smallest order would cost "
        f"more to hold than the shortage that it avoids{when}."
    )

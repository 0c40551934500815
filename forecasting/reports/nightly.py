"""What a night did: one page, and a short text for an e-mail or a chat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from forecasting.reports.pages import Row, Table, render

MOST_HELD = 200
"""Lines on the page; the pages for buyers have all of them."""


@dataclass(frozen=True)
class Facts:
    """What is reported.

    ``orders``: of tonight's target; ``held``: (supplier, location, SKU, value, why); ``drafts`` of others:
    (purchase order, supplier, location, SKU, quantity); ``beside``: (location, SKU, ours, theirs);
    ``advice``: what to do about the forecasts, with ``alarms``; empty: none is over yet; ``persistent``:
    (location, SKU, money, words); ``promised``: sentences on the customers who wait.
    """

    as_of: str
    job: str
    run: str
    stopped: str
    stopped_at: str
    needed: str
    added: int
    drafts: Sequence[tuple[Any, ...]]
    beside: Sequence[tuple[Any, ...]]
    approved_lines: int
    approved_value: Decimal
    orders: Sequence[Any]
    skipped: Sequence[Any]
    held: Sequence[tuple[str, str, str, Decimal, str]]
    advice: str
    alarms: Sequence[Any]
    persistent: Sequence[tuple[Any, ...]]
    promised: Sequence[str]


def facts_of(night: Any, stage: str, failed: Exception | None, needed: str | None) -> Facts:
    """From a night as it ended. ``failed``: what stopped it, in ``stage``."""
    verdict, sending = night.verdict, night.sending
    held = [] if verdict is None else verdict.held
    return Facts(
        as_of=night.as_of.isoformat(),
        job=night.journal.job,
        run=night.run,
        stopped=str(failed) if failed is not None else "",
        stopped_at=stage if failed is not None else "",
        needed=needed or "",
        added=night.added,
        drafts=night.drafts,
        beside=night.beside,
        approved_lines=0 if verdict is None else len(verdict.approved),
        approved_value=Decimal(0) if verdict is None else verdict.value,
        orders=[] if sending is None else sending.orders,
        skipped=[] if sending is None else sending.frozen.skipped,
        held=[
            (each.line.supplier, each.line.location, each.line.sku, each.line.value, each.why)
            for each in held
        ],
        advice="" if night.watched is None else night.watched["advice"],
        alarms=[] if night.watched is None else night.watched["alarms"],
        persistent=night.persistent,
        promised=promised_words(night.promised, night.told),
    )


def promised_words(run: Mapping[str, Any], told: int) -> Sequence[str]:
    """Who waits, how well words were kept, and whether tonight's promises are given.

    ``run``: what the promises say of themselves; empty: there are none. ``told``: notices to customers.
    """
    if not run:
        return []
    counts, steady, kept = run["counts"], run["stability"], run["kept"]
    if not counts["open_lines"]:
        said = ["No customer waits for anything."]
    else:
        verdicts = [f"{counts[name]:,} {words}" for name, words in WAITING.items() if counts[name]]
        said = [f"Customers wait for {counts['open_lines']:,} order lines: {', '.join(verdicts)}."]
    if steady is not None and steady["promised_again"]:
        said.append(
            f"Of {steady['promised_again']:,} promised before, {steady['earlier']:,} gain and "
            f"{steady['later']:,} lose; {steady['broken']:,} words are broken."
        )
    if kept is not None and kept["judged_p90"]:
        said.append(
            f"Of {kept['judged_p90']:,} promises whose day has come, {kept['kept_p90']:.0%} were kept."
        )
    given = f"These promises are given: {told:,} notices to customers."
    return [*said, given if run["applied"] else "These promises are tried out only."]


WAITING = {
    "deadline_passed": "past their deadline",
    "cannot_make_it": "cannot make it",
    "at_risk": "at risk",
    "unknown": "without a date",
    "will_make_it": "will make it",
}
"""A verdict in words, the most pressing first."""


def headline(facts: Facts) -> str:
    """The night in one sentence."""
    if facts.stopped:
        return f"Stopped at {facts.stopped_at}: {facts.stopped}"
    tonight = [each for each in facts.orders if _is_tonights(facts, each) and each.status == "delivered"]
    value = sum((each.value for each in tonight), Decimal(0))
    said = f"{len(tonight)} orders for {value:,.2f} are in the ordering system."
    if facts.needed:
        said += f" A person is needed: {facts.needed}."
    return said + (f" {len(facts.held)} lines wait for a buyer." if facts.held else "")


def _is_tonights(facts: Facts, order: Any) -> bool:
    """Also of a plan of the same night that was killed after it had ordered."""
    return bool(order.order.as_of.isoformat() == facts.as_of)


def _listed(facts: Facts) -> list[Any]:
    """The orders that a report names: the night's own, earlier ones that are not through, and those that
    somebody has changed or cancelled in the ordering system since.
    """
    told = ("waiting", "reserved", "parked", "left_alone")
    return [each for each in facts.orders if _is_tonights(facts, each) or each.status in told]


def text(facts: Facts) -> str:
    """The short text."""
    lines = [
        f"reorder, night of {facts.as_of} (job {facts.job}, plan {facts.run or '-'})",
        "",
        headline(facts),
        "",
    ]
    if not facts.stopped:
        lines.append(
            f"Approved within the limits: {facts.approved_lines} lines, {facts.approved_value:,.2f}."
        )
        if facts.added:
            lines.append(f"Counted as on order, sent and not imported yet: {facts.added} lines.")
        if facts.beside:
            lines.append(_beside_text(facts))
        if facts.drafts:
            lines.append(f"Counted as on order, drafts in the ordering system: {len(facts.drafts)} lines.")
        if facts.persistent:
            lines.append(f"On backorder again and again: {len(facts.persistent)} items, {_first(facts)}.")
        if facts.advice:
            lines.append(f"Forecasts of earlier nights: {facts.advice}.")
        lines += facts.promised
    for each in _listed(facts):
        why = f": {each.reason}" if each.reason else ""
        number = f" as {each.number}" if each.number else ""
        lines.append(f"  {each.status:<10} {each.supplier}, {each.value:,.2f}, {each.key}{number}{why}")
    lines += [f"  not ordered  {each.location} {each.sku}: {each.why}" for each in facts.skipped]
    for why, count in Counter(why for *_, why in facts.held).most_common():
        lines.append(f"  {count} lines wait for a buyer: {why}")
    return "\n".join(lines).rstrip() + "\n"


def _beside_text(facts: Facts) -> str:
    theirs = sum(1 for *_, theirs in facts.beside if theirs)
    alike = sum(1 for *_, ours, theirs in facts.beside if ours == theirs)
    return (
        f"The ordering system itself suggests {theirs} lines; of {len(facts.beside)} that it or the plan "
        f"suggests, {alike} are alike."
    )


def _first(facts: Facts) -> str:
    location, sku, money, _ = facts.persistent[0]
    return f"the dearest {location} {sku}, {money:,.2f}"


def page(facts: Facts) -> str:
    """The page."""
    orders = [
        Row(
            (
                each.status,
                each.supplier,
                each.key,
                each.number,
                each.reason,
                f"{each.lines}",
                f"{each.value:,.2f}",
            )
        )
        for each in _listed(facts)
    ]
    skipped = [Row((each.location, each.sku, each.why)) for each in facts.skipped]
    held = [
        Row((supplier, f"{location} {sku}", why, f"{value:,.2f}"))
        for supplier, location, sku, value, why in facts.held[:MOST_HELD]
    ]
    introduction = [
        f"Job {facts.job}, plan {facts.run or 'none'}.",
        f"Approved within the limits: {facts.approved_lines} lines, {facts.approved_value:,.2f}.",
        f"Counted as on order, as they were sent and are not imported yet: {facts.added} lines.",
        f"Counted as on order, drafts of others in the ordering system: {len(facts.drafts)} lines.",
    ]
    if facts.advice:
        introduction.append(f"Forecasts of earlier nights: {facts.advice}.")
    introduction += facts.promised
    drafts = [Row(tuple("" if cell is None else f"{cell}" for cell in each)) for each in facts.drafts]
    return render(
        "nightly.html",
        title=f"The night of {facts.as_of}",
        headline=headline(facts),
        introduction=introduction if not facts.stopped else introduction[:1],
        orders=Table(("status", "supplier", "key", "number there", "why", "lines", "value"), orders, words=5),
        skipped=Table(("location", "SKU", "why"), skipped, words=3),
        held=Table(("supplier", "item", "why", "value"), held, words=3),
        beside=Table(
            ("location", "SKU", "ours", "theirs"),
            [
                Row((location, sku, f"{ours:g}", f"{theirs:g}"))
                for location, sku, ours, theirs in facts.beside[:MOST_HELD]
            ],
            words=2,
        ),
        drafts=Table(("purchase order", "supplier", "location", "SKU", "units"), drafts[:MOST_HELD], words=4),
        persistent=Table(
            ("location", "SKU", "why, and what helps", "cost"),
            [
                Row((location, sku, words, f"{money:,.2f}"))
                for location, sku, money, words in facts.persistent[:MOST_HELD]
            ],
            words=3,
        ),
        alarms=Table(
            ("of", "items", "what"),
            [Row((each["kind"], each["group"], each["what"])) for each in facts.alarms],
            words=3,
        ),
        more_held=max(len(facts.held) - MOST_HELD, 0),
    )

"""The rules by which supply is given to lines, and which rule each line goes by.

========== ========================================================================================
win        in full and by its deadline, before all others
gain       never later, and never less, than was promised; earlier with what ``improve`` leaves
improve    what was promised, after the lines above; and the first to move to an earlier date
redistribute  in turn, with what is left: it may gain, and it may lose
fill       only with what all others leave
lose       gives up what it was promised: nothing is set aside for it
skip       is left as it was promised: not looked at, its supply not given to others
========== ========================================================================================

(The names are those of the field: backorder processing in SAP's advanced available-to-promise.)
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from forecasting.config import Config, PromiseRule
from forecasting.domain import BoolArray, IntArray, TextArray
from forecasting.errors import Notice, RequestError, known_names, nearest
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.records import Records
from forecasting.promises.lines import OpenLines


class Rule(IntEnum):
    """The rules, in the order in which they are served."""

    SKIP = 0
    WIN = 1
    GAIN = 2
    IMPROVE = 3
    REDISTRIBUTE = 4
    FILL = 5
    LOSE = 6


NAMES = tuple(rule.name.lower() for rule in Rule)
KEEPS = (Rule.SKIP, Rule.WIN, Rule.GAIN)
"""The rules that are a word given: where one is broken, it is named."""


def rule_named(name: str) -> Rule:
    """The rule of that name. Raises RequestError naming those that there are."""
    if name not in NAMES:
        raise RequestError(f"there is no rule {name!r} of promises: {known_names(name, NAMES)}")
    return Rule[name.upper()]


def rules_of(
    lines: OpenLines, records: Records, known: Catalogue, config: Config
) -> tuple[IntArray, BoolArray]:
    """The rule of each line, and whether it may be split.

    The first entry of the setting ``promise_rules`` that fits a line decides; where none does,
    ``promise_rule`` and ``promise_splits`` do. An entry that asks for a class fits no customer without one.

    Returns:
        int64, shape (m,), a ``Rule``; bool, shape (m,).

    Raises RequestError where a rule is not known.

    """
    rule = np.full(len(lines), int(rule_named(config.promise_rule)))
    split = np.full(len(lines), config.promise_splits == "allowed")
    for entry in reversed(config.promise_rules):
        fits = _fits(entry, lines, records, known)
        if entry.rule is not None:
            rule[fits] = int(rule_named(entry.rule))
        if entry.splits is not None:
            split[fits] = entry.splits == "allowed"
    return rule, split


def idle_rules(records: Records, known: Catalogue, config: Config) -> list[Notice]:
    """A notice of each name in the setting ``promise_rules`` that nothing in the dataset has."""
    named = {
        "customer_class": records.customer_class_names,
        "customer": records.customer_names,
        "location": known.items.location,
        "sku": known.items.sku,
        "category": known.category,
    }
    notices = []
    for column, names in named.items():
        have = sorted(set(map(str, names)) - {""})
        wanted = {getattr(entry, column) for entry in config.promise_rules} - {None, *have}
        for name in sorted(wanted):
            near = nearest(name, have)
            what = f"the dataset has no such {column.replace('_', ' ')}: the entry fits no line"
            todo = "Correct it, or take it out." if near is None else f"Did you mean {near!r}?"
            notices.append(Notice("promise_rules", None, column, name, what, todo))
    return notices


def _fits(entry: PromiseRule, lines: OpenLines, records: Records, known: Catalogue) -> BoolArray:
    """bool, shape (m,): the lines that an entry speaks of."""
    orders = records.orders
    fits = np.ones(len(lines), dtype=bool)
    named: Sequence[tuple[str | None, IntArray, TextArray]] = (
        (entry.customer_class, orders.customer_class[lines.row], records.customer_class_names),
        (entry.customer, orders.customer[lines.row], records.customer_names),
        (entry.location, lines.item, known.items.location),
        (entry.sku, lines.item, known.items.sku),
        (entry.category, lines.item, known.category),
    )
    for wanted, number, names in named:
        if wanted is not None:
            of_that_name = np.append(names.astype(str) == wanted, False)
            fits &= of_that_name[number]
    return fits

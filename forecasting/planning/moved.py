"""What a plan says of goods that are moved: which rows are transfers, from where, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray, IntArray, TextArray, day_text
from forecasting.inputs.dependent import transfer_costs, transfer_days
from forecasting.planning.advice import Advice
from forecasting.store.figures import exact_value, money, whole


def has_places(advice: Advice) -> bool:
    """Whether the dataset says anything of places."""
    return len(advice.observed.records.places) > 0


def kinds(advice: Advice) -> dict[str, TextArray]:
    """The columns ``kind`` and ``source`` of the recommendations; none where there are no places."""
    if not has_places(advice):
        return {}
    known, between = advice.catalogue, advice.between
    kind = np.where(between.transferred, "transfer", "purchase").astype(object)
    source = known.suppliers.name[known.supplier].astype(object)
    spare = np.flatnonzero(between.spare_from >= 0)
    source[spare] = known.items.location[between.spare_from[spare]]
    source[~between.transferred] = known.suppliers.name[known.supplier][~between.transferred]
    return {"kind": kind, "source": source}


def arrival_days(advice: Advice) -> IntArray:
    """int64, shape (n,): the day from which on what each row recommends can be sold there."""
    known, as_of = advice.catalogue, advice.situation.as_of
    if not has_places(advice):
        return known.arrives(as_of)
    places = advice.observed.records.places
    moved = advice.between.transferred & ~places.supplied
    days = transfer_days(places, advice.observed.config)
    return np.where(moved, as_of + 1 + days, known.arrives(as_of)).astype(np.int64)


def transfers(advice: Advice) -> dict[str, pd.DataFrame]:
    """The table ``transfers``: a row a move, the dearest goods first; none where there are no places."""
    if not has_places(advice):
        return {}
    moves, known, places = advice.between.moves, advice.catalogue, advice.observed.records.places
    line, unit = transfer_costs(places, advice.observed.config)
    item, as_of = moves.item, advice.situation.as_of
    arrives = as_of + 1 + transfer_days(places, advice.observed.config)[item].astype(np.int64)
    frame = pd.DataFrame(
        {
            "run": advice.run,
            "as_of": day_text(as_of),
            "source": known.items.location[moves.source],
            "location": known.items.location[item],
            "sku": known.items.sku[item],
            "quantity": whole(moves.quantity),
            "value": exact_value(moves.quantity, known.terms.unit_cost[item]),
            "arrives_on": np.array([day_text(int(day)) for day in arrives], dtype=object),
            "cost": money(line[item] + unit[item] * moves.quantity),
            "saved": money(moves.saved),
            "why": np.where(moves.spare, "spare", "supplied").astype(object),
        }
    )
    by = ["value", "source", "location", "sku"]
    ascending = [False, True, True, True]
    return {"transfers": frame.sort_values(by, ascending=ascending, kind="stable", ignore_index=True)}


def move_sentences(advice: Advice) -> tuple[TextArray, TextArray]:
    """Of each row, text, shape (n,): what it begins with instead of "Order", and what is said behind it."""
    n = len(advice.catalogue)
    begins, behind = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    if not has_places(advice):
        return begins, behind
    between, sku_at = advice.between, advice.catalogue.items.location
    wanted, places = advice.orders.wanted, advice.observed.records.places
    for item in np.flatnonzero(between.transferred):
        given = between.spare_from[item]
        source = places.source[item] if places.source[item] >= 0 else given
        begins[item] = f"Move from {sku_at[source]}"
    lacks = places.supplied & (between.quantity < wanted - 1e-9)
    for item in np.flatnonzero(lacks):
        source = sku_at[places.source[item]]
        behind[item] = f" {_units(wanted, item)} were wanted; {source} has no more to share."
    moves = between.moves
    for item, source, units, saved in zip(
        moves.item[moves.spare],
        moves.source[moves.spare],
        moves.quantity[moves.spare],
        moves.saved[moves.spare],
        strict=True,
    ):
        said = f" {sku_at[source]} has more than it needs: moved, {units:,.10g} of it save {saved:,.2f}."
        behind[item] += said
    return begins, behind


def _units(wanted: FloatArray, item: Any) -> str:
    return f"{wanted[item]:,.10g}"

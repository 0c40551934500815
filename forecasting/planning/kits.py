"""What a plan says of kits: nothing is bought of them, and why no more of each can be sold."""

from __future__ import annotations

import numpy as np

from forecasting.domain import TextArray
from forecasting.planning.advice import Advice

MOST_NAMED = 4
"""Components that a sentence names at most."""


def kit_sentences(advice: Advice) -> TextArray:
    """Text, shape (n,): of each kit what it is put together from, and how far that reaches; else empty."""
    kits, sku = advice.observed.records.kits, advice.catalogue.items.sku
    said = np.full(len(advice.catalogue), "", dtype=object)
    if len(kits) == 0:
        return said
    on_hand = advice.situation.stock.on_hand
    begins = np.searchsorted(kits.item, np.unique(kits.item))
    for begin, end in zip(begins, [*begins[1:], len(kits)], strict=True):
        kit, part, each = kits.item[begin], kits.component[begin:end], kits.quantity[begin:end]
        scarcest = sku[part[np.argmin(on_hand[part] / each)]]
        bill = [f"{units:,.10g} of {name}" for units, name in zip(each, sku[part], strict=True)]
        more = f" and {len(bill) - MOST_NAMED} more" if len(bill) > MOST_NAMED else ""
        said[kit] = (
            f"Nothing: it is a kit of {', '.join(bill[:MOST_NAMED])}{more}, put together when it is sold; "
            f"{on_hand[kit]:,.10g} can be, as far as {scarcest} reaches. Its components are ordered."
        )
    return said

"""Which earlier sale lines a cancellation takes back, where the source does not say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.domain import FloatArray, IntArray
from models.shared.compile import compiled, over_items


@dataclass(frozen=True)
class Lines:
    """Sale lines, or cancellations. All of shape (n,).

    Attributes:
        key: int64: lines that may be netted against each other share it (customer and SKU).
        at: int64: when, in any unit that grows with time.
        quantity: int64, units, > 0 for sales and for cancellations alike.
        price: float64: unit price.

    """

    key: IntArray
    at: IntArray
    quantity: IntArray
    price: FloatArray


@dataclass(frozen=True)
class Netted:
    """The parts of sale lines that were cancelled, ordered by (sale, time of the cancellation).

    ``sale`` and ``cancellation`` number the lines given; ``quantity`` is in units, > 0. All int64,
    shape (m,), m < sales + cancellations. A sale line is in as many parts as cancellations reached it.
    """

    sale: IntArray
    cancellation: IntArray
    quantity: IntArray


@compiled
def _net(
    start: int,
    stop: int,
    indptr: IntArray,
    sells: npt.NDArray[np.bool_],
    price: FloatArray,
    left: IntArray,
    part_sale: IntArray,
    part_cancellation: IntArray,
) -> None:
    """Walk back from each cancellation of the keys ``start:stop``; ``left`` ends as what is not netted.

    Every part empties a sale line or ends a cancellation, so a key has fewer parts than lines and may
    write them from its own first line on. The quantity of part p is left to the caller in
    ``part_sale[:, 1]``.
    """
    for group in range(start, stop):
        first = indptr[group]
        part = first
        for line in range(first, indptr[group + 1]):
            if sells[line]:
                continue
            for same_price in (True, False):
                earlier = line - 1
                while earlier >= first and left[line] > 0:
                    if sells[earlier] and left[earlier] > 0 and (price[earlier] == price[line]) >= same_price:
                        taken = min(left[earlier], left[line])
                        left[earlier] -= taken
                        left[line] -= taken
                        part_sale[part, 0] = earlier
                        part_sale[part, 1] = taken
                        part_cancellation[part] = line
                        part += 1
                    earlier -= 1


def net(sales: Lines, cancellations: Lines) -> Netted:
    """Take each cancellation, oldest first, from the most recent sale lines that it can refer to.

    Those are the lines of the same key, not later than the cancellation, of which something is left:
    first at the cancelled price, then at any; back over as many lines as the quantity needs. What no
    line is left for stays out of the answer.
    """
    key = np.concatenate([sales.key, cancellations.key])
    at = np.concatenate([sales.at, cancellations.at])
    sells = np.arange(len(key)) < len(sales.key)
    # Within one time a sale precedes its cancellation; lines otherwise keep the order they came in.
    by_key = np.lexsort((~sells, at, key))
    key = key[by_key]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.int64)
    indptr = np.append(starts, len(key)).astype(np.int64)
    price = np.concatenate([sales.price, cancellations.price])[by_key]
    left = np.concatenate([sales.quantity, cancellations.quantity])[by_key].astype(np.int64)
    part_sale = np.zeros((len(key), 2), np.int64)
    part_cancellation = np.zeros(len(key), np.int64)
    over_items(_net, len(starts), indptr, sells[by_key], price, left, part_sale, part_cancellation)

    used = np.flatnonzero(part_sale[:, 1])
    sale = by_key[part_sale[used, 0]]
    order = np.argsort(sale, kind="stable")
    return Netted(
        sale[order].astype(np.int64),
        (by_key[part_cancellation[used]] - len(sales.key))[order].astype(np.int64),
        part_sale[used, 1][order],
    )

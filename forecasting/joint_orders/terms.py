"""What may be ordered, on which terms, and the answer: the words of choosing quantities together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray

TOLERANCE = 1e-9
"""Every limit counts as kept when it is kept to within this share of itself: sums of floats round."""


class Bound(StrEnum):
    """What decided about a supplier's order, in plain words."""

    FREE = "nothing bound: each item's best quantity"
    NOTHING_WANTED = "nothing worth buying"
    NOT_WORTH = "not worth ordering"
    MINIMUM_TOO_HIGH = "minimum above what all options come to"
    MINIMUM = "minimum reached by adding"
    FREIGHT = "freight saved by adding"
    VOLUME = "volume limit"
    BUDGET = "budget"


@dataclass(frozen=True)
class Options:
    """The feasible options of every item, ragged: item i has the options ``indptr[i]:indptr[i + 1]``.

    An item's first option is to order nothing: value, money and volume 0.

    Attributes:
        indptr: int, (items + 1,).
        value: money saved against ordering nothing, (options,). Need not be concave, may be negative.
        money: purchase value, (options,), not negative. Price breaks may make it fall with quantity.
        volume: volume, (options,), not negative.
        supplier: int, (items,): the item's row in ``SupplierTerms``.

    Raises ValueError where a shape is wrong, a number is missing or out of its range.

    """

    indptr: IntArray
    value: FloatArray
    money: FloatArray
    volume: FloatArray
    supplier: IntArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "indptr", np.ascontiguousarray(self.indptr, dtype=np.int64))
        object.__setattr__(self, "supplier", np.ascontiguousarray(self.supplier, dtype=np.int64))
        items = len(self.indptr) - 1
        if items < 0 or self.indptr[0] != 0 or (np.diff(self.indptr) < 1).any():
            raise ValueError(
                "indptr must start at 0 and give every item at least the option to order nothing"
            )
        for name in ("value", "money", "volume"):
            _store(self, name, int(self.indptr[-1]))
            at = getattr(self, name)
            if not np.isfinite(at).all():
                raise ValueError(f"{name} holds NaN or infinity at option {int(np.argmin(np.isfinite(at)))}")
            if at[self.indptr[:-1]].any():
                raise ValueError(f"{name} of an item's first option, to order nothing, must be 0")
        for name in ("money", "volume"):
            if (getattr(self, name) < 0).any():
                raise ValueError(f"{name} must not be negative")
        if self.supplier.shape != (items,):
            raise ValueError(f"supplier must have one number for each of {items} items")

    @property
    def items(self) -> int:
        """How many items there are."""
        return len(self.indptr) - 1


@dataclass(frozen=True)
class JointOrders:
    """The quantities chosen together, what they come to, and how far from the best they can be.

    Attributes:
        option: int, (items,): the chosen option of each item, counted from 0 (nothing) within the item.
        ordered: bool, (suppliers,).
        money: (suppliers,): purchase value, without freight and order costs.
        volume: (suppliers,).
        freight: (suppliers,).
        bound_by: (suppliers,): what decided about each order.
        objective: value - freight - order costs.
        upper_bound: no feasible choice has a higher objective than this.
        budget_price: what one more unit of budget would save, about: the multiplier of the bound.

    """

    option: IntArray
    ordered: BoolArray
    money: FloatArray
    volume: FloatArray
    freight: FloatArray
    bound_by: tuple[Bound, ...]
    objective: float
    upper_bound: float
    budget_price: float

    @property
    def gap(self) -> float:
        """(upper bound - objective) / upper bound: no choice can be better by a larger share."""
        return max(0.0, self.upper_bound - self.objective) / max(self.upper_bound, 1e-12)


def _store(owner: object, name: str, length: int) -> None:
    array = np.ascontiguousarray(getattr(owner, name), dtype=np.float64)
    if array.shape != (length,):
        raise ValueError(f"{name} has shape {array.shape}, not ({length},)")
    object.__setattr__(owner, name, array)

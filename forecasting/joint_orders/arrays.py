"""The arrays that the kernels of this folder work on, in groups that go together."""

from __future__ import annotations

from typing import NamedTuple

from forecasting.domain import BoolArray, FloatArray, IntArray


class ItemOptions(NamedTuple):
    """The options of items: item i has ``indptr[i]:indptr[i + 1]`` of them, the first to order nothing.

    The items may be those of one supplier: ``indptr`` is then a part of that of all.
    """

    indptr: IntArray  # (items + 1,)
    value: FloatArray  # (options,): v, money saved against ordering nothing
    money: FloatArray  # (options,): c, purchase value
    volume: FloatArray  # (options,): w


class Limits(NamedTuple):
    """Of one supplier's order."""

    least: float  # money: the minimum that it must come to
    most: float  # volume that it may take


class Duals(NamedTuple):
    """Multipliers of a supplier's limits, and the shadow price of the budget that they belong to."""

    price: float  # p, of a unit of money
    minimum: float  # a, of a unit of money up to the minimum
    volume: float  # b, of a unit of volume


class Sums(NamedTuple):
    """What a choice of one option an item comes to."""

    score: float  # sum of value less priced money and volume
    value: float
    money: float
    volume: float


class Steps(NamedTuple):
    """Single items' steps to other options, in the order in which they are taken."""

    item: IntArray  # (steps,)
    option: IntArray  # (steps,)


class SupplierLimits(NamedTuple):
    """What every supplier's order has to keep to, and where its freight ends. (suppliers,) each."""

    least: FloatArray  # money
    most: FloatArray  # volume
    free_from: FloatArray  # money from which no freight is paid
    freight: FloatArray  # money


class Orders(NamedTuple):
    """Orders of all suppliers while items change: ``chosen``, ``spent`` and ``filled`` are written to."""

    owner: IntArray  # (items,): the supplier of each item
    chosen: IntArray  # (items,): options
    ordered: BoolArray  # (suppliers,): who is ordered from
    spent: FloatArray  # (suppliers,): money
    filled: FloatArray  # (suppliers,): volume

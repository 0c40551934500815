"""Columns of the same items, side by side: checked to be equally long, and taken for some items at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np

from forecasting.domain.arrays import IntArray


@runtime_checkable
class Takes(Protocol):
    """Rows of anything, of which some can be taken: distributions, say."""

    def __len__(self) -> int: ...

    def take(self, items: IntArray) -> Self:
        """The rows of the given items, in the given order."""


@dataclass(frozen=True)
class Columns:
    """Parallel columns: row i of each is that of item i. A base for frozen dataclasses.

    A field is a column where it is an array whose first axis are the items, or has rows that can be taken
    (``Takes``). ``SomeItems``, alone or in a tuple, are columns of some of the items. None is a column that
    there is not. Anything else (a number, a word) holds for all items alike.

    Raises ValueError where two columns differ in length.

    """

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in _columns(self)}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise ValueError(f"the columns of {type(self).__name__} differ in length: {told}")

    def __len__(self) -> int:
        """How many items."""
        return next(len(column) for _, column in _columns(self))

    def take(self, items: IntArray) -> Self:
        """The same of the given items, in the given order.

        ``items``: int64, shape (k,). They may repeat where there are no ``SomeItems`` among the columns.
        """
        index = np.full(len(self), -1, dtype=np.int64)
        index[items] = np.arange(len(items))
        taken = {name: _taken(getattr(self, name), items, index) for name in _names(type(self))}
        if type(self).__post_init__ is not Columns.__post_init__:
            return replace(self, **taken)
        # What is equally long stays so: nothing is left to check, which would take as long as the taking.
        some = object.__new__(type(self))
        some.__dict__.update(taken)
        return some


@dataclass(frozen=True)
class SomeItems(Columns):
    """Columns of some of the items only.

    Attributes:
        items: int64, shape (m,), ascending: the numbers of those items, one a row.

    """

    items: IntArray

    def renumbered(self, index: IntArray) -> Self:
        """The same where item i has the number ``index[i]``; those of a number below 0 are left out."""
        part = self.take(np.flatnonzero(index[self.items] >= 0))
        return replace(part, items=index[part.items])


def _columns(owner: Columns) -> Iterator[tuple[str, Any]]:
    """The fields of ``owner`` that have a row for each of its items, with their names."""
    for name in _names(type(owner)):
        value = getattr(owner, name)
        if _has_rows(type(value)):
            yield name, value


# Asked at every look at a cost, millions of times in a replay; dataclasses and protocols answer slowly.
_NAMES: dict[type, tuple[str, ...]] = {}
_HAS_ROWS: dict[type, bool] = {}


def _names(kind: type[Columns]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(each.name for each in fields(kind))
    return _NAMES[kind]


def _has_rows(kind: type) -> bool:
    if kind not in _HAS_ROWS:
        _HAS_ROWS[kind] = issubclass(kind, np.ndarray | Takes) and not issubclass(kind, SomeItems)
    return _HAS_ROWS[kind]


def _taken(value: Any, items: IntArray, index: IntArray) -> Any:
    if isinstance(value, np.ndarray):
        return value[items]
    if isinstance(value, SomeItems):
        return value.renumbered(index)
    if _has_rows(type(value)):
        return value.take(items)
    if isinstance(value, tuple):
        return tuple(_taken(each, items, index) for each in value)
    return value

"""What a partitioned dataset says of itself: ``manifest.json``, written last.

A partition's files are named with their size and their hash, so that half a file is never taken for a whole
one, and what all partitions share is said once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from forecasting.errors import RequestError
from forecasting.inputs.records import Whole

NAME = "manifest.json"
FORMAT = 1
SHARED = "shared"
SAMPLE = "sample"


@dataclass(frozen=True)
class StoredFile:
    """A file by its path below the folder of the manifest: its bytes, and their SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Part:
    """One partition: its name, its items and order lines, and its files."""

    name: str
    items: int
    order_lines: int
    files: tuple[StoredFile, ...]


@dataclass(frozen=True)
class Manifest:
    """A partitioned dataset.

    Attributes:
        fingerprint: of all that it holds; that of a part: ``fingerprint_of``.
        by: what ``size`` counts.
        size: about so many items are in a partition.
        partitions: how many there are, those that hold nothing among them.
        items, order_lines, rows: of the whole; ``rows`` by table.
        largest: items of the largest partition.
        whole: what the whole company's tables say.
        shared: files that every partition reads.
        sample: the items that models learn from; a partition by itself, whose items are in others too.
        parts: the partitions.

    """

    fingerprint: str
    by: str
    size: int
    partitions: int
    items: int
    order_lines: int
    rows: Mapping[str, int]
    largest: int
    whole: Whole
    shared: tuple[StoredFile, ...]
    sample: Part
    parts: tuple[Part, ...]

    def text(self) -> str:
        """As JSON."""
        held = asdict(self)
        held["whole"] = whole_as_json(self.whole)
        return json.dumps({"format": FORMAT, **held}, indent=1, ensure_ascii=False) + "\n"

    @staticmethod
    def of_text(text: str, where: str) -> Manifest:
        """The manifest that ``text`` holds. Raises RequestError where it is none that is known."""
        try:
            held = json.loads(text)
            if held.pop("format") != FORMAT:
                raise RequestError(f"{where}: was partitioned by another version; partition it again")
            return Manifest(
                **{
                    **held,
                    "whole": _whole_of_json(held["whole"]),
                    "shared": tuple(StoredFile(**each) for each in held["shared"]),
                    "sample": _part(held["sample"]),
                    "parts": tuple(_part(each) for each in held["parts"]),
                }
            )
        except (ValueError, KeyError, TypeError) as error:
            raise RequestError(
                f"{where}: is no manifest of partitions ({error}); partition it again"
            ) from None


def _part(held: dict[str, Any]) -> Part:
    return Part(**{**held, "files": tuple(StoredFile(**each) for each in held["files"])})


def whole_as_json(whole: Whole) -> dict[str, Any]:
    """The same for a program: the order of nothing hangs on chance."""
    held = dict(vars(whole))
    for name in ("days", "lines"):
        held[name] = [int(each) for each in held[name]]
    for name in ("places", "order_places"):
        held[name] = sorted(held[name])
    return held


def _whole_of_json(held: dict[str, Any]) -> Whole:
    return Whole(
        **{
            **held,
            "days": np.array(held["days"], dtype=np.int64),
            "lines": np.array(held["lines"], dtype=np.int64),
            "places": frozenset(held["places"]),
            "absent": tuple((str(table), str(what)) for table, what in held["absent"]),
            "order_places": frozenset(held["order_places"]),
        }
    )

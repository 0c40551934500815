"""Tryton's records as they are kept: fields that are reached through others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def dotted(row: Mapping[str, Any] | None, path: str) -> Any:
    """A field, also of what a field points to; None where there is none."""
    *relations, last = path.split(".")
    for relation in relations:
        row = (row or {}).get(f"{relation}.")
    return (row or {}).get(last)

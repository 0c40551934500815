"""Records that are searched by a domain, as Tryton and Odoo have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "in": lambda a, b: a in b,
    ">": lambda a, b: a is not None and a > b,
    ">=": lambda a, b: a is not None and a >= b,
    "like": lambda a, b: str(a).startswith(b.removesuffix("%")),
}


def dotted(row: Mapping[str, Any], path: str) -> Any:
    """A field, also of what a field points to: rows are nested as they are."""
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def holds(row: Mapping[str, Any], domain: list[Any]) -> bool:
    """Whether a record is in a domain."""
    if domain and domain[0] == "|":
        return any(holds(row, [part]) for part in domain[1:3]) and holds(row, domain[3:])
    if domain and domain[0] == "OR":
        return any(holds(row, [part] if isinstance(part[0], str) else part) for part in domain[1:])
    for part in domain:
        if isinstance(part[0], str) and part[0] != "OR":
            field, operator, value = part
            if not COMPARE[operator](dotted(row, field), value):
                return False
        elif not holds(row, part):
            return False
    return True

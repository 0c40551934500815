"""What was written back into a system that data comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """``written``: how many of what; ``unchanged``: how many said so already; ``unknown``: names that the
    system does not have.
    """

    written: Mapping[str, int]
    unchanged: int
    unknown: tuple[str, ...] = ()

"""Waiting for something that another process does, for so long and no longer."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 0.01
"""Seconds between two looks."""


def until(holds: Callable[[], object], seconds: float) -> bool:
    """Whether it came to hold within so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(EVERY)
    return True

"""Files that are sent: tried again where it fails, and in the end said."""

from __future__ import annotations

import time
from collections.abc import Callable

from forecasting.experimenting.tracking.client import first_line

PAUSES = (0.5, 2.0)
"""Seconds before it is tried again."""


class Uploads:
    """Sends files, and remembers which could not be sent."""

    def __init__(self, pauses: tuple[float, ...] = PAUSES) -> None:
        self._pauses = pauses
        self.failed: list[str] = []

    def send(self, what: str, upload: Callable[[], object]) -> bool:
        """Send one; whether that went well. An error is tried again, then remembered, and stops nothing."""
        for pause in (*self._pauses, None):
            try:
                upload()
            except Exception as error:  # any fault of a network, a disk or a server: the rest goes on
                if pause is None:
                    self.failed.append(f"{what} ({first_line(error)})")
                    return False
                time.sleep(pause)
            else:
                return True
        return False

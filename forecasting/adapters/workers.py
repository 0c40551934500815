"""Processes that work for another one."""

from __future__ import annotations

import os
import threading
from multiprocessing import parent_process
from multiprocessing.connection import wait as wait_for


def end_with_parent() -> None:
    """Have this process end when the one that started it does, even by SIGKILL: else it would linger."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait_for([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()

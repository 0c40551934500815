"""Processes that work for another one."""

from __future__ import annotations

import os
import threading
from multiprocessing import parent_process
from multiprocessing.connection import wait as wait_for

from models.shared.compile import THREADS


def begin(share: int) -> None:
    """Begin a process that works for another one: on ``share`` of the cores, and no longer than that one."""
    os.environ[THREADS] = str(share)
    end_with_parent()


def end_with_parent() -> None:
    """Have this process end when the one that started it does, even by SIGKILL: else it would linger."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait_for([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()

"""The pages in a process of their own, which can be killed: forked from one that has imported them already.

To import all that the pages need takes seconds, and many tests of them start a server.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
import time
from pathlib import Path

from forecasting.serving import DATABASE
from tests.support.paths import ROOT

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["uvicorn", "forecasting.web.app", __name__])


def serve(environment: dict[str, str], port: int, log: Path) -> None:
    """What the process does, in the environment of who started it."""
    import uvicorn

    os.environ.clear()
    os.environ.update(environment)
    said = log.open("ab")
    for stream in (sys.stdout, sys.stderr):
        os.dup2(said.fileno(), stream.fileno())
    uvicorn.run("forecasting.web.app:create_app", factory=True, port=port, log_level="warning")


class Server:
    """``reorder serve`` in a process of its own, that can be killed and started again."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.log = url, folder / "server.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        environment = {**os.environ, DATABASE: self.url, "PYTHONPATH": str(ROOT)}
        self.process = FORKED.Process(target=serve, args=(environment, self.port, self.log), daemon=True)
        self.process.start()
        for _ in range(600):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.is_alive(), self.log.read_text()
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """End it without a warning."""
        self.process.kill()
        self.process.join()

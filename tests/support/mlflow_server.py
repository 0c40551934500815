"""A real MLflow server on loopback, for tests; and one that can be made to fail."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SECONDS = 120


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def mlflow_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """Yields the URL of a server whose runs and files lie in ``folder``; its whole group ends with it."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    options = ["--backend-store-uri", f"sqlite:///{folder / 'server.db'}", "--host", "127.0.0.1"]
    options += ["--artifacts-destination", str(folder / "files"), "--port", str(port), "--workers", "1"]
    # Nothing it does needs more than loopback: jobs and telemetry would.
    quiet = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    command = [sys.executable, "-m", "mlflow", "server", *options]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **quiet}, stdout=log, stderr=log, start_new_session=True, cwd=folder
        )
        try:
            _until_it_answers(f"{url}/health", process, folder / "server.log")
            yield url
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the server did not answer: {log.read_text(encoding='utf-8')[-2000:]}")

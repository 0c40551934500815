"""What many tests need, made once."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter

import pytest

from forecasting.bootstrap import write_sample
from tests.support.postgresql import running_in

BUDGET_MINUTES = 15
"""What all tests but the slow ones may take on two cores."""

BEGAN = time.perf_counter()

# What one test worked out is not to be another's answer: some change the code behind it.
os.environ["REORDER_CACHE"] = "off"

# Dozens of interpreters start: the first one's bytecode is for all of them, whatever the environment says.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

LONGEST = (
    "tests/forecasting/experimenting/test_engines.py",
    "tests/end_to_end/test_extending.py",
    "tests/end_to_end/test_interrupted.py",
    "tests/end_to_end/test_nights.py",
    "tests/end_to_end/test_leakage.py",
    "tests/end_to_end/test_backorder_commands.py",
    "tests/end_to_end/test_mutations.py",
    "tests/forecasting/web/test_accessible.py",
    "tests/forecasting/web/test_fuzzed.py",
    "tests/forecasting/web/test_browser.py",
    "tests/forecasting/replay/test_replay.py",
    "tests/forecasting/replay/test_fit.py",
    "tests/forecasting/replay/test_extras.py",
    "tests/forecasting/scale/test_local_engine.py",
    "tests/forecasting/scale/test_ray_engine.py",
    "tests/models/test_selection.py",
    "tests/models/test_pooled.py",
)
"""Files that take longest. They are begun first: a long one begun last leaves the other cores idle."""


@pytest.hookimpl(tryfirst=True)  # before xdist's own, which reads the groups
def pytest_collection_modifyitems(items):
    """What shares a file shares a worker, so that what it shares is made once; a contract's subjects part.

    Workers take the groups in this order (``--no-loadscope-reorder``).
    """
    first = {file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.nodeid.split("::")[0], len(first)))
    for item in items:
        file = item.nodeid.split("::")[0]
        subject = ""
        if file.startswith("tests/contracts/") and hasattr(item, "callspec"):
            subject = str(item.callspec.params.get("name", item.callspec.params.get("model", "")))
        item.add_marker(pytest.mark.xdist_group(f"{file} {subject}"))


def pytest_terminal_summary(terminalreporter):
    """Where the time went, by room, beside the budget of the whole."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration"):
                room = report.nodeid.split("::")[0].rpartition("/")[0]
                seconds[room] += report.duration
    if sum(seconds.values()) < 60:
        return
    minutes = (time.perf_counter() - BEGAN) / 60
    terminalreporter.section(f"{minutes:.1f} minutes of a budget of {BUDGET_MINUTES}")
    for room, spent in seconds.most_common():
        terminalreporter.write_line(f"{spent:7.0f} s  {room}")


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """A small synthetic wholesaler: the folder of its dataset."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    write_sample(folder, 60, 500, 7, "parquet")
    return folder


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory):
    """A real PostgreSQL server, on a socket in a folder of the tests."""
    running = running_in(tmp_path_factory.mktemp("postgresql"))
    yield running
    running.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server):
    """Its URL. A server that went away meanwhile is started again, with what it held."""
    postgresql_server.ensure_postgres_running()
    return postgresql_server.get_uri()

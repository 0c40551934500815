"""What many tests need, made once."""

from __future__ import annotations

import os
import time
from collections import Counter

import pytest

from forecasting.bootstrap import write_sample
from tests.support.postgresql import running_in

BUDGET_MINUTES = 8
"""What all tests but the slow ones may take on two cores."""

BEGAN = time.perf_counter()

# What one test worked out is not to be another's answer: some change the code behind it.
os.environ["REORDER_CACHE"] = "off"


@pytest.hookimpl(tryfirst=True)  # before xdist's own, which reads the groups
def pytest_collection_modifyitems(items):
    """What shares a file shares a worker, so that what it shares is made once; a contract's subjects part."""
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

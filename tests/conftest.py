"""What many tests need, made once."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from contextlib import ExitStack

import pytest

from forecasting.bootstrap import compiled_ahead, write_sample
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
    "tests/forecasting/experimenting/tracking/test_track.py",
    "tests/end_to_end/test_tryton.py",
    "tests/end_to_end/test_vendure.py",
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


def pytest_configure(config):
    """Compile kernels in one process as the workers begin: else each of them does, a minute's work."""
    if not hasattr(config, "workerinput") and config.getoption("numprocesses", None):
        ahead = ExitStack()
        ahead.enter_context(compiled_ahead())
        config.add_cleanup(ahead.close)


def pytest_collection_modifyitems(items):
    """Long files first. Workers take files in this order (``--no-loadscope-reorder``)."""
    first = {file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(file_of(item.nodeid), len(first)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """One more than there are cores: a fifth of the time tests wait for browsers, servers and databases."""
    from models.shared.compile import threads

    return threads() + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """What shares a file shares a worker, so that what it shares is made once; a contract's subjects part.

    By the names of the tests: the marks by which xdist 3.8 groups them are lost on pytest 9.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByFile(config, log)


ROOMS_TOGETHER = ("tests/forecasting/experimenting/tracking",)
"""Rooms whose files share a worker too, for what they share takes long to make."""


def group_of(nodeid: str) -> str:
    """What a test shares a worker with."""
    for room in ROOMS_TOGETHER:
        if nodeid.startswith(f"{room}/"):
            return room
    subject = ""
    if nodeid.startswith("tests/contracts/"):
        subject = nodeid.partition("[")[2].rstrip("]").partition("-")[0]
    return f"{file_of(nodeid)} {subject}".strip()


def file_of(nodeid: str) -> str:
    """The file of a test, by its name."""
    return nodeid.split("::", maxsplit=1)[0]


def pytest_terminal_summary(terminalreporter):
    """Where the time went, by room, beside the budget of the whole."""
    seconds: Counter[str] = Counter()
    workers: dict[str, set[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration"):
                room = file_of(report.nodeid).rpartition("/")[0]
                seconds[room] += report.duration
                workers.setdefault(group_of(report.nodeid), set()).add(getattr(report, "worker_id", ""))
    if sum(seconds.values()) < 60:
        return
    minutes = (time.perf_counter() - BEGAN) / 60
    terminalreporter.section(f"{minutes:.1f} minutes of a budget of {BUDGET_MINUTES}")
    for room, spent in seconds.most_common():
        terminalreporter.write_line(f"{spent:7.0f} s  {room}")
    parted = sorted(group for group, ran_on in workers.items() if len(ran_on) > 1)
    if parted:
        terminalreporter.write_line(f"made twice, as their tests were parted: {', '.join(parted)}", red=True)


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

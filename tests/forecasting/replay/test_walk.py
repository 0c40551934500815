"""What comes of policies, whichever process fits and simulates them."""

from __future__ import annotations

import os

import pandas as pd
import pytest

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.inputs.read_records import read_records
from forecasting.replay import walk
from forecasting.replay.checkpoints import NoCheckpoints
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest

CONFIG = load(None, ["model=moving_average"])
# A rule is fitted on the hundred days before: the sample begins in February.
REQUEST = ReplayRequest(
    day_number("2025-06-23"),
    day_number("2025-07-20"),
    ["no_orders", "days_of_cover", "cost_optimal"],
    "no_orders",
)


@pytest.fixture(scope="module")
def data(sample):
    return read_records(str(sample))


@pytest.fixture(scope="module")
def alone(data):
    # A short replay begins no other process.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(walk, "ProcessPoolExecutor", None)
        return replay(data, CONFIG, REQUEST)


@pytest.fixture
def as_if_long(monkeypatch):
    monkeypatch.setattr(walk, "LONG", 0)
    monkeypatch.setattr(walk, "threads", lambda: 2)


class Kept(NoCheckpoints):
    """Remembers what was kept, in this process."""

    def __init__(self):
        self.names = []

    def write(self, name, checkpoint):
        self.names.append(name)


def same(one, other):
    assert list(one.tables) == list(other.tables)
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name], check_exact=True)
    assert {**one.run, "timings": None} == {**other.run, "timings": None}


def test_two_processes_find_what_one_does(data, alone, as_if_long):
    here = Kept()
    same(alone, replay(data, CONFIG, REQUEST, open_checkpoints=lambda identity: here))
    # Rules were fitted elsewhere: what was kept here is of the policies that have nothing to fit.
    assert here.names
    assert all(name.startswith("here-review-") for name in here.names)


def test_a_process_that_is_killed_costs_its_work_alone(data, alone, as_if_long, monkeypatch):
    # It ends as it begins.
    monkeypatch.setattr(walk, "begin", os._exit)
    here = Kept()
    same(alone, replay(data, CONFIG, REQUEST, open_checkpoints=lambda identity: here))
    assert any(name.startswith("beside-") for name in here.names)

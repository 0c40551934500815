"""A small experiment that was run once, for all tests of the room."""

from __future__ import annotations

import pytest

from forecasting.bootstrap import run_experiment
from tests.support.experiments import write_experiment


@pytest.fixture(scope="package")
def small(tmp_path_factory):
    """A small experiment that was run: its file, its store, and what came of it."""
    place = tmp_path_factory.mktemp("small")
    file, store = write_experiment(place / "small"), place / "runs"
    return file, store, run_experiment(str(file), store=store, tracking="none", workers=1)

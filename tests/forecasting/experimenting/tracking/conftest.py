"""A real MLflow server, and an experiment tracked on it, for all tests of the room."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from forecasting.bootstrap import run_experiment
from tests.support.experiments import SMALL, write_experiment
from tests.support.mlflow_server import mlflow_server

CONTENDERS = {**SMALL["contenders"], "wary, at any price": {"excess_holding_share": 1}}


@dataclass(frozen=True)
class Tracked:
    """An experiment that was run and tracked on a real server."""

    url: str
    file: Path
    store: Path
    run: dict[str, Any]
    trouble: tuple[str, ...]


@pytest.fixture(scope="package")
def server(tmp_path_factory):
    """A real MLflow server on loopback: its URL."""
    with mlflow_server(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(scope="package")
def tracked(server, tmp_path_factory):
    """A small experiment, tracked there."""
    place = tmp_path_factory.mktemp("tracked")
    file = write_experiment(place / "ordering", contenders=CONTENDERS, model_name="shop")
    ran = run_experiment(str(file), store=place / "runs", tracking=server, workers=1)
    return Tracked(server, file, place / "runs", ran.run, ran.trouble)


@pytest.fixture
def client(server):
    """MLflow's own client, as anybody has it."""
    from forecasting.experimenting.tracking.client import connected

    with connected(server) as found:
        yield found

"""Takes the picture of ``docs/experiments.md``: an experiment in MLflow. Run it by ``make pictures``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from forecasting.bootstrap import run_experiment
from forecasting.experimenting.tracking.client import connected
from tests.support.mlflow_pages import mlflow_page, open_comparison
from tests.support.mlflow_server import mlflow_server

FILE = Path(__file__).parent / "pictures" / "mlflow_compared.png"
EXPERIMENT = "charge_for_excess"


def main() -> None:
    """Run an experiment (some minutes), track it on a server of its own, and look at it."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        with mlflow_server(store) as url:
            run = run_experiment(EXPERIMENT, store=store / "runs", tracking=url).run
            with connected(url) as client:
                experiment = client.get_experiment_by_name(run["experiment"]).experiment_id
                found = client.search_runs([experiment])
            runs = [each.info.run_id for each in found if "mlflow.parentRunId" in each.data.tags]
            with mlflow_page((1280, 1250)) as page:
                open_comparison(page, url, experiment, runs, "cost_total")
                page.wait_for_timeout(2000)
                page.screenshot(path=FILE)


if __name__ == "__main__":
    main()

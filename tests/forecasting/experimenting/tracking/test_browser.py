"""What a data scientist sees in MLflow: the comparison page, in a real Chromium."""

from __future__ import annotations

import pytest

from tests.support.browser import CHROMIUM_MISSING, chromium

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason=CHROMIUM_MISSING),
]


def test_the_comparison_page_shows_the_contenders_their_settings_and_their_money(tracked, client):
    # The page shows what differs: their forecasts are the same.
    from tests.support.mlflow_pages import mlflow_page, open_comparison

    experiment = client.get_experiment_by_name("ordering").experiment_id
    found = [run for run in client.search_runs([experiment]) if "mlflow.parentRunId" in run.data.tags]
    with mlflow_page() as page:
        open_comparison(page, tracked.url, experiment, [run.info.run_id for run in found], "cost_total")
        wanted = [run.info.run_name for run in found]
        wanted += ["excess_holding_share", "no_orders", "line_fill_rate", "cost_holding"]
        for word in wanted:
            page.get_by_text(word).first.wait_for(state="attached")
        assert len(found) == 3

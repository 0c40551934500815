"""What a night says of itself: to its operators, to those who watch it, and to buyers."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
import yaml

from forecasting.bootstrap.night_stages import STAGES
from forecasting.bootstrap.watching import keep_forecasts
from forecasting.config import load
from forecasting.domain import day_number
from tests.support.command import reorder
from tests.support.company import SKUS, TONIGHT
from tests.support.night import night, nightly_job, read_tables, sent


@pytest.fixture
def job(tmp_path):
    return nightly_job(tmp_path)


def test_the_command_reports_and_leaves_what_watchers_read(job):
    file, url, folder = job
    arguments = ("run", "--db", url, "--config", file, "--as-of", TONIGHT)
    ended = reorder(*arguments)
    assert ended.code == 0, ended.err
    assert "2 orders for" in ended.out and "are in the ordering system" in ended.out
    logged = [json.loads(text) for text in (folder / "nights/log.jsonl").read_text().splitlines()]
    assert [each["stage"] for each in logged if each["event"] == "ends"] == [*STAGES, "report"]
    assert len({each["job"] for each in logged}) == 1
    assert json.loads((folder / "nights/heartbeat.json").read_text())["success"] is True
    metrics = (folder / "nights/metrics.prom").read_text()
    assert "reorder_run_success 1.0" in metrics and 'reorder_orders{status="delivered"} 2' in metrics
    page = (folder / "nights" / str(TONIGHT) / "report.html").read_text()
    assert "Bolt &amp; Sons" in page and "delivered" in page

    # Run once more, it orders nothing, and still reports what the night has ordered.
    again = reorder(*arguments)
    assert again.code == 0, again.err
    assert again.out.splitlines()[1:] == ended.out.splitlines()[1:]
    assert len(sent(job)) == 2


def test_the_report_says_what_runs_short_again_and_again_and_whether_forecasts_held(job):
    file, _, folder = job
    data = read_tables(folder / "data")
    ordered = pd.to_datetime(data["orders"]["ordered_at"])
    # One day of every month, of one item, that ships after twelve days.
    late = (data["orders"]["sku"] == SKUS[0]) & (ordered.dt.day == 10)
    shipped = ordered.where(~late, ordered + pd.Timedelta(days=12))
    data["orders"]["shipped_at"] = shipped.dt.strftime("%Y-%m-%d")
    data["orders"].to_csv(folder / "data" / "orders.csv", index=False)
    settings = {**yaml.safe_load(file.read_text()), "run_forecast_days": 7, "persistent_times": 3}
    file.write_text(yaml.safe_dump(settings))
    keep_forecasts(
        str(folder / "data"), load(file), day_number(TONIGHT - timedelta(days=14)), night_folder(job, 14)
    )

    done = night(job)
    text, page = ((done.day / f"report.{kind}").read_text() for kind in ("txt", "html"))
    assert "On backorder again and again: 1 items, the dearest main A-1" in text
    assert "On backorder again and again" in page and "A-1" in page
    assert done.watched["nights"] == [str(TONIGHT - timedelta(days=14))]
    assert f"Forecasts of earlier nights: {done.watched['advice']}." in text


def night_folder(job, back: int) -> Path:
    """Of the night so many days before."""
    return job[2] / "nights" / str(TONIGHT - timedelta(days=back))

"""The nightly job of a small company, in a folder of its own."""

from __future__ import annotations

from datetime import date

import pandas as pd
import yaml

from forecasting.bootstrap.nightly import run
from forecasting.config import load
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store
from tests.support.company import TONIGHT, company


def nightly_job(tmp_path):
    """The settings of the job, its database, and the folder that orders go to."""
    company(tmp_path / "data")
    settings = {
        "model": "moving_average",
        "lead_time_days": 7,
        "review_days": 7,
        "run_dataset": str(tmp_path / "data"),
        "run_folder": str(tmp_path / "nights"),
        "run_target": f"files:{tmp_path / 'orders'}",
        "approve_line_value": 1_000,
        "approve_week_share": 10,
    }
    file = tmp_path / "nightly.yaml"
    file.write_text(yaml.safe_dump(settings))
    return file, f"sqlite:///{tmp_path / 'r.db'}", tmp_path


def night(job, on: date = TONIGHT, watch=lambda stage, event: None):
    file, url, _ = job
    return run(load(file), url, on, watch)


def read_tables(folder):
    """The tables of the company's folder."""
    return {path.stem: pd.read_csv(path) for path in folder.glob("*.csv")}


def sent(job) -> dict[str, object]:
    """The orders of the outbox by their files' names, which are those in the folder."""
    store = Store(job[1])
    with store.reading() as transaction:
        orders = outbox.orders(transaction)
    store.close()
    assert {each.status for each in orders} <= {"delivered"}
    there = sorted(path.name for path in (job[2] / "orders").glob("*.csv"))
    assert sorted(each.number for each in orders) == there
    return {each.number: each for each in orders}

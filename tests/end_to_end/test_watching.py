"""The nightly job keeps what it forecast, and what a challenger would; both are held to what came."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from forecasting.bootstrap.watching import keep_forecasts, monitor
from forecasting.config import load
from forecasting.domain import day_number
from tests.support.command import AS_OF, QUICK, reorder

NIGHTS = ("2026-03-01", "2026-03-29", "2026-04-26", "2026-05-24")
"""The windows of the first three and of the last are over by the end of the sample."""


def day(text):
    return day_number(pd.Timestamp(text).date())


@pytest.fixture(scope="module")
def nights(sample, tmp_path_factory):
    """Four nights as the job keeps them, with a challenger that knows no demand but the last four weeks'."""
    folder = tmp_path_factory.mktemp("nights")
    challenger = folder / "challenger.yaml"
    challenger.write_text("model: moving_average\n", encoding="utf-8")
    config = load(None, [QUICK[1], f"run_challenger={challenger}"])
    for night in NIGHTS:
        assert keep_forecasts(str(sample), config, day(night), folder / night) == []
    return folder


def test_both_forecasts_of_a_night_are_kept(nights):
    kept = pd.read_parquet(nights / NIGHTS[0] / "kept_forecasts.parquet")
    assert kept.groupby("who")["model"].unique().map(list).to_dict() == {
        "challenger": ["moving_average"],
        "champion": ["negative_binomial"],
    }
    assert (kept["horizon_days"] == 28).all() and (kept["as_of"] == NIGHTS[0]).all()


def test_the_monitor_counts_what_came(sample, nights):
    ended = reorder("experiment", "monitor", sample, "--nights", nights, "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told["nights"] == list(NIGHTS)
    overall = {each["who"]: each for each in told["figures"] if each["class"] == "all"}
    assert overall["champion"]["nights"] == 4
    assert overall["champion"]["forecasts"] == overall["challenger"]["forecasts"] > 50
    below, within = overall["champion"]["coverage"]["q0.9"]
    assert 0.8 < below <= within < 1.0
    assert told["advice"].split(":")[0] in {"keep", "look", "refit", "roll back"}


def test_in_words_it_begins_with_what_is_to_be_done(sample, nights):
    ended = reorder("experiment", "monitor", sample, "--nights", nights)
    assert ended.code == 0 and ended.out.split(":")[0] in {"keep", "look", "refit", "roll back"}
    assert "champion all" in ended.out and "challenger all" in ended.out


def test_a_challenger_that_cannot_forecast_is_said_and_the_champion_is_kept(sample, tmp_path):
    config = load(None, [QUICK[1], f"run_challenger={tmp_path / 'nowhere.yaml'}"])
    (why,) = keep_forecasts(str(sample), config, day(NIGHTS[0]), tmp_path)
    assert why.startswith("challenger:") and "there is no such file" in why
    assert set(pd.read_parquet(tmp_path / "kept_forecasts.parquet")["who"]) == {"champion"}


def test_without_nights_there_is_nothing_to_monitor(sample, tmp_path):
    ended = reorder("experiment", "monitor", sample, "--nights", tmp_path)
    assert ended.code == 1 and "no night kept a forecast" in ended.err


def test_it_looks_at_the_last_nights_alone_where_that_is_asked(sample, nights):
    told = monitor(str(sample), load(None, [QUICK[1]]), nights, nights=2)
    assert told["nights"] == list(NIGHTS[2:])


def test_what_buyers_decided_is_told_with_what_was_forecast(sample, nights, tmp_path):
    database = f"sqlite:///{tmp_path / 'pages.db'}"
    assert monitor(str(sample), load(None, [QUICK[1]]), nights, database)["decided"] is None
    ended = reorder("plan", sample, "--as-of", AS_OF, "--db", database, *QUICK)
    assert ended.code == 0, ended.err
    ended = reorder("experiment", "monitor", sample, "--nights", nights, "--db", database)
    assert ended.code == 0, ended.err
    assert "buyers' quantities: 0, of which 0 did better than the suggestion" in ended.out

"""The benchmarks of promises score what they say, and run on what the project makes itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.benchmarks.promise_speed import timed
from experiments.benchmarks.promises import SampleTruth, scored, summary, walk
from forecasting.bootstrap import write_sample
from forecasting.config import load
from forecasting.inputs.read_records import read_records


def test_days_that_are_certain_are_split_by_their_probability():
    n = 4_000
    table = pd.DataFrame(
        {"as_of": 0, "draw": 0, "supplier": 0, "source": 0, "p50": 3, "p90": 3, "came": np.full(n, 3)}
    )
    shares = scored(table.assign(below=0.0, upto=1.0))
    assert (shares["before P90"], shares["by P50"], shares["by P90"]) == (0.0, 1.0, 1.0)
    assert shares["at .5"] == pytest.approx(0.5, abs=0.03) and shares["at .9"] == pytest.approx(0.9, abs=0.03)
    # Three of four that come later than was ever believed are not within .9, whatever the fourth is.
    late = table.assign(below=np.where(np.arange(n) % 4, 1.0, 0.0), upto=1.0)
    assert scored(late)["at .9"] == pytest.approx(0.225, abs=0.03)


def test_each_delivery_counts_once_where_that_is_asked_for():
    came = [5, 5, 5, 1]
    table = pd.DataFrame(
        {"as_of": 0, "draw": 0, "supplier": [0, 0, 0, 1], "source": 1, "p50": 2, "p90": 2, "came": came}
    )
    table = table.assign(below=0.0, upto=0.0)
    assert scored(table)["by P90"] == 0.25
    assert scored(table, deliveries=True)["by P90"] == 0.5
    assert summary(table.assign(came=-1)).empty


def test_the_weeks_of_a_synthetic_wholesaler_are_promised_and_judged(tmp_path):
    sample = write_sample(tmp_path, 40, 400, 3, "parquet")
    records = read_records(str(tmp_path))
    config = load(None, ["model=negative_binomial"])
    truth = SampleTruth(records, sample.truth["suppliers"], 3)
    table = walk(records, [truth], config, records.last_day - 70 - 7 * np.arange(4))
    judged = table[table["came"] >= 0]
    assert len(judged) and (judged["p90"] >= judged["p50"]).all()
    assert ((judged["below"] <= judged["upto"]) & (judged["upto"] <= 1)).all()
    assert 0.6 < scored(judged)["at .9"] <= 1.0


def test_the_benchmark_of_speed_runs():
    first, second = timed(300, 60, runs=1)
    assert first["all"] > 0 and set(second) >= {"all", "prepare", "allocate", "explain"}

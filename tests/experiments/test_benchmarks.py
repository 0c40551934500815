"""The forecast benchmark runs on what the project makes itself, and its scores are what they say."""

import json
import subprocess
import sys

import numpy as np

from experiments.benchmarks import forecast_panels, forecast_scores
from models.shared.history import History
from tests.support.paths import ROOT


def panel(items: int = 400, days: int = 280):
    generator = np.random.default_rng(0)
    rate = generator.lognormal(0.0, 1.0, items)
    wide = generator.poisson(rate[:, None], (items, days)).astype(float)
    wide[0, :250] = np.nan  # too young to be judged
    since = ~np.isnan(wide)
    indptr = np.concatenate([[0], np.cumsum(since.sum(axis=1))]).astype(np.int64)
    history = History(wide[since], indptr, 365)
    return wide, rate, forecast_panels.Panel("synthetic", history, 28, (28, 56), 7)


def test_origin_sees_the_past_and_is_judged_on_what_follows() -> None:
    wide, _, made = panel()
    at = forecast_panels.origin(made, 56)
    assert 0 not in at.item
    np.testing.assert_array_equal(at.actual, wide[at.item, 224:252].sum(axis=1))
    np.testing.assert_array_equal(at.past.data, wide[at.item, :224].ravel())
    np.testing.assert_allclose(at.scale, wide[at.item, :224].mean(axis=1) * 28)


def test_true_quantiles_pass_and_low_ones_do_not() -> None:
    from scipy import stats

    _, rate, made = panel()
    origins = [forecast_panels.origin(made, back) for back in made.backs]
    true, low = [], []
    for at in origins:
        mean = 28 * rate[at.item]
        values = np.stack([stats.poisson.ppf(q, mean) for q in forecast_scores.LEVELS], axis=1)
        true.append(forecast_scores.Answer(values, mean))
        low.append(forecast_scores.Answer(0.9 * values, 0.9 * mean))
    best, worse = forecast_scores.score(origins, true), forecast_scores.score(origins, low)
    assert best["passed"]
    assert not worse["passed"]
    assert best["loss"] < worse["loss"]
    assert best["rmsse"] < min(worse["rmsse"], 1.0)
    some = [np.arange(len(at.item)) < 50 for at in origins]
    assert forecast_scores.score(origins, true, some)["windows"] == 100
    assert all(row["items"] >= 300 for row in forecast_scores.by_class(origins, true).values())


def test_runs_on_what_the_project_makes(tmp_path) -> None:
    out = tmp_path / "figures.json"
    command = [sys.executable, "-m", "experiments.benchmarks.forecast", "--no-peers"]
    command += ["--items", "40", "--days", "400"]
    command += ["--models", "ses,tsb", "--origins", "2", "--json", out]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(out.read_text(encoding="utf-8"))["ours"]
    assert set(told) == {"ses", "tsb"}
    assert all(0 < row["loss"] < 2 for row in told.values())
    assert "ses" in done.stdout

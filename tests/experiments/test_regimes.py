"""The regime board measures what it says, on small panels whose demand distribution is known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.regimes import cells, run, windows
from experiments.regimes.board import page
from experiments.regimes.cells import CELLS, Cell
from experiments.regimes.contestants import LEVELS, PERFECT, RULES, TRUE
from experiments.regimes.fitting import Rules, rehearsals_of
from experiments.regimes.market import first_day, observer_of
from experiments.regimes.panels import PANELS
from experiments.regimes.panels.base import Panel, since_first_sale
from experiments.regimes.panels.known import CompoundPoissonTruth, NegativeBinomialTruth
from experiments.regimes.remembered import remembered_trainings
from experiments.regimes.side_by_side import tiled_history, tiled_panel
from experiments.regimes.summary import costs_by_contestant, ratio_interval, summarise
from experiments.regimes.walk import Trainings, walk
from forecasting.inputs.assumptions import Assumptions
from forecasting.policies.registry import policy
from forecasting.replay.fit import rehearse
from forecasting.replay.scenario import scenario
from models.registry import DEFAULT_MODEL, MODELS, model

SMALL = Cell("small", "made", False, 0.8, 7, 7, windows=3, window_days=28, stride_days=28)


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Twelve items over 46 weeks, negative binomial."""
    random = np.random.default_rng(2)
    mean = np.tile(np.exp(random.uniform(0.0, 3.0, 12))[:, None], (1, 46))
    counts = random.negative_binomial(mean / 2.0, 1.0 / 3.0).astype(float)
    return Panel(
        name="made",
        counts=since_first_sale(counts),
        category=np.array(["a", "b"] * 6, dtype=object),
        price=np.linspace(1.0, 3.0, 12),
        start=np.datetime64("2023-01-02"),
        truth=NegativeBinomialTruth(mean, 3.0 * mean),
    )


@pytest.fixture(scope="module")
def walked(panel):
    return walk(SMALL, panel, Trainings(364, {}))


def test_perfect_foresight_costs_least_and_the_true_distribution_less_than_any_rule(walked):
    total = {name: cost.sum() for name, cost in costs_by_contestant(walked).items()}
    assert min(total, key=total.get) == PERFECT
    assert total[TRUE] < min(total[name] for name in RULES)
    assert len(total) == len(RULES) + 2 + 3 + len(LEVELS) + 4 + 1


def test_every_contestant_meets_the_same_demand_in_a_window(walked):
    for number in range(SMALL.windows):
        assert len({each.units for each in walked if each.window == number}) == 1


def test_a_contestant_beside_itself_has_a_quotient_of_exactly_one(walked):
    cost = costs_by_contestant(walked)[RULES[0]]
    assert ratio_interval(cost, cost) == (1.0, 1.0, 1.0)
    ratio, low, high = ratio_interval(1.5 * cost + np.arange(12), cost)
    assert low < ratio < high


def test_the_record_names_the_cheapest_rule_and_the_page_shows_it(walked):
    record = {"cell": vars(SMALL), "words": SMALL.words, **summarise(walked)}
    total = {name: cost.sum() for name, cost in costs_by_contestant(walked).items()}
    assert record["best_rule_cost"] == pytest.approx(min(total[name] for name in RULES))
    assert record["regret"]["foresight"] > record["regret"]["known"]
    text = page([record], ["elsewhere"])
    assert record["best_rule"] in text
    assert "left out: elsewhere" in text
    assert f"{record['auto']['ratio']:.3f}" in text


def test_settings_side_by_side_cost_what_each_costs_alone(panel):
    spans, degrees = [28.0, 182.0], [-7.0, 0.0, 10.0]
    found = rehearsals_of(SMALL, panel, windows.windows_of(SMALL, panel))
    assert len(found) == 1
    stretch = [replace(found[0], counts=np.ones((1, found[0].counts.shape[1]), dtype=bool))]
    rules = Rules(SMALL, panel, stretch)
    observed = observer_of(SMALL, panel, stretch[0].from_day, stretch[0].until_day)
    past = scenario(observed, stretch[0].first, stretch[0].last, Assumptions())
    for name in ("days_of_cover", "seasonal_mean", "textbook"):
        rule = policy(name, observed.config)
        keys = [axis.name for axis in rule.axes()]
        together = rules._walk(rule, spans, degrees, 0)
        alone = [
            rule.at(dict(zip(keys, (days, degree), strict=True))) for days in spans for degree in degrees
        ]
        np.testing.assert_allclose(together.ravel(), rehearse(alone, past))


def test_what_is_seen_of_a_tiled_panel_is_what_is_seen_of_one_so_many_times(panel):
    day = int(observer_of(SMALL, panel, 0, 10**6).lines.day.min()) + 200
    once = observer_of(SMALL, panel, 0, 10**6).history(day)
    twice = observer_of(SMALL, tiled_panel(panel, 2), 0, 10**6).history(day)
    quick = tiled_history(once, 2)
    np.testing.assert_array_equal(quick.data, twice.data)
    np.testing.assert_array_equal(quick.indptr, twice.indptr)
    assert len(set(quick.traits.category)) == len(set(twice.traits.category)) == 4


def test_fitted_parameters_cost_least_of_all_that_were_tried_before_each_window(panel):
    rules = Rules(SMALL, panel, rehearsals_of(SMALL, panel, windows.windows_of(SMALL, panel)))
    rule = policy("days_of_cover", observer_of(SMALL, panel, 0, 10**6).config)
    best = rules.fitted([rule])[0]
    assert len(best) == SMALL.windows
    grid = rules._walk(rule, rule.axes()[0].values, rule.axes()[1].values, 0)
    for number, (_, values) in enumerate(best):
        chosen = rules._walk(rule, [values["window_days"]], [values["safety_days"]], 0)
        assert chosen[0, 0, number] <= grid[:, :, number].min() + 1e-9


def test_too_short_a_past_is_fitted_on_the_other_windows_alone(panel):
    short = Cell("short", "made", True, 0.8, 7, 7, history_days=28, windows=3, window_days=28, stride_days=28)
    found = rehearsals_of(short, panel, windows.windows_of(short, panel))
    assert len(found) == 3
    for number, each in enumerate(found):
        assert not each.counts[number].any()
        assert each.counts.any(axis=1).sum() == 2
        assert each.first - each.from_day == 28


def test_sums_of_known_demand_have_the_moments_of_what_is_drawn():
    parts = CompoundPoissonTruth(np.array([0.4]), np.array([1.0, 5.0]), np.array([[0.7, 0.3]]))
    demand = parts.demand(0, np.array([6.0]))
    random = np.random.default_rng(0)
    drawn = random.poisson(0.4 * 6 * 0.7, 200_000) + 5 * random.poisson(0.4 * 6 * 0.3, 200_000)
    assert demand.mean[0] == pytest.approx(drawn.mean(), rel=0.03)
    for level in (0.5, 0.8, 0.95):
        assert demand.quantile(level)[0] == np.quantile(drawn, level)
    # Beyond the end the last year goes on; a part of a bucket counts in proportion.
    mean = np.arange(1.0, 5.0)[None, :]
    known = NegativeBinomialTruth(mean, 2 * mean, season=4)
    assert known.demand(2, np.array([2.5])).mean[0] == pytest.approx(3 + 4 + 0.5, rel=0.03)


def test_a_training_is_done_once_for_the_same_history_and_anew_for_another(panel):
    before, week = dict(MODELS), np.ones(12)
    seen = observer_of(SMALL, panel, 0, 10**6).history(int(first_day(panel)) + 200)
    with remembered_trainings():
        first = model(DEFAULT_MODEL).train(seen, week)
        assert model(DEFAULT_MODEL).name == DEFAULT_MODEL
        assert model(DEFAULT_MODEL).train(seen, week) is first
        assert model(DEFAULT_MODEL).train(seen.until(1), week) is not first
        assert model(DEFAULT_MODEL).train(seen, 2 * week) is not first
    assert before == MODELS
    assert model(DEFAULT_MODEL).train(seen, week) is not first


def test_the_cells_cover_every_level_of_every_factor():
    assert len({cell.name for cell in CELLS}) == len(CELLS) >= 40
    assert {cell.panel for cell in CELLS} == set(PANELS)
    for backorder in (True, False):
        own = [cell for cell in CELLS if cell.backorder is backorder]
        assert {cell.ratio for cell in own} == {0.6, 0.8, 0.9, 0.98}
        assert {28, 140, None} <= {cell.history_days for cell in own}
        assert max(cell.lead_days for cell in own) == 56
        assert {7, 28} <= {cell.review_days for cell in own}
    assert all(cell.windows >= 8 for cell in CELLS)
    assert 8 <= sum(cell.quick for cell in cells.CELLS) <= 12


def test_cells_without_data_are_left_out_and_a_cell_that_is_there_is_not_run_again(
    tmp_path, capsys, monkeypatch, panel, walked
):
    monkeypatch.setattr(run, "CELLS", (SMALL, CELLS[0]))
    monkeypatch.setitem(run.PANELS, "made", lambda folder, items: panel)
    monkeypatch.setattr(run, "walk", lambda *anything: walked)
    asked = ["--data", str(tmp_path), "--out", str(tmp_path / "out")]
    assert run.main(asked) == 0
    first = capsys.readouterr().out
    assert f"{CELLS[0].name}: left out" in first
    record = json.loads((tmp_path / "out" / "small.json").read_text())
    rows = pd.read_parquet(tmp_path / "out" / "results.parquet")
    assert len(rows) == len(walked)
    kept = np.load(tmp_path / "out" / "small.npz")
    np.testing.assert_allclose(kept[PERFECT].sum(), rows[rows.contestant == PERFECT]["cost"].sum())
    assert (tmp_path / "out" / "board.md").read_text().count("| small |") == 2

    monkeypatch.setattr(run, "walk", None)
    assert run.main(asked) == 0
    assert f"{record['auto']['ratio']:.3f}" in capsys.readouterr().out

"""Contenders found by combining values."""

from __future__ import annotations

import pytest

from forecasting.errors import ConfigError
from forecasting.experimenting.experiment import read
from forecasting.experimenting.sweep import swept
from tests.support.experiments import write_experiment


def sweep(tmp_path, **asked):
    return swept(read(write_experiment(tmp_path / "mine", sweep=asked)))


def test_a_grid_is_every_combination_over_the_contender_that_it_names(tmp_path):
    settings = {"excess_holding_share": [0, 0.5], "model": ["theta", "tsb"]}
    found = sweep(tmp_path, kind="grid", over="nothing", settings=settings)
    assert [each.name for each in found] == [
        "nothing excess_holding_share=0 model=theta",
        "nothing excess_holding_share=0 model=tsb",
        "nothing excess_holding_share=0.5 model=theta",
        "nothing excess_holding_share=0.5 model=tsb",
    ]
    assert found[0].settings == {"policy": "no_orders", "excess_holding_share": 0, "model": "theta"}


def test_draws_follow_from_the_seed_lie_in_their_range_and_never_repeat(tmp_path):
    settings = {"excess_holding_share": {"low": 0.01, "high": 1, "log": True}, "bucket": ["day", "week"]}
    found = sweep(tmp_path, kind="random", settings=settings, number=30)
    shares = [each.settings["excess_holding_share"] for each in found]
    assert len({each.name for each in found}) == 30
    assert all(0.01 <= share <= 1 for share in shares)
    # Uniform in its logarithm: half of them below the root of .01 x 1.
    assert 8 <= sum(share < 0.1 for share in shares) <= 22
    assert [each.name for each in sweep(tmp_path, kind="random", settings=settings, number=30)] == [
        each.name for each in found
    ]


def test_there_are_no_more_draws_than_combinations(tmp_path):
    assert len(sweep(tmp_path, kind="random", settings={"bucket": ["day", "week"]}, number=9)) == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"kind": "grid", "over": "nobody", "settings": {"bucket": ["day"]}}, "no contender 'nobody'"),
        ({"kind": "grid", "settings": {"buckte": ["day"]}}, "no setting 'buckte'; did you mean 'bucket'"),
        ({"kind": "grid", "settings": {"bucket": ["year"]}}, "setting bucket"),
        (
            {"kind": "halving", "items": 5, "settings": {"excess_holding_share": {"low": 0, "high": 1}}},
            "a range has no end of values",
        ),
    ],
)
def test_a_sweep_that_does_not_fit_is_refused(tmp_path, asked, said):
    with pytest.raises(ConfigError, match=said):
        sweep(tmp_path, **asked)

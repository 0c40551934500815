"""What a sample teaches once: each class of items gets its best model, and no other item is learnt from."""

from __future__ import annotations

import numpy as np

from models.registry import model
from models.selection import learn
from models.selection.learnt import Learnt
from models.shared.activity import CLASSES, activity_class
from models.shared.history import History

MONTH = 4.0


def panel(items, seed, weeks=156):
    """Weekly demand: half of the items sell as they did a year ago, every week; half once in a while."""
    generator = np.random.default_rng(seed)
    wave = 50.0 + np.round(48.0 * np.sin(2 * np.pi * np.arange(weeks) / 26))
    rare = (generator.random((items // 2, weeks)) < 0.1) * 5.0
    data = np.concatenate([np.tile(wave, (items // 2, 1)), rare])
    return History(data.ravel(), np.arange(0, data.size + 1, weeks))


def asked(history, q=0.9):
    return np.full(len(history), MONTH), np.full(len(history), q)


def test_each_class_gets_the_model_that_lost_least_on_it():
    sample = panel(240, seed=1)
    learnt = learn([model("ses"), model("seasonal_naive")], sample, *asked(sample))
    others = panel(20, seed=2)
    choice = learnt.choose(others, np.full(20, MONTH))
    assert set(choice.names[:10]) == {"seasonal_naive"}
    assert len(set(choice.names)) <= 2 and len(learnt.by_class) == CLASSES
    for name, cls in zip(choice.names, activity_class(others), strict=True):
        assert name == learnt.models[learnt.by_class[cls]].name


def test_one_model_is_learnt_without_any_past_date():
    sample = panel(10, seed=5)
    learnt = learn([model("ses")], sample, *asked(sample))
    assert isinstance(learnt, Learnt) and set(learnt.by_class) == {0}


def test_by_how_much_forecasts_are_revised_is_told_of_the_sample():
    sample = panel(240, seed=6)
    learnt = learn([model("ses")], sample, *asked(sample))
    few = panel(4, seed=7)
    choice = learnt.choose(few, np.full(4, MONTH))
    assert learnt.revision is not None and choice.revision == learnt.revision

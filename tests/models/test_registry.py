"""The registry: the models by name, the default among them; and who may import whom below ``models``."""

from __future__ import annotations

import ast

import numpy as np
import pytest

import models
from models.registry import BY_NAME_ONLY, CANDIDATES, DEFAULT_MODEL, MODELS, model
from models.selection.assignment import MARGIN, assigned
from models.shared.base import Trainable
from tests.support.paths import ROOT


def test_the_default_is_a_candidate_that_learns_from_the_panel() -> None:
    assert DEFAULT_MODEL in CANDIDATES
    assert isinstance(model(DEFAULT_MODEL), Trainable)
    assert set(BY_NAME_ONLY) < set(MODELS)


def test_an_item_leaves_the_default_for_a_promise_of_more_than_the_margin_alone() -> None:
    kept, left = 1.0 - MARGIN + 1e-9, 1.0 - MARGIN - 1e-9
    expected = np.array([[kept, 1.0, 2.0], [left, 1.0, 2.0], [2.0, 1.0, left], [2.0, 0.5, 0.4]])
    assert assigned(expected, default=1).tolist() == [1, 0, 2, 2]


def test_without_the_default_the_least_loss_wins() -> None:
    expected = np.array([[1.0, 0.999], [0.999, 1.0]])
    assert assigned(expected, default=None).tolist() == [1, 0]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_has_a_worked_example_and_a_row_of_other_names(name: str) -> None:
    file = ROOT / (type(model(name)).__module__.replace(".", "/") + ".py")
    said = file.read_text(encoding="utf-8")
    assert ">>> " in said, "an example that runs, small enough to check by hand"
    assert "Also called: " in said, "the method's other names, so that it is found by them"


def test_what_models_share_knows_none_of_them() -> None:
    upward = []
    for path in sorted((ROOT / "models" / "shared").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("models"):
                upward += [path.name] if not node.module.startswith("models.shared") else []

    assert upward == []


def test_a_name_that_is_none_is_told_all_there_are() -> None:
    with pytest.raises(ValueError, match=f"'crostn'; there are {', '.join(MODELS)}"):
        model("crostn")


def test_public_names() -> None:
    for name in models.__all__:
        assert getattr(models, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = models.nothing

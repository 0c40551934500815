"""Checkpoints of a replay: kept whole, given back to the same replay, never to another."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.adapters import checkpoints
from forecasting.adapters.checkpoints import FolderCheckpoints
from forecasting.errors import RequestError
from forecasting.replay.checkpoints import CheckpointGroup, NoCheckpoints

ORDERS = {"item-0": np.array([3, 5]), "quantity-0": np.array([12.0, 0.5])}


def test_what_was_kept_is_given_back(tmp_path):
    kept = FolderCheckpoints(tmp_path / "deep", "replay")
    assert (kept.reviews, kept.read("review-00000")) == (0, None)
    kept.write("review-00000", ORDERS)
    again = FolderCheckpoints(tmp_path / "deep", "replay")
    assert again.reviews == 1
    for name, values in again.read("review-00000").items():
        assert values.tolist() == ORDERS[name].tolist()
    again.discard()
    assert not (tmp_path / "deep").exists()


def test_another_replay_and_another_code_begin_anew(tmp_path, monkeypatch):
    FolderCheckpoints(tmp_path, "one").write("fit-min_max", ORDERS)
    assert FolderCheckpoints(tmp_path, "one").read("fit-min_max")
    assert FolderCheckpoints(tmp_path, "two").read("fit-min_max") is None
    FolderCheckpoints(tmp_path, "two").write("fit-min_max", ORDERS)
    monkeypatch.setattr(checkpoints, "code_version", lambda: "changed")
    assert FolderCheckpoints(tmp_path, "two").read("fit-min_max") is None


def test_one_that_cannot_be_read_any_more_is_as_if_never_written(tmp_path):
    kept = FolderCheckpoints(tmp_path, "replay")
    kept.write("review-00000", ORDERS)
    file = tmp_path / "review-00000.npz"
    file.write_bytes(file.read_bytes()[:40])
    assert kept.read("review-00000") is None


def test_groups_keep_apart_what_is_named_alike(tmp_path):
    kept = FolderCheckpoints(tmp_path, "replay")
    group = CheckpointGroup(kept, "from-7")
    group.write("review-00000", ORDERS)
    assert kept.read("review-00000") is None
    assert group.read("review-00000").keys() == kept.read("from-7-review-00000").keys() == ORDERS.keys()


def test_nothing_is_kept_by_those_that_keep_nothing():
    none = NoCheckpoints()
    none.write("review-00000", ORDERS)
    assert none.read("review-00000") is None


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RequestError, match=r"file: cannot be written .*name another folder"):
        FolderCheckpoints(tmp_path / "file", "replay")

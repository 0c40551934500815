"""Files that cannot be sent: tried again, then said; and sent the next time."""

from __future__ import annotations

import pytest

from forecasting.errors import PartialFailure
from forecasting.experimenting.store import Store
from forecasting.experimenting.tracking.client import connected
from forecasting.experimenting.tracking.track import track
from forecasting.experimenting.tracking.uploads import Uploads
from forecasting.experimenting.written import comparisons


def failing(times):
    calls = []

    def upload():
        calls.append(1)
        if len(calls) <= times:
            raise OSError("no space left\non the device")

    return upload, calls


def test_what_fails_once_is_tried_again():
    sending = Uploads(pauses=(0.0, 0.0))
    upload, calls = failing(2)
    assert sending.send("a picture", upload)
    assert (len(calls), sending.failed) == (3, [])


def test_what_goes_on_failing_is_remembered_and_stops_nothing():
    sending = Uploads(pauses=(0.0, 0.0))
    upload, calls = failing(9)
    assert not sending.send("a picture", upload)
    assert (len(calls), sending.failed) == (3, ["a picture (no space left)"])


def test_a_file_that_cannot_be_sent_is_said_and_sent_the_next_time(small, tmp_path, monkeypatch):
    from mlflow import MlflowClient

    _, place, (run, *_) = small
    store, url = Store(place), f"sqlite:///{tmp_path / 'runs.db'}"
    sent = MlflowClient.log_artifact

    def broken(client, run_id, local_path, artifact_path=None):
        if local_path.endswith("items.parquet"):
            raise OSError("the disk is full")
        return sent(client, run_id, local_path, artifact_path)

    monkeypatch.setattr(MlflowClient, "log_artifact", broken)
    with pytest.raises(
        PartialFailure, match=r"2 files could not be sent .* nothing: items.parquet \(the disk is full\)"
    ):
        track(store, run, comparisons(store, run), url, Uploads(pauses=(0.0,)))

    monkeypatch.setattr(MlflowClient, "log_artifact", sent)
    track(store, run, comparisons(store, run), url)
    with connected(url) as client:
        experiment = client.get_experiment_by_name(run["experiment"])
        found = client.search_runs([experiment.experiment_id])
        assert len(found) == 3
        assert {each.data.tags["reorder.whole"] for each in found} == {"yes"}
        names = {
            each.info.run_name: {file.path for file in client.list_artifacts(each.info.run_id)}
            for each in found
        }
    assert "items.parquet" in names["default"] and "items.parquet" in names["nothing"]

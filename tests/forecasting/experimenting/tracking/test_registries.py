"""Registries in databases: one is not taken for another, none is made by asking, a damaged one is told."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3

import pytest

from forecasting.bootstrap import run_experiment
from forecasting.errors import RequestError
from forecasting.experimenting.tracking.champion import champion
from forecasting.experimenting.tracking.places import DATABASE, missing
from tests.support.command import reorder

MODEL = "models:/shop@champion"


@pytest.fixture(scope="module")
def made(tracked, tmp_path_factory):
    """The same run tracked in two databases, each of which made another contender its first version."""
    place = tmp_path_factory.mktemp("registries")
    store = place / "runs"
    shutil.copytree(tracked.store, store, ignore=shutil.ignore_patterns("champions"))
    for name, contender in (("one", "default"), ("other", "wary, at any price")):
        url = f"sqlite:///{place / name}.db"
        run_experiment(str(tracked.file), store=store, tracking=url, workers=1)
        ended = promote(tracked, store, url, "--contender", contender)
        assert ended.code == 0, ended.err
    return place


@pytest.fixture
def place(made, tmp_path):
    """A copy of both databases and of the store, to lose and to damage; the first one was asked once."""
    copy = shutil.copytree(made, tmp_path / "registries")
    assert champion(MODEL, database(copy, "one"), copy / "runs").contender == "default"
    return copy


def promote(tracked, store, url, *more):
    return reorder(
        "experiment", "promote", tracked.run["run"], "--store", store, "--tracking", url, *more, "--json"
    )


def database(place, name):
    return f"sqlite:///{place / name}.db"


def test_two_registries_on_one_store_each_answer_for_themselves(made):
    store = made / "runs"
    said = [champion(MODEL, database(made, name), store) for name in ("one", "other")]
    assert [each.version for each in said] == [1, 1]
    assert [each.contender for each in said] == ["default", "wary, at any price"]
    assert [each.stale for each in said] == ["", ""]


def test_promoting_keeps_the_answer_for_a_night_without_the_registry(place, tracked):
    store = place / "runs"
    shutil.rmtree(store / "champions")
    assert promote(tracked, store, database(place, "one"), "--contender", "wary, at any price").code == 0
    (place / "one.db").rename(place / "away.db")
    found = champion(MODEL, database(place, "one"), store)
    assert found.contender == "wary, at any price" and "there is no such database" in found.stale


def test_what_one_registry_said_is_no_answer_of_another(place):
    with pytest.raises(RequestError, match="it never did before"):
        champion(MODEL, database(place, "third"), place / "runs")
    assert not (place / "third.db").exists()


def test_a_registry_made_anew_in_the_same_place_is_not_answered_for_by_the_lost_one(place):
    with (
        contextlib.closing(sqlite3.connect(place / "other.db")) as other,
        contextlib.closing(sqlite3.connect(place / "one.db")) as one,
    ):
        other.backup(one)
    assert champion(MODEL, database(place, "one"), place / "runs").contender == "wary, at any price"


def test_a_failed_promotion_makes_no_database_and_plans_go_on_by_what_is_kept(place, tracked):
    store = place / "runs"
    for content in (None, b""):
        (place / "one.db").unlink()
        if content is not None:
            (place / "one.db").write_bytes(content)
        ended = promote(tracked, store, database(place, "one"))
        assert ended.code == 1 and "is not tracked at sqlite:///" in ended.err
        assert missing(database(place, "one"))
        assert champion(MODEL, database(place, "one"), store).contender == "default"
        (place / "one.db").touch()


def test_a_damaged_database_is_told_in_words_and_plans_go_on_by_what_is_kept(place, tracked):
    (place / "one.db").write_text("garbage\n", encoding="utf-8")
    url = database(place, "one")
    found = champion(MODEL, url, place / "runs")
    assert found.contender == "default" and "is no SQLite database, or a damaged one" in found.stale
    for ended in (
        promote(tracked, place / "runs", url),
        reorder("experiment", "run", tracked.file, "--store", place / "runs", "--tracking", url),
    ):
        assert ended.code == 1 and "is no SQLite database" in ended.err and "Traceback" not in ended.err
    assert "--tracking none" in ended.err


def test_a_database_that_only_begins_as_one_is_told_in_words_too(place, tracked, monkeypatch):
    import mlflow.store.db.utils

    monkeypatch.setattr(mlflow.store.db.utils, "MAX_RETRY_COUNT", 1)
    (place / "one.db").write_bytes(b"SQLite format 3\0" + b"garbage" * 500)
    found = champion(MODEL, database(place, "one"), place / "runs")
    assert found.contender == "default" and "MLflow does not answer there" in found.stale
    ended = promote(tracked, place / "runs", database(place, "one"))
    assert ended.code == 1 and "MLflow does not answer there" in ended.err


@pytest.mark.parametrize("alias", ["la test", "latest", "v2", "a.b"])
def test_an_alias_that_mlflow_does_not_take_is_refused_in_words(made, tracked, alias):
    ended = promote(tracked, made / "runs", database(made, "one"), "--alias", alias)
    assert ended.code == 1 and f"--alias {alias}: write it with letters" in ended.err


def test_where_no_database_can_be_is_said_before_anything_is_done(tracked, tmp_path):
    (tmp_path / "file").touch()
    store = tmp_path / "runs"
    ended = reorder(
        "experiment", "run", tracked.file, "--store", store,
        "--tracking", f"sqlite:///{tmp_path / 'file' / 'x.db'}",
    )  # fmt: skip
    assert ended.code == 1 and "there can be no database" in ended.err
    assert not (store / "journal.jsonl").exists()


def test_a_store_that_is_a_file_is_told_to_a_plan(made, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RequestError, match=r"setting experiment_store: .* is a file; name a folder"):
        champion(MODEL, database(made, "one"), tmp_path / "file")


def test_what_is_kept_names_no_password(tmp_path):
    from forecasting.experimenting.tracking.champion import _registry

    assert _registry("https://me:secret@mlflow.example") == _registry("https://me:other@mlflow.example")
    assert _registry(f"sqlite:///{tmp_path}/a/../{DATABASE}") == (tmp_path / DATABASE).as_posix()
    assert json.dumps(_registry("https://me:secret@mlflow.example")).count("secret") == 0

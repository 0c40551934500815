"""A contender is promoted, and plans follow it by one setting: also in a night without the server."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from forecasting.bootstrap.champions import contending
from forecasting.experimenting.experiment import Experiment
from forecasting.experimenting.tracking.champion import _hash, _registry
from tests.support.command import AS_OF, reorder


@pytest.fixture(scope="module")
def promoted(tracked):
    """The careful contender is the champion: what the command says."""
    ended = reorder(
        "experiment", "promote", tracked.run["run"], "--contender", "wary, at any price",
        "--store", tracked.store, "--tracking", tracked.url, "--json",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def plan(tracked, out, *settings, url=None):
    options = [f"experiment_store={tracked.store}", f"tracking={url or tracked.url}", *settings]
    asked = [part for option in options for part in ("--set", option)]
    return reorder("plan", tracked.run["data"]["source"], "--as-of", AS_OF, "--out", out, *asked)


def test_promoting_gives_the_alias_to_a_version_that_names_its_run_and_model(tracked, promoted, client):
    version = client.get_model_version_by_alias("shop", "champion")
    assert promoted["model"] == "models:/shop@champion" and promoted["version"] == int(version.version)
    assert version.tags["reorder.key"] == f"{tracked.run['run']}/2"
    assert (
        client.get_logged_model(version.source.removeprefix("models:/")).tags["reorder.contender"]
        == "wary, at any price"
    )
    assert promoted["settings"] == {
        "excess_holding_share": 1.0,
        "model": "negative_binomial",
        "policy": "cost_optimal",
    }


def test_promoted_again_it_is_the_same_version(tracked, promoted, client):
    ended = reorder(
        "experiment", "promote", tracked.run["run"], "--contender", "wary, at any price",
        "--store", tracked.store, "--tracking", tracked.url,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert f"is now version {promoted['version']}" in ended.out
    assert len(client.search_model_versions("name = 'shop'")) == 1


def test_a_plan_decides_as_the_champion_does_by_one_setting(tracked, promoted, tmp_path):
    ended = plan(tracked, tmp_path / "champion", "model=models:/shop@champion")
    assert ended.code == 0, ended.err
    assert "models:/shop@champion: version 1, wary, at any price" in ended.err
    own = [f"{name}={value}" for name, value in promoted["settings"].items()]
    assert plan(tracked, tmp_path / "own", *own).code == 0
    assert plan(tracked, tmp_path / "default").code == 0
    tables = [
        pd.read_parquet(tmp_path / name / "recommendations.parquet")
        for name in ("champion", "own", "default")
    ]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert not tables[0]["order_up_to"].equals(tables[2]["order_up_to"])


def test_a_contender_may_be_a_model_of_the_registry(tracked, promoted):
    asked = Experiment(
        question="?",
        settings={"tracking": tracked.url, "experiment_store": str(tracked.store)},
        contenders={"now": {}, "champion": {"model": "models:/shop@champion", "seed": 3}},
        baseline="now",
    )
    assert contending(asked).contenders == {"now": {}, "champion": {**promoted["settings"], "seed": 3}}


def test_a_night_without_the_server_plans_by_what_was_said_last_and_says_so(tracked, promoted, tmp_path):
    assert plan(tracked, tmp_path / "day", "model=models:/shop@champion").code == 0
    # The same server in the same place, where nothing answers.
    gone = "http://127.0.0.1:9"
    said = next((tracked.store / "champions").glob("shop_champion-*.json"))
    said.rename(said.with_name(f"shop_champion-{_hash(_registry(gone))}.json"))
    ended = plan(tracked, tmp_path / "night", "model=models:/shop@champion", url=gone)
    assert ended.code == 0, ended.err
    told = pd.read_parquet(tmp_path / "night" / "notices.parquet")
    (notice,) = told[told["table"] == "settings"].itertuples()
    assert notice.severity == "warning" and notice.value == "models:/shop@champion"
    assert notice.what.startswith("version 1 decides, unasked: the registry does not answer")
    day, night = (pd.read_parquet(tmp_path / name / "recommendations.parquet") for name in ("day", "night"))
    pd.testing.assert_frame_equal(day.drop(columns="run"), night.drop(columns="run"))
    strict = reorder(
        "forecast", tracked.run["data"]["source"], "--as-of", AS_OF, "--horizon-days", 28, "--strict",
        "--out", tmp_path / "f.parquet", "--set", "model=models:/shop@champion",
        "--set", f"experiment_store={tracked.store}", "--set", f"tracking={gone}",
    )  # fmt: skip
    assert strict.code == 1 and "notice" in strict.err


def test_what_was_never_heard_of_is_an_error_not_a_guess(tracked, promoted, tmp_path):
    gone = plan(tracked, tmp_path / "a", "model=models:/other@champion", url="http://127.0.0.1:9")
    assert gone.code == 1 and "and it never did before" in gone.err
    unknown = plan(tracked, tmp_path / "a", "model=models:/other@champion")
    assert unknown.code == 1 and "knows no models:/other@champion" in unknown.err
    assert "`reorder experiment promote RUN` makes one" in unknown.err
    wrong = plan(tracked, tmp_path / "a", "model=models:/shop")
    assert wrong.code == 1 and "write it as models:/NAME@champion" in wrong.err


@pytest.mark.parametrize(
    ("contender", "said"),
    [
        ({"lead_time_days": 30}, "differs in lead_time_days, which say how the company is"),
        ({"data": {"history_days": 91}}, "was kept from knowing all of the past"),
        ({"policy": "perfect_foresight"}, "knows the future"),
    ],
)
def test_what_is_no_way_of_deciding_is_not_promoted(contender, said):
    from forecasting.config import load, with_settings
    from forecasting.errors import RequestError
    from forecasting.experimenting.tracking.promote import check

    settings = {name: value for name, value in contender.items() if name != "data"}
    one = {
        "settings": settings,
        "known": contender.get("data", {}),
        "config": with_settings(load(), settings).model_dump(mode="json"),
    }
    with pytest.raises(RequestError, match=said):
        check({"run": "r", "contenders": {"odd": one}, "failed": {}}, "odd")


def test_a_run_that_is_not_tracked_cannot_be_promoted(small, server):
    _, store, (run, *_) = small
    ended = reorder("experiment", "promote", run["run"], "--store", store, "--tracking", server)
    assert ended.code == 1
    assert "is not tracked at http://127.0.0.1" in ended.err and "tracks what is done already" in ended.err
    nowhere = reorder("experiment", "promote", run["run"], "--store", store, "--tracking", "none")
    assert nowhere.code == 1 and "promote needs the registry of MLflow" in nowhere.err


def test_passwords_in_the_address_of_a_server_are_never_told():
    from forecasting.experimenting.tracking.client import shown

    assert shown("https://me:secret@mlflow.example:5000/x") == "https://mlflow.example:5000/x"
    assert shown("http://127.0.0.1:5000") == "http://127.0.0.1:5000"

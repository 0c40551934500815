"""The file of an experiment: read, changed, and what is wrong in it named."""

from __future__ import annotations

import pytest

from forecasting.errors import ConfigError
from forecasting.experimenting.contenders import Known, named
from forecasting.experimenting.experiment import find, read
from forecasting.experimenting.sweep import swept
from tests.support.experiments import write_experiment
from tests.support.paths import ROOT


def test_a_file_says_what_is_asked_and_who_contends(tmp_path):
    file = write_experiment(
        tmp_path / "mine",
        contenders={"nothing": {"policy": "no_orders"}, "young": {"data": {"history_days": 91}}},
    )
    experiment = read(file)
    assert (experiment.windows.number, experiment.windows.days, experiment.baseline) == (4, 28, "nothing")
    assert [(each.name, each.settings, each.known) for each in named(experiment)] == [
        ("nothing", {"policy": "no_orders"}, Known()),
        ("young", {}, Known(history_days=91)),
    ]


def test_changes_are_of_the_experiment_or_settings_of_all(tmp_path):
    file = write_experiment(tmp_path / "mine")
    experiment = read(file, ["windows.number=2", "sample.items=7", "seed=5", "lead_time_days=9"])
    assert (experiment.windows.number, experiment.sample.items, experiment.seed) == (2, 7, 5)
    assert experiment.settings["lead_time_days"] == 9
    assert read(file).windows.number == 4


def test_a_file_of_ones_own_lies_beside_the_experiment_wherever_it_is_run(tmp_path):
    sweep = {"kind": "grid", "settings": {"model": ["my_model.py:Fading", "theta"]}}
    contenders = {"mine": {"model": "my_model.py"}, "usual": {"contenders": ["my_model.py"]}}
    file = write_experiment(tmp_path / "mine", contenders=contenders, baseline="usual", sweep=sweep)
    (file.parent / "my_model.py").write_text("class Fading: ...\n", encoding="utf-8")
    experiment = read(file)
    beside = str((file.parent / "my_model.py").resolve())
    assert experiment.contenders["mine"]["model"] == beside
    assert experiment.contenders["usual"]["contenders"] == [beside]
    assert {each.name: each.settings["model"] for each in swept(experiment)} == {
        "model=my_model.py:Fading": f"{beside}:Fading",
        "model=theta": "theta",
    }


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"baselin": "x"}, "there is no baselin; did you mean 'baseline'"),
        ({"baseline": "defautl"}, "'defautl' is no contender: did you mean 'default'"),
        ({"dataset": "orders"}, "either `dataset` or `sample`"),
        ({"sample": None}, "either `dataset` or `sample`"),
        ({"contenders": {"nothing": {}}}, "nobody to contend with"),
        ({"horizon_days": 29}, "longer than a window of 28 days"),
        ({"windows": {"number": 0}}, "windows.number: input should be greater"),
        ({"windows": {"nmber": 8}}, "there is no windows.nmber; did you mean 'number'"),
        ({"sample": {"itmes": 8}}, "there is no sample.itmes; did you mean 'items'"),
        (
            {"sweep": {"kind": "random", "settings": {}, "number": 1, "nubmer": 2}},
            "there is no sweep.nubmer; did you mean 'number'",
        ),
        ({"sweep": {"kind": "grdi", "settings": {}}}, "sweep.kind: there is no 'grdi': did you mean 'grid'"),
        ({"sweep": {"settings": {}}}, "sweep.kind: is missing; name one of grid, random, halving"),
        (
            {"contenders": ["a", "b"]},
            "contenders: must hold names, each with its settings, as in `contenders",
        ),
        (
            {"contenders": {"nothing": None}},
            "contenders.nothing: must hold names and their values; for none write `nothing: {}`",
        ),
        ({"windows": 8}, "windows: must hold names and their values"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, changed, said):
    file = write_experiment(tmp_path / "mine", **changed)
    with pytest.raises(ConfigError, match=said.replace("(", r"\(")):
        read(file)


def test_a_change_with_a_name_that_is_not_known_is_told_the_nearest(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no windows\.nmber; did you mean 'number'\?"):
        read(write_experiment(tmp_path / "mine"), ["windows.nmber=8"])


@pytest.mark.parametrize(
    ("contender", "said"),
    [
        (
            {"excess_holding_shar": 0},
            "contenders.odd: there is no setting 'excess_holding_shar'; did you mean",
        ),
        ({"lead_time_days": -1}, "contenders.odd: setting lead_time_days"),
        ({"data": {"history": 91}}, "contenders.odd.data: may hold `history_days`"),
    ],
)
def test_a_contender_that_does_not_fit_is_named(tmp_path, contender, said):
    file = write_experiment(tmp_path / "mine", contenders={"nothing": {}, "odd": contender})
    with pytest.raises(ConfigError, match=said):
        named(read(file))


def test_an_experiment_is_found_by_its_name_its_folder_or_its_file(tmp_path, monkeypatch):
    file = write_experiment(tmp_path / "experiments" / "mine")
    monkeypatch.chdir(tmp_path)
    assert find("mine").resolve() == file
    assert find(str(file)) == find(str(file.parent)) == file
    with pytest.raises(ConfigError, match=r"experiment mien: there is no such file.*: did you mean 'mine'"):
        find("mien")


@pytest.mark.parametrize(
    "file", sorted((ROOT / "experiments").glob("*/experiment.yaml")), ids=lambda file: file.parent.name
)
def test_every_experiment_of_ours_can_be_read_and_says_how_it_is_run(file):
    contenders = named(read(file))
    readme = (file.parent / "README.md").read_text(encoding="utf-8")
    name = "NAME" if file.parent.name == "_template" else file.parent.name
    assert f"reorder experiment run {name} --write" in readme
    assert len(contenders) >= 1

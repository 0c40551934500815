"""A plan remembers which models it chose: the same bytes from memory, and never for another question."""

from __future__ import annotations

import pandas as pd
import pytest

from forecasting.adapters.remembered import MOST, Remembered, usual_folder
from forecasting.sample.few_items import LAST_DAY, write_few_items
from models.selection import automatic
from tests.support.command import contents, reorder

AS_OF = str(LAST_DAY.date())


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("REORDER_CACHE", str(tmp_path / "cache"))
    write_few_items(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def choices(monkeypatch):
    """How often models were chosen."""
    from forecasting.planning import observer

    made, whole = [], automatic.choose

    def counted(*arguments, **named):
        made.append(1)
        return whole(*arguments, **named)

    monkeypatch.setattr(observer, "choose", counted)
    return made


def plan(data, out, *more):
    done = reorder("plan", data, "--as-of", AS_OF, "--out", out, *more)
    assert done.code == 0, done.err
    return {name: content for name, content in contents(out).items() if name != "run.json"}


def test_a_remembered_choice_plans_the_same_bytes(data, choices, tmp_path):
    first = plan(data, tmp_path / "first")
    assert plan(data, tmp_path / "second") == first
    assert len(choices) == 1


def test_other_data_settings_and_days_are_another_choice(data, choices, tmp_path):
    plan(data, tmp_path / "out")
    plan(data, tmp_path / "out", "--set", "selection_origins=3")
    assert len(choices) == 2
    orders = pd.read_parquet(data / "orders.parquet")
    orders.loc[0, "quantity"] += 1
    orders.to_parquet(data / "orders.parquet")
    plan(data, tmp_path / "out")
    assert len(choices) == 3


def test_other_code_is_another_choice(data, choices, tmp_path, monkeypatch):
    plan(data, tmp_path / "out")
    from forecasting.planning import remembering

    monkeypatch.setattr(remembering, "code_version", lambda: "another")
    plan(data, tmp_path / "out")
    assert len(choices) == 2


def test_a_memory_that_is_deleted_or_damaged_is_made_anew(data, choices, tmp_path):
    first = plan(data, tmp_path / "out")
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:-7])
    assert plan(data, tmp_path / "out") == first and len(choices) == 2
    next((tmp_path / "cache").iterdir()).unlink()
    assert plan(data, tmp_path / "out") == first and len(choices) == 3


def test_where_nothing_can_be_kept_nothing_is_remembered(data, choices, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    for folder in ("off", str(tmp_path / "file")):
        monkeypatch.setenv("REORDER_CACHE", folder)
        plan(data, tmp_path / "out")
        plan(data, tmp_path / "out")
    assert len(choices) == 4


def test_the_oldest_is_forgotten_first(tmp_path):
    memory = Remembered(tmp_path)
    for number in range(MOST + 3):
        memory.keep(f"thing-{number:03d}", number)
    assert memory.find(f"thing-{MOST + 2:03d}") == MOST + 2
    assert len(list(tmp_path.iterdir())) == MOST


def test_it_lies_among_the_users_caches(monkeypatch, tmp_path):
    monkeypatch.delenv("REORDER_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert usual_folder() == tmp_path / "reorder"
    monkeypatch.setenv("REORDER_CACHE", "off")
    assert usual_folder() is None

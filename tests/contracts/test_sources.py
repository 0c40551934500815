"""Every source brings what is there: once, whole, through faults, and without what was deleted."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from forecasting.bootstrap import importing
from forecasting.connectors.sources.port import SourceUnavailable
from forecasting.connectors.sources.registry import KINDS
from forecasting.dataset.check import check
from forecasting.dataset.read import read
from tests.support.source_subjects import SUBJECTS
from tests.support.sources import Imports

BY_HTTP = [name for name in SUBJECTS if name not in ("memory", "csv", "sql")]


@pytest.fixture
def subject(name, tmp_path, monkeypatch):
    made = SUBJECTS[name](tmp_path, monkeypatch)
    filled(made)
    return made


def filled(subject: Imports) -> None:
    """Two items and three orders, the second of which has left."""
    system, clock = subject.system, subject.clock
    system.stock("A", 10)
    system.stock("B", 3)
    for number, wanted in ((1, {"A": 2, "B": 1}), (2, {"B": 5}), (3, {"A": 4})):
        system.sell(number, wanted)
        clock.forward(hours=3)
    system.ship(2)
    clock.forward(days=1)


def seen(subject: Imports, **more: Any) -> tuple[dict, dict]:
    """After an import: (order, SKU) -> units and status; and the newest stock by SKU."""
    data = subject.tables(**more)
    lines = {
        (row.order, row.sku): (row.quantity, row.status)
        for row in data.orders[["order", "sku", "quantity", "status"]].itertuples()
    }
    assert len(lines) == len(data.orders)
    stock = data.stock[data.stock["as_of"] == data.stock["as_of"].max()]
    return lines, stock.set_index("sku")["on_hand"].to_dict()


FIRST = {
    ("1", "A"): (2.0, "open"),
    ("1", "B"): (1.0, "open"),
    ("2", "B"): (5.0, "shipped"),
    ("3", "A"): (4.0, "open"),
}


def test_every_kind_of_source_is_held_to_the_contract():
    assert {name.split("_")[0] for name in SUBJECTS} == {*KINDS, "memory"}


@pytest.mark.parametrize("name", SUBJECTS)
def test_it_brings_each_line_once_with_its_state_and_the_stock(subject):
    assert seen(subject) == (FIRST, {"A": 10.0, "B": 3.0})
    assert not check(subject.folder).problems
    orders = read(subject.folder).orders
    assert orders["ordered_at"].notna().all()
    assert (orders["shipped_at"].notna() == (orders["status"] == "shipped")).all()


@pytest.mark.parametrize("name", SUBJECTS)
def test_again_without_a_change_it_writes_the_same(subject):
    subject.bring()
    files = sorted(subject.folder.glob("*.parquet"))
    first = [file.read_bytes() for file in files]
    subject.bring()
    assert [file.read_bytes() for file in files] == first


@pytest.mark.parametrize("name", SUBJECTS)
def test_what_is_new_changed_shipped_or_deleted_since_is_so(subject):
    seen(subject)
    subject.clock.forward(days=1)
    subject.system.change(1, "A", 7)
    subject.system.sell(4, {"A": 9})
    subject.system.ship(3)
    subject.system.stock("A", 1)
    after = {**FIRST, ("1", "A"): (7.0, "open"), ("3", "A"): (4.0, "shipped"), ("4", "A"): (9.0, "open")}
    assert seen(subject) == (after, {"A": 1.0, "B": 3.0})
    subject.system.delete(2)
    del after["2", "B"]
    assert seen(subject, whole=True)[0] == after


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_stock_of_each_day_is_kept(subject):
    for units in (10, 0, 5):
        subject.system.stock("A", units)
        subject.bring()
        subject.clock.forward(days=1)
    stock = read(subject.folder).stock
    assert stock[stock["sku"] == "A"]["on_hand"].tolist() == [10.0, 0.0, 5.0]
    assert stock["as_of"].nunique() == 3


class Died(BaseException):
    """The import dies here: nothing is tidied up."""


@pytest.mark.parametrize("name", BY_HTTP)
def test_it_may_die_at_any_request_and_goes_on(name, tmp_path, monkeypatch):
    for at in range(0, 60, 5):
        folder = tmp_path / str(at)
        folder.mkdir()
        subject = SUBJECTS[name](folder, monkeypatch)
        filled(subject)
        answer, count = subject.line.answer, 0

        def dies(request, at=at, answer=answer):
            nonlocal count
            count += 1
            if count == at + 1:
                raise Died
            return answer(request)

        subject.line.answer = dies
        try:
            subject.bring()
        except Died:
            assert not list(subject.folder.glob("*.parquet"))
        else:
            break
        assert seen(subject) == (FIRST, {"A": 10.0, "B": 3.0})
    assert at > 3


FAULTS = ("doubled", "late", "lost_before", "lost_after", "half", "500_before", "503", "429")


@pytest.mark.parametrize("name", BY_HTTP)
def test_faults_of_the_line_are_got_over(subject):
    subject.line.follow([each for fault in FAULTS for each in ("ok", fault, fault)])
    assert seen(subject) == (FIRST, {"A": 10.0, "B": 3.0})


@pytest.mark.parametrize("name", BY_HTTP)
def test_a_source_that_does_not_answer_leaves_the_dataset_as_it_was(subject):
    subject.bring()
    before = {file.name: file.read_bytes() for file in subject.folder.glob("*.parquet")}
    subject.system.sell(9, {"A": 1})
    subject.line.follow(["500_before"] * 99)
    with pytest.raises(SourceUnavailable, match="What was read is kept"):
        subject.bring()
    assert {file.name: file.read_bytes() for file in subject.folder.glob("*.parquet")} == before
    subject.line.follow([])
    assert ("9", "A") in seen(subject)[0]


@pytest.mark.parametrize("name", BY_HTTP)
def test_a_wrong_secret_is_told_without_it(subject):
    subject.line.answer = lambda request: httpx2.Response(401)
    with pytest.raises(SourceUnavailable, match="answered 401") as error:
        subject.bring()
    assert "hunter2" not in str(error.value)
    kept = [file for file in subject.folder.rglob("*") if file.is_file()]
    assert [file for file in kept if b"hunter2" in file.read_bytes()] == []


@pytest.mark.parametrize("name", ["orderspace"])
def test_a_dataset_is_of_one_source(subject):
    subject.bring()
    subject.kind, subject.given = "csv", {"folder": str(subject.folder), "mapping": "stocky"}
    with pytest.raises(importing.RequestError, match="was imported from orderspace"):
        subject.bring()

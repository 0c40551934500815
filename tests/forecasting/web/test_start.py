"""The first run: an administrator chooses a folder, maps its columns, checks it and plans."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from forecasting.reviewing.first_run import MAPPING, folders, the_folder
from forecasting.reviewing.refusals import RefusedError
from forecasting.serving.jobs import work
from forecasting.serving.names import DATASETS
from tests.forecasting.web.conftest import let_in
from tests.support.web import Client


@pytest.fixture
def root(sample, tmp_path, monkeypatch):
    """A folder with a sound dataset, one with another's columns, and one that lies elsewhere."""
    found = tmp_path / "datasets"
    shutil.copytree(sample, found / "sound")
    theirs = found / "theirs"
    theirs.mkdir()
    lines = {
        "OrderNo": ["1", "2"],
        "Date": ["2026-01-02", "2026-01-03"],
        "Article": ["A", "A"],
        "Qty": [1, 2],
    }
    pd.DataFrame(lines).to_csv(theirs / "Sales.csv", index=False)
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(theirs / "Sales.csv", tmp_path / "elsewhere")
    (found / "link").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setenv(DATASETS, str(found))
    return found


@pytest.fixture
def empty(tmp_path, root, monkeypatch):
    """Pages without a plan."""
    monkeypatch.setattr("forecasting.serving.jobs.spawn", lambda url: None)
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    let_in(url)
    with Client(url) as client:
        yield client


def test_a_plan_is_made_on_the_pages_alone(empty):
    with empty.person("ada") as ada:
        assert 'href="/start"' in ada.get("/").text
        assert 'href="/start?folder=sound"' in ada.get("/start").text
        said = {"folder": "sound", "as_of": "2026-06-28"}
        assert ada.post("/start/plan", data=said).status_code == 422  # it was not checked
        assert "Waiting for its turn." in ada.post("/start/check", data=said).text
        work(empty.url)
        checked = ada.get("/start/progress?folder=sound").text
        assert "It is sound." in checked and 'value="2026-06-28"' in checked
        assert "Waiting for its turn." in ada.post("/start/plan", data=said).text
        work(empty.url)
        assert "Planned." in ada.get("/start/progress?folder=sound").text
        assert "supplier-card" in ada.get("/").text
        assert "Customers waiting" in ada.get("/customers").text


def test_columns_of_their_own_names_are_mapped_and_problems_are_told(empty, root):
    with empty.person("ada") as ada:
        page = ada.get("/start?folder=theirs").text
        assert "OrderNo: order" in page and not (root / "theirs" / MAPPING).exists()
        for wrong in ("- a list", "a: [", "x" * 200_000):
            answer = ada.post("/start/mapping", data={"folder": "theirs", "mapping": wrong})
            assert answer.status_code == 422 and not (root / "theirs" / MAPPING).exists()
        columns = "OrderNo: order, Date: ordered_at, Article: sku"
        kept = f"orders:\n  file: Sales.csv\n  columns: {{{columns}}}\n"
        assert ada.post("/start/mapping", data={"folder": "theirs", "mapping": kept}).status_code == 204
        assert (root / "theirs" / MAPPING).read_text() == kept
        ada.post("/start/check", data={"folder": "theirs"})
        work(empty.url)
        told = ada.get("/start/progress?folder=theirs").text
        assert "no plan can be made of it yet" in told and "quantity" in told
        said = {"folder": "theirs", "as_of": "2026-01-03"}
        assert ada.post("/start/plan", data=said).status_code == 422


@pytest.mark.parametrize("name", ["../elsewhere", "link", "/etc", "", ".", "no-such"])
def test_no_folder_elsewhere_is_read_or_written(empty, root, name):
    with pytest.raises(RefusedError):
        the_folder(root, name)
    with empty.person("ada") as ada:
        said = {"folder": name, "mapping": "orders: {}"}
        assert ada.post("/start/mapping", data=said).status_code == 422
        assert ada.post("/start/check", data=said).status_code == 422
    assert not (root.parent / "elsewhere" / MAPPING).exists()


def test_without_a_folder_at_the_start_none_can_be_chosen(empty, monkeypatch):
    monkeypatch.delenv(DATASETS)
    assert list(folders(None)) == []
    with empty.person("ada") as ada:
        assert "--datasets DIR" in ada.get("/start").text


def test_only_administrators_load_data(empty):
    with empty.person("ann") as ann:
        assert ann.get("/start").status_code == 403
        assert 'href="/start"' not in ann.get("/").text

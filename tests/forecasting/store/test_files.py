"""Files of a run: whole, in their declared types, and nothing stale beside them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from forecasting.errors import RequestError
from forecasting.store.conform import SchemaError
from forecasting.store.files import check_name, write_file, write_run
from tests.support.command import contents, names

ASSUMED = pd.DataFrame({"setting": ["bucket", "seed"], "value": ["week", "1"], "items": [3, 3]})
FORECAST = pd.DataFrame({"location": ["main"], "sku": ["a"], "model": ["ses"], "mean": [2.5], "q0.5": [2]})


def test_a_run_is_written_with_its_texts(tmp_path):
    out = tmp_path / "deep" / "out"
    write_run(out, {"assumptions": ASSUMED}, {"run": "r"}, csv=True, texts={"report.html": "<p>é</p>"})
    assert names(out) == ["assumptions.csv", "assumptions.parquet", "report.html", "run.json"]
    assert (out / "assumptions.csv").read_bytes() == b"setting,value,items\nbucket,week,3\nseed,1,3\n"
    assert (out / "report.html").read_text(encoding="utf-8") == "<p>é</p>"
    assert json.loads((out / "run.json").read_text()) == {"run": "r"}
    assert pd.read_parquet(out / "assumptions.parquet").equals(ASSUMED)


def test_csv_of_an_earlier_run_does_not_stay_beside_newer_parquet(tmp_path):
    write_run(tmp_path, {"assumptions": ASSUMED}, {"run": "r"}, csv=True)
    (tmp_path / "notes.csv").write_text("mine")
    write_run(tmp_path, {"assumptions": ASSUMED.iloc[:1]}, {"run": "s"})
    assert names(tmp_path) == ["assumptions.parquet", "notes.csv", "run.json"]


def test_a_table_that_does_not_fit_leaves_an_earlier_run_as_it_was(tmp_path):
    write_run(tmp_path, {"assumptions": ASSUMED}, {"run": "r"}, csv=True)
    before = contents(tmp_path)
    for csv in (True, False):
        with pytest.raises(SchemaError, match="two rows"):
            write_run(tmp_path, {"assumptions": pd.concat([ASSUMED, ASSUMED])}, {"run": "s"}, csv=csv)
    assert contents(tmp_path) == before
    assert names(tmp_path) == sorted(before)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_one_table_in_a_file(tmp_path, suffix):
    file = tmp_path / "new" / f"f.{suffix}"
    write_file("forecast", FORECAST, file)
    again = pd.read_parquet(file) if suffix == "parquet" else pd.read_csv(file)
    assert again["mean"].tolist() == [2.5]
    with pytest.raises(SchemaError):
        write_file("forecast", FORECAST.drop(columns="mean"), file)
    assert names(file.parent) == [file.name]


def test_a_file_of_no_known_kind_or_place_is_refused(tmp_path):
    with pytest.raises(RequestError, match=r"ends in \.parquet or \.csv"):
        check_name(tmp_path / "f.xlsx")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RequestError, match="cannot be written"):
        write_file("forecast", FORECAST, tmp_path / "file" / "f.csv")

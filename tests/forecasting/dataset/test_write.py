"""Writing a dataset, and that it reads back the same from every format."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.dataset import write as write_module
from forecasting.dataset.dataset import Dataset
from forecasting.dataset.read import read
from forecasting.dataset.tables import TABLES
from forecasting.dataset.write import write, write_database
from forecasting.errors import RequestError

FILES = {
    "orders": (
        "order,line,ordered_at,sku,quantity,location,customer,unit_price,due,kind,status,colour\n"
        "A1,1,2011-09-01T10:00:00,00123,5,main,c1,1.1,2011-09-09,order,open,red\n"
        'A2,,2011-09-02,"a ""b"", c",0.1,,,,,,,\n'
    ),
    "products": (
        "sku,supplier,unit_cost,available_from,lost_margin\n00123,acme,1.25,2010-01-01,0.3\nnew,,,,\n"
    ),
    "alternatives": "sku,alternative,rank\n00123,new,1\n",
    "suppliers": "supplier,lead_time_days,review_weekday\nacme,5,monday\n",
    "price_breaks": "supplier,sku,min_quantity,unit_cost\nacme,00123,10,1.2\n",
    "stock": "as_of,sku,on_hand,location\n2011-09-01,00123,3,north\n",
    "availability": "date,sku,share\n2011-09-01,00123,0.5\n",
    "purchase_orders": (
        "purchase_order,sku,quantity,ordered_at,status\nP1,00123,5,2011-08-01T00:00:00.5,open\n"
    ),
    "events": "date,name,kind\n2011-12-25,Christmas,holiday\n",
    "prices": "from,sku,unit_price\n2011-01-01,00123,2\n",
}


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    (tmp_path / "source").mkdir()
    for name, text in FILES.items():
        (tmp_path / "source" / f"{name}.csv").write_text(text)
    return read(tmp_path / "source")


def tables_of(dataset: Dataset) -> dict[str, pd.DataFrame]:
    return {table.name: getattr(dataset, table.name) for table in TABLES}


def put(tables: dict[str, pd.DataFrame], folder: Path, kind: str) -> str:
    """Write the tables as ``kind``; gives the source to read."""
    if kind == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        write_database(tables, f"sqlite:///{folder / 'data.db'}")
        return f"sqlite:///{folder / 'data.db'}"
    write(tables, folder, "csv" if kind == "csv" else "parquet")
    return str(folder)


def assert_same(one: Dataset, other: Dataset) -> None:
    for name, table in tables_of(one).items():
        pd.testing.assert_frame_equal(table, getattr(other, name), check_exact=True)
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize("kind", ["csv", "parquet", "sqlite"])
def test_a_dataset_reads_back_the_same(tmp_path: Path, dataset: Dataset, kind: str) -> None:
    assert_same(dataset, read(put(tables_of(dataset), tmp_path / "copy", kind)))


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
WORD = TEXT.filter(lambda text: bool(text.strip()))
TIME = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2200, 12, 31, 23, 59))
NUMBER = st.floats(0, 1e300, allow_subnormal=False)
LINES = st.lists(
    st.tuples(WORD, TIME, WORD, NUMBER.filter(bool), st.none() | TEXT, st.none() | NUMBER, st.none() | TIME),
    min_size=1,
    max_size=5,
)
NAMES = ["order", "ordered_at", "sku", "quantity", "customer", "unit_price", "extra"]


@settings(deadline=None, max_examples=40, derandomize=True)
@given(LINES)
def test_every_format_gives_the_same_fingerprint(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[Any, ...]]
) -> None:
    orders = pd.DataFrame(lines, columns=NAMES).astype({"unit_price": float, "extra": "datetime64[us]"})
    folder = tmp_path_factory.mktemp("formats")
    read_back = [read(put({"orders": orders}, folder / kind, kind)) for kind in ("csv", "parquet", "sqlite")]
    assert len({one.fingerprint for one in read_back}) == 1
    for one in read_back:
        assert list(one.orders["ordered_at"]) == list(orders["ordered_at"])
        assert list(one.orders["quantity"]) == list(orders["quantity"])
        assert len(one.orders["sku"].cat.categories) == len({sku.strip() for sku in orders["sku"]})


def changed(dataset: Dataset, table: str, change: Any) -> dict[str, pd.DataFrame]:
    return {**tables_of(dataset), table: change(getattr(dataset, table))}


CHANGES: dict[str, tuple[str, Any]] = {
    "number": ("orders", lambda table: table.assign(unit_price=[1.2, None])),
    "null_number": ("orders", lambda table: table.assign(unit_price=[1.1, 0.0])),
    "time": ("orders", lambda table: table.assign(ordered_at=table["ordered_at"] + pd.Timedelta("1us"))),
    "word": ("orders", lambda table: table.assign(customer=["c2", None])),
    "null_word": ("orders", lambda table: table.assign(customer=[None, "c1"])),
    "choice": ("orders", lambda table: table.assign(status=["shipped", None])),
    "order_of_rows": ("orders", lambda table: table.iloc[::-1]),
    "fewer_rows": ("events", lambda table: table.head(0)),
}


@pytest.mark.parametrize(("table", "change"), CHANGES.values(), ids=CHANGES)
def test_any_change_changes_the_fingerprint(
    tmp_path: Path, dataset: Dataset, table: str, change: Any
) -> None:
    other = read(put(changed(dataset, table, change), tmp_path / "copy", "parquet"))
    assert other.fingerprint != dataset.fingerprint


def test_extra_columns_do_not_change_the_fingerprint(tmp_path: Path, dataset: Dataset) -> None:
    tables = changed(dataset, "orders", lambda table: table.assign(colour=["blue", "green"]))
    assert read(put(tables, tmp_path / "copy", "csv")).fingerprint == dataset.fingerprint


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_same_tables_give_the_same_bytes(tmp_path: Path, dataset: Dataset, kind: str) -> None:
    folders = [Path(put(tables_of(dataset), tmp_path / name, kind)) for name in ("one", "two")]
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert first == second and set(first) == {f"{name}.{kind}" for name in FILES}


def test_csv_is_plain(tmp_path: Path, dataset: Dataset) -> None:
    write(tables_of(dataset), tmp_path / "copy", "csv")
    texts = {path.stem: path.read_text() for path in (tmp_path / "copy").iterdir()}
    header, _, second = texts["orders"].splitlines()
    assert header == FILES["orders"].splitlines()[0]
    assert second.startswith('"A2",,"2011-09-02T00:00:00","a ""b"", c",0.1,"main",,')
    assert texts["stock"] == "as_of,sku,on_hand,location\n2011-09-01,00123,3,north\n"
    assert "P1,00123,5,2011-08-01T00:00:00.500000,main,open\n" in texts["purchase_orders"]


def test_parquet_has_microseconds(tmp_path: Path, dataset: Dataset) -> None:
    write(tables_of(dataset), tmp_path / "copy", "parquet")
    schema = pq.read_schema(tmp_path / "copy" / "orders.parquet")
    assert str(schema.field("ordered_at").type) == "timestamp[us]"
    assert str(schema.field("sku").type) == "string"


def test_what_was_there_is_replaced(tmp_path: Path, dataset: Dataset) -> None:
    folder = tmp_path / "copy"
    write(tables_of(dataset), folder, "csv")
    (folder / "truth").mkdir()
    (folder / "truth" / "demand.txt").write_text("kept")
    write({"orders": dataset.orders}, folder, "parquet")
    assert {path.name for path in folder.iterdir()} == {"orders.parquet", "truth"}
    assert (folder / "truth" / "demand.txt").read_text() == "kept"


def test_a_folder_with_other_files_is_refused(tmp_path: Path, dataset: Dataset) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")
    with pytest.raises(RequestError, match=r"holds thesis\.doc, which is no table") as caught:
        write({"orders": dataset.orders}, tmp_path)
    assert caught.value.exit_code == 1
    assert {path.name for path in tmp_path.iterdir()} == {"thesis.doc", "source"}


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, dataset: Dataset) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="is a file"):
        write({"orders": dataset.orders}, tmp_path / "file")
    with pytest.raises(RequestError, match="cannot be written"):
        write({"orders": dataset.orders}, tmp_path / "file" / "below")


def test_an_unknown_format_is_refused(tmp_path: Path, dataset: Dataset) -> None:
    with pytest.raises(RequestError, match="Write csv or parquet"):
        write({"orders": dataset.orders}, tmp_path / "copy", "xlsx")  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("there", [False, True], ids=["new_folder", "folder_with_tables"])
def test_a_write_that_fails_leaves_nothing_half_written(
    tmp_path: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    folder = tmp_path / "copy"
    if there:
        write({"stock": dataset.stock}, folder, "csv")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.csv")}
    real = write_module._write_file

    def full(table: Any, path: Path) -> None:
        if path.stem == "stock":
            raise OSError(28, "No space left on device")
        real(table, path)

    monkeypatch.setattr(write_module, "_write_file", full)
    with pytest.raises(RequestError, match="No space left on device"):
        write(tables_of(dataset), folder, "csv")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.csv")} == before
    assert folder.exists() == there and not list(tmp_path.glob(".copy*"))

"""Whatever a file holds, reading it gives a dataset or a DataError: never another error."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forecasting.dataset.read import read
from forecasting.errors import DataError

ORDERS = (
    b"order,line,ordered_at,sku,quantity,due,status\nA1,1,2011-09-01,00123,5,2011-09-09,open\n"
    b'"A,2",1,2011-09-02T10:00:00Z,"S ""x""",0.5,,shipped\nA3,,2011-09-03,\xc3\x89,1e3,,\n'
)
STOCK = b"as_of,sku,on_hand\n2011-09-01,00123,3\n"
PIECES = [
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b";",
    b"nan",
    b"-",
    b"\xef\xbb\xbf",
    b"9999",
    b" ",
    b"",
    b"'",
    b"\x85",
]
SPLICES = st.lists(
    st.tuples(
        st.integers(0, len(ORDERS)), st.integers(0, 6), st.sampled_from(PIECES) | st.binary(max_size=3)
    ),
    min_size=1,
    max_size=5,
)


def reads_or_refuses(folder: Path) -> None:
    try:
        dataset = read(folder)
    except DataError as error:
        assert error.problems and error.exit_code == 1
        assert all(problem.what and problem.todo for problem in error.problems)
    else:
        assert len(dataset.orders) and np.isfinite(dataset.orders["quantity"]).all()
        assert (dataset.orders["quantity"] > 0).all() and dataset.orders["ordered_at"].notna().all()


def spliced(content: bytes, splices: list[tuple[int, int, bytes]]) -> bytes:
    for at, gone, put in splices:
        content = content[:at] + put + content[at + gone :]
    return content


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.binary(max_size=200))
@example(b"order,ordered_at,sku,quantity\n" + b"x" * 200_000)
@example(b'"' * 9)
@example(b'order,ordered_at,sku,quantity\nA,2011-01-01,"' + b"x\n" * 100_000)
def test_random_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "orders.csv").write_bytes(content)
    reads_or_refuses(folder)
    (folder / "orders.csv").rename(folder / "orders.parquet")
    reads_or_refuses(folder)


@settings(deadline=None, max_examples=300, derandomize=True)
@given(SPLICES)
def test_a_damaged_csv_file(
    tmp_path_factory: pytest.TempPathFactory, splices: list[tuple[int, int, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "orders.csv").write_bytes(spliced(ORDERS, splices))
    (folder / "stock.csv").write_bytes(spliced(STOCK, splices[:1]))
    reads_or_refuses(folder)


def a_parquet_file() -> bytes:
    table = pd.read_csv(io.BytesIO(ORDERS), dtype={"sku": str, "order": str, "line": str})
    return bytes(table.to_parquet(None, index=False))


PARQUET = a_parquet_file()


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, len(PARQUET) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_parquet_file(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    damaged = bytearray(PARQUET)
    for at, byte in changes:
        damaged[at] = byte
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "orders.parquet").write_bytes(bytes(damaged))
    reads_or_refuses(folder)


CELLS = st.sampled_from(
    ["", "1", "-1", "nan", "1e999", "A1", "2011-09-01", "2011-09-31", "open", " x ", "\u00a0"]
)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=6))
def test_any_cells(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    lines = [ORDERS.split(b"\n")[0].decode(), *(",".join(row) for row in rows)]
    (folder / "orders.csv").write_text("\n".join(lines), encoding="utf-8")
    reads_or_refuses(folder)

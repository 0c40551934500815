"""A company's own files are read as ``dataset.yaml`` says, strictly; and such a file can be proposed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from forecasting.dataset.check import check
from forecasting.dataset.mapping.suggest import suggest_mapping
from forecasting.dataset.read import read
from forecasting.errors import DataError
from tests.support.command import reorder

SALES = (
    "Order No;Item;Qty;Date;State;Warehouse;Remark\n"
    "1001;00123;1.250,5;14.03.2024;Closed;Hamburg;gift\n"
    "1002;77;3;15.03.2024;Open;Berlin;\n"
)
MAPPING = {
    "orders": {
        "file": "sales.csv",
        "separator": ";",
        "decimal": ",",
        "thousands": ".",
        "dates": "%d.%m.%Y",
        "columns": {
            "Order No": "order",
            "Item": "sku",
            "Qty": "quantity",
            "Date": "ordered_at",
            "State": "status",
            "Warehouse": "location",
        },
        "values": {"status": {"Closed": "shipped", "Open": "open"}},
        "units": {"quantity": 2},
        "locations": {"Hamburg": "HH"},
    }
}


def folder(path: Path, sales: str = SALES, mapping: object = MAPPING) -> Path:
    (path / "sales.csv").write_text(sales, encoding="utf-8")
    (path / "dataset.yaml").write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    return path


def changed(**keys: object) -> dict[str, object]:
    return {"orders": {**MAPPING["orders"], **keys}}


def test_a_foreign_file_is_read_as_the_mapping_says(tmp_path):
    orders = read(folder(tmp_path)).orders
    assert list(orders["order"]) == ["1001", "1002"] and list(orders["sku"]) == ["00123", "77"]
    assert list(orders["quantity"]) == [2501.0, 6.0]
    assert list(orders["ordered_at"]) == [pd.Timestamp("2024-03-14"), pd.Timestamp("2024-03-15")]
    assert list(orders["status"]) == ["shipped", "open"] and list(orders["location"]) == ["HH", "Berlin"]


def test_columns_that_the_mapping_does_not_name_are_noticed(tmp_path):
    (notice,) = check(folder(tmp_path)).notices
    assert notice.value == "Remark"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1.250,5", "1250.5", "not written with decimal ','"),
        ("1.250,5", "12.50", "not written with decimal ','"),
        ("14.03.2024", "03/14/2024", "not written as %d.%m.%Y"),
        ("Closed", "Lost?", "not one of the words"),
    ],
)
def test_what_is_not_written_as_the_mapping_says_is_a_problem_of_its_row(tmp_path, old, new, said):
    with pytest.raises(DataError) as caught:
        read(folder(tmp_path, SALES.replace(old, new)))
    assert said in str(caught.value) and caught.value.problems[0].row == 2


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"order": MAPPING["orders"]}, "id you mean 'orders'"),
        (changed(seperator=";"), "id you mean 'separator'"),
        (changed(columns={"Qty": "quantiy"}), "id you mean 'quantity'"),
        (changed(columns={**MAPPING["orders"]["columns"], "Qtty": "line"}), "id you mean 'Qty'"),
        (changed(columns={"Qty": "quantity", "Item": "quantity"}), "two columns are to be this one"),
        (changed(values={"status": {"Closed": "shiped"}}), "id you mean 'shipped'"),
        (changed(values={"stat": {}}), "id you mean 'status'"),
        (changed(units={"sku": 12}), "a column without numbers"),
        (changed(units={"quantity": 0}), "must be a number above 0"),
        (changed(dates="DD.MM.YYYY"), "must say where day, month and year are"),
        (changed(decimal=";"), "a point or a comma"),
        (changed(thousands=","), "not the decimal sign"),
        (changed(separator="||"), "must be one sign"),
        (changed(encoding="utf-9"), "no such encoding"),
        (changed(file="sale.csv"), "Did you mean sales.csv"),
        ({"orders": {"separator": ";"}}, "it says no file"),
        ([], "names no table"),
    ],
)
def test_what_the_mapping_should_not_say_is_a_problem_with_what_was_meant(tmp_path, mapping, said):
    with pytest.raises(DataError) as caught:
        read(folder(tmp_path, mapping=mapping))
    assert said in str(caught.value)


def test_a_file_in_another_encoding_is_read(tmp_path):
    folder(tmp_path, mapping=changed(encoding="cp1252"))
    (tmp_path / "sales.csv").write_bytes(SALES.replace("Hamburg", "Köln").encode("cp1252"))
    assert list(read(tmp_path).orders["location"]) == ["Köln", "Berlin"]


def test_a_parquet_file_is_mapped_too(tmp_path):
    sales = pd.DataFrame(
        {"No": [1, 2], "Art": ["a", "b"], "Cartons": [1, 2], "ordered_at": ["2024-01-01"] * 2}
    )
    sales.to_parquet(tmp_path / "sales.parquet")
    columns = {"No": "order", "Art": "sku", "Cartons": "quantity"}
    mapping = {"orders": {"file": "sales.parquet", "columns": columns, "units": {"quantity": 12}}}
    (tmp_path / "dataset.yaml").write_text(yaml.safe_dump(mapping))
    assert list(read(tmp_path).orders["quantity"]) == [12, 24]


def test_a_workbook_is_mapped_too(tmp_path):
    sales = pd.DataFrame(
        {"No": [1, 2], "Art": ["a", "b"], "Menge": [1, 2.5], "Datum": pd.to_datetime("2024-01-01")}
    )
    with pd.ExcelWriter(tmp_path / "sales.xlsx") as writer:
        pd.DataFrame({"x": [1]}).to_excel(writer, sheet_name="Cover", index=False)
        sales.to_excel(writer, sheet_name="Data", index=False)
    columns = {"No": "order", "Art": "sku", "Menge": "quantity", "Datum": "ordered_at"}
    mapping = {"orders": {"file": "sales.xlsx", "sheet": "Data", "columns": columns}}
    (tmp_path / "dataset.yaml").write_text(yaml.safe_dump(mapping))
    assert list(read(tmp_path).orders["quantity"]) == [1, 2.5]
    mapping["orders"]["sheet"] = "Dat"
    (tmp_path / "dataset.yaml").write_text(yaml.safe_dump(mapping))
    with pytest.raises(DataError, match="did you mean 'Data'"):
        read(tmp_path)


def test_a_proposed_mapping_reads_the_folder_that_it_was_proposed_for(tmp_path):
    (tmp_path / "sales.csv").write_text(SALES)
    (tmp_path / "articles.csv").write_text("Item No,Cost Price,MOQ\n00123,1.5,10\n77,2,1\n")
    ended = reorder("check", tmp_path, "--suggest-mapping")
    assert ended.code == 0 and ended.err == ""
    (tmp_path / "dataset.yaml").write_text(ended.out)
    data = read(tmp_path)
    assert list(data.orders["quantity"]) == [1250.5, 3] and list(data.orders["status"]) == ["shipped", "open"]
    assert list(data.products["min_order_quantity"]) == [10, 1] and list(data.products["unit_cost"]) == [
        1.5,
        2,
    ]


@pytest.mark.parametrize(
    ("sales", "said"),
    [
        (
            SALES.replace("14.03.2024", "03/04/2024").replace("15.03.2024", "04/04/2024"),
            "day first or month first?",
        ),
        (SALES.replace("Closed", "Mystery"), "# unsure: Mystery: one of open"),
        (SALES.replace("1.250,5", "1.250"), "are values such as 1.250 thousands?"),
        (SALES.replace("Item", "Gizmo"), "which column is sku? It is required."),
        (SALES.replace("Remark", "Blurb"), "# Blurb: not read"),
        (SALES.replace("14.03.2024", "3/14/2024").replace("15.03.2024", "3/15/2024"), '"%m/%d/%Y"'),
    ],
)
def test_a_proposal_says_where_it_is_unsure(tmp_path, sales, said):
    (tmp_path / "sales.csv").write_text(sales)
    assert said in suggest_mapping(tmp_path)


def test_a_file_that_is_near_no_table_is_said_to_be(tmp_path):
    (tmp_path / "weather.csv").write_text("station,rain\n1,2\n")
    assert "# weather.csv: no table is near its names" in suggest_mapping(tmp_path)
    assert reorder("check", tmp_path / "nowhere", "--suggest-mapping").code == 1

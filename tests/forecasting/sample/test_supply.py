"""A sample with facts of supply reads without a problem, and plans; without them it is what it was."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from forecasting.config import load
from forecasting.dataset.read import read
from forecasting.dataset.write import write
from forecasting.errors import RequestError
from forecasting.inputs.known_until import known_until
from forecasting.inputs.read_records import records_of
from forecasting.planning.plan import plan
from forecasting.sample import make_sample
from forecasting.sample.supply import FACTS, FAR, NEAR


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    write(make_sample(40, 200, seed=2, facts=FACTS).tables, folder)
    return read(folder)


def test_every_fact_is_in_its_table(dataset):
    offers, suppliers = dataset.supplier_items, dataset.suppliers
    assert {FAR, NEAR} <= set(offers["supplier"]) and "carton" in set(offers["purchase_unit"])
    assert set(suppliers["lead_time_in"].dropna()) == {"business"}
    assert set(suppliers["currency"].dropna()) == {"USD"} and len(dataset.currencies) == 2
    assert set(dataset.closures["supplier"]) <= set(suppliers["supplier"])


def test_price_breaks_of_cartons_are_cheaper_than_a_carton(dataset):
    cartons = dataset.supplier_items[dataset.supplier_items["purchase_unit"] == "carton"]
    both = dataset.price_breaks.astype({"supplier": str, "sku": str}).merge(
        cartons.astype({"supplier": str, "sku": str}), on=["supplier", "sku"], suffixes=("_break", "")
    )
    assert len(both)
    assert (both["unit_cost_break"] < both["unit_cost"]).all()
    assert (both["unit_cost_break"] > both["unit_cost"] / 2).all()


def test_a_plan_knows_them(dataset):
    records = records_of(dataset)
    config = load(None, ("model=negative_binomial",))
    tables = plan(records, config, known_until(records).orders).tables
    compared = tables["suppliers_compared"]
    assert compared["role"].value_counts()["chosen"] == compared["sku"].nunique() > 5
    assert not compared[~compared["usual"] & (compared["role"] == "chosen")].empty
    assert len(tables["order_calendar"]) and "USD" in set(tables["order_terms"]["currency"])


def test_without_them_the_tables_are_the_same():
    plain, more = make_sample(20, 90, seed=4), make_sample(20, 90, seed=4, facts=("calendars",))
    for name, table in plain.tables.items():
        if name != "suppliers":
            assert more.tables[name].equals(table)
    assert set(more.tables) - set(plain.tables) == {"closures"}


def test_the_files_of_a_sample_without_them_are_the_bytes_that_they_were(tmp_path: Path):
    write(make_sample(20, 90, seed=4).tables, tmp_path)
    content = hashlib.sha256()
    for file in sorted(tmp_path.glob("*.csv")):
        content.update(file.name.encode() + file.read_bytes())
    assert content.hexdigest()[:16] == "03c1ffd8eb69daae"


def test_a_fact_that_is_not_known_is_refused_with_the_nearest():
    with pytest.raises(RequestError, match="suppliers"):
        make_sample(20, 90, facts=("supliers",))

"""What a source does not hold comes from the company's own tables beside it; then a plan can be made."""

from __future__ import annotations

import pytest

from forecasting.connectors.sources.own import own_tables
from forecasting.dataset.read import read
from forecasting.errors import ConfigError, DataError
from tests.support.builders import write_dataset
from tests.support.clocks import FakeClock
from tests.support.command import reorder
from tests.support.sources import Imports
from tests.support.stand_ins.orderspace import CLIENT_ID, CLIENT_SECRET, Orderspace


@pytest.fixture
def shop():
    clock = FakeClock()
    made = Orderspace(clock)
    for sku in ("A", "B"):
        made.product(sku)
        made.level(sku, 3)
    clock.forward(days=-90)
    for day in range(90):
        made.order(day, ("A", 2), ("B", 1), status="fulfilled")
        clock.forward(days=1)
    return made


def test_suppliers_costs_and_purchases_come_from_the_companys_own_tables(shop, tmp_path):
    own = write_dataset(
        tmp_path / "own",
        products=[
            {"sku": "A", "supplier": "ACME", "unit_cost": 4, "category": ""},
            {"sku": "C", "supplier": "ACME", "unit_cost": 1, "category": "New"},
        ],
        suppliers=[{"supplier": "ACME", "lead_time_days": 14}],
        purchase_orders=[
            {"purchase_order": 1, "sku": sku, "quantity": 5, "ordered_at": "2026-06-01", "status": "open"}
            for sku in ("A", "GONE")
        ],
        stock=[{"as_of": "2026-06-01", "sku": "A", "on_hand": 99}],
    )
    imports = Imports("orderspace", shop, tmp_path / "data", shop.clock, own=own)
    imports.given = {
        "client_id": imports.secret("id", CLIENT_ID),
        "client_secret": imports.secret("key", CLIENT_SECRET),
    }
    changes = imports.bring()
    assert "1 rows of purchase_orders are of unknown items, and are left out" in changes.notices
    data = read(imports.folder)
    products = data.products.set_index("sku")
    assert products["supplier"].astype(object).to_dict() == {"A": "ACME", "B": None, "C": "ACME"} | {
        "B": products["supplier"].astype(object)["B"]
    }
    assert products.loc["A", ["category", "unit_cost", "unit_price"]].tolist() == ["Lamps", 4.0, 9.5]
    assert products.loc["C", "category"] == "New"
    # What the shop does hold is the shop's.
    assert data.stock["on_hand"].tolist() == [3.0, 3.0]
    assert data.purchase_orders["sku"].tolist() == ["A"]

    planned = reorder(
        "plan", imports.folder, "--as-of", "2026-06-28", "--out", tmp_path / "plan", "--set",
        "model=moving_average",
    )  # fmt: skip
    assert planned.code == 0, planned.err


def exported(folder, **tables):
    """A company's exports, and the settings of a source that reads them."""
    write_dataset(folder / "exports", **tables)
    (folder / "map.yaml").write_text("".join(f"{name}: {{file: {name}.csv}}\n" for name in tables))
    file = folder / "erp.yaml"
    file.write_text("kind: csv\nfolder: exports\nmapping: map.yaml\n")
    return file


def test_another_system_may_hold_what_the_source_does_not_and_is_read_first(shop, tmp_path):
    bought = {"purchase_order": 1, "sku": "A", "quantity": 5, "ordered_at": "2026-06-01", "status": "open"}
    orders = [{"order": 1, "sku": "A", "quantity": 1, "ordered_at": "2026-06-01"}]
    file = exported(
        tmp_path,
        orders=orders,
        products=[{"sku": "A", "supplier": "ACME", "unit_cost": 4}],
        suppliers=[{"supplier": "ACME", "lead_time_days": 14}],
        purchase_orders=[bought],
    )
    imports = Imports("orderspace", shop, tmp_path / "data", shop.clock, own=file)
    imports.given = {
        "client_id": imports.secret("id", CLIENT_ID),
        "client_secret": imports.secret("key", CLIENT_SECRET),
    }
    data = imports.tables()
    assert len(data.orders) == 180, "what the shop holds is the shop's"
    assert data.suppliers["lead_time_days"].tolist() == [14.0]
    assert data.products.set_index("sku").loc["A", ["unit_cost", "unit_price"]].tolist() == [4.0, 9.5]

    exported(tmp_path, orders=orders, purchase_orders=[bought, {**bought, "purchase_order": 2}])
    assert imports.tables().purchase_orders["purchase_order"].tolist() == ["1", "2"]
    file.write_text("kind: orderspace\nown: erp.yaml\n")
    with pytest.raises(ConfigError, match="own: must be a folder"):
        imports.bring()


def test_a_folder_without_orders_is_read_and_what_is_wrong_in_it_is_told(tmp_path):
    write_dataset(tmp_path / "own", suppliers=[{"supplier": "ACME", "lead_time_days": "soon"}])
    with pytest.raises(DataError, match="soon"):
        own_tables(tmp_path / "own")
    with pytest.raises(DataError, match="there is no such folder"):
        own_tables(tmp_path / "nowhere")

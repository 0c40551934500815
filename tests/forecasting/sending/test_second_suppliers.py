"""What is asked of a second supplier is shown beside the item's line, and sent with it."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from forecasting.bootstrap.writing import write_tables
from forecasting.config import Secrets
from forecasting.domain import day_text
from forecasting.planning.second_rows import with_second_rows
from forecasting.reviewing.deciding import approve
from forecasting.sending.freezing import Bound, freeze
from tests.support.review import ANN, lines, opened, seen, write
from tests.support.supply import AS_OF, company, planned

NIGHT = datetime(2030, 7, 1, 2, 0)
ERP = Bound("erp", "exactly once")
SUPPLIERS = [{"supplier": "north", "lead_time_days": 10}, {"supplier": "far", "lead_time_days": 60}]


def short(folder, *, coming: float = 0.0):
    """What is there lasts two weeks; ``coming`` units of the slow supplier come in a month."""
    stock = [{"as_of": day_text(AS_OF), "sku": "axe", "on_hand": 60}]
    offers = [
        {"supplier": "far", "sku": "axe", "unit_cost": 4},
        {"supplier": "north", "sku": "axe", "unit_cost": 6, "supplier_sku": "N-1"},
    ]
    purchases = [
        {
            "purchase_order": "P1",
            "sku": "axe",
            "quantity": coming,
            "supplier": "far",
            "ordered_at": day_text(AS_OF - 30),
            "expected_at": day_text(AS_OF + 31),
            "status": "open",
        }
    ]
    more = {"purchase_orders": purchases} if coming else {}
    return company(folder, suppliers=SUPPLIERS, supplier_items=offers, stock=stock, **more)


def store_of(folder, known):
    url = f"sqlite:///{folder / 'app.db'}"
    write(url, planned(known, for_pages=True))
    return opened(url)


def test_both_orders_leave_with_the_one_line_that_is_approved(tmp_path):
    store = store_of(tmp_path, short(tmp_path / "dataset"))
    (waiting,) = lines(store, only="suggested")
    assert freeze(store, ERP, NIGHT).orders == ()
    approve(store, ANN, seen(waiting))
    far, north = freeze(store, ERP, NIGHT).orders
    assert (far.supplier, north.supplier) == ("far", "north")
    assert far.lines[0].quantity == waiting.quantity
    assert north.lines[0].quantity > 0 and north.lines[0].supplier_sku == "N-1"
    assert freeze(store, ERP, NIGHT).orders == ()


def test_where_only_the_second_is_asked_the_line_is_its(tmp_path):
    known = short(tmp_path / "dataset", coming=400)
    (found,) = planned(known).tables["recommendations"].itertuples(index=False)
    assert (found.supplier, found.quantity) == ("far", 0)
    store = store_of(tmp_path, known)
    (waiting,) = lines(store, only="suggested")
    assert waiting.supplier == "north" and waiting.quantity > 0
    approve(store, ANN, seen(waiting))
    (order,) = freeze(store, ERP, NIGHT).orders
    assert order.supplier == "north"


def test_files_have_a_row_for_each_supplier_that_is_asked(tmp_path):
    result = planned(short(tmp_path / "dataset"))
    write_tables(result, tmp_path / "out", True, Secrets())
    table = pd.read_csv(tmp_path / "out" / "recommendations.csv")
    assert table["supplier"].tolist() == ["far", "north"]
    beside = result.tables["second_orders"].iloc[0]
    assert table["quantity"].tolist() == [result.tables["recommendations"]["quantity"][0], beside["quantity"]]
    assert table["value"][1] == pytest.approx(6 * beside["quantity"])
    assert table["sku"].tolist() == ["axe", "axe"]


def test_files_of_a_company_without_second_suppliers_are_as_they_were(tmp_path):
    tables = planned(company(tmp_path)).tables
    assert with_second_rows(tables) is tables

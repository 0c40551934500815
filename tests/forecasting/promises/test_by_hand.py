"""What people give beside the dataset: pins, answers, rules, an earlier run. What is wrong in it is told."""

from __future__ import annotations

import pytest

from forecasting.errors import RequestError
from forecasting.promises.pins import read_pins
from tests.forecasting.promises.test_promise import PRODUCT, bought, by_order, line, promised, shop


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("L1,1,stock,two,", "row 2: the quantity 'two': give a number above 0"),
        ("L1,1,stock,-5,", "row 2: the quantity '-5': give a number above 0"),
        ("L1,1,stock,0,", "row 2: the quantity '0': give a number above 0"),
        ("L1,1,stock,1,next week", "row 2: the released 'next week': write a date"),
    ],
)
def test_a_pin_without_a_quantity_or_a_day_in_it_is_refused(tmp_path, row, what):
    given = shop(tmp_path, [line("L1", "A", 3), line("L2", "A", 5)], stock=[("A", 3)])
    file = tmp_path / "pins.csv"
    file.write_text(f"order,line,source,quantity,released\n{row}\n")
    with pytest.raises(RequestError, match=what):
        promised(given, pins=read_pins(file))


def test_a_line_is_pinned_no_more_than_it_wants_however_often_it_is_named(tmp_path):
    lines = [line("L1", "A", 3), line("L2", "A", 3, on="2026-06-06")]
    given = shop(tmp_path, lines, stock=[("A", 6)])
    file = tmp_path / "pins.csv"
    file.write_text("order,line,source\nL1,1,stock\nL1,1,stock\nL2,1,stock\n")
    tables, run = promised(given, pins=read_pins(file))
    assert run["counts"]["notices"] == 0
    assert set(by_order(tables, "allocated_from").values()) == {"stock"}


def test_a_pin_to_a_purchase_order_of_another_item_is_refused_and_one_that_has_come_is_one_to_stock(tmp_path):
    other = {"sku": "B", "supplier": "S", **PRODUCT}
    come = bought(
        "P2", "A", 3, "2026-05-20", status="received", received_at="2026-06-05", quantity_received=3
    )
    still = bought("P1", "B", 9, "2026-06-01", status="open", expected_at="2026-06-15")
    given = shop(
        tmp_path, [line("L1", "A", 3)], products=[other], stock=[("A", 3)], purchase_orders=[come, still]
    )
    file = tmp_path / "pins.csv"
    file.write_text("order,line,source\nL1,1,P1\n")
    with pytest.raises(RequestError, match="'P1' has none of A at main"):
        promised(given, pins=read_pins(file))
    file.write_text("order,line,source\nL1,1,P2\n")
    tables, run = promised(given, pins=read_pins(file))
    assert by_order(tables, "allocated_from") == {"L1": "stock"} and not run["notices"]


def test_an_answer_that_is_of_no_open_line_is_noticed_and_not_lost_in_silence(tmp_path):
    given = shop(tmp_path, [line("L1", "A", 3)], stock=[("A", 3)])
    answers = {("L1", "1"): "declined", ("L1", "2"): "declined", ("L9", ""): "agreed"}
    tables, run = promised(given, answers=answers)
    assert by_order(tables, "consent") == {"L1": "declined"}
    told = [text for text in run["notices"] if text.startswith("table answers")]
    assert len(told) == 2 and "value 'L1 2'" in told[0] and "value 'L9'" in told[1]


def test_an_answer_without_a_line_is_that_of_all_lines_of_the_order_but_of_those_with_their_own(tmp_path):
    lines = [line("L1", "A", 3), {**line("L1", "A", 2), "line": "2"}, line("L2", "A", 1)]
    given = shop(tmp_path, lines, stock=[("A", 6)])
    tables, run = promised(given, answers={("L1", ""): "declined", ("L1", "2"): "agreed"})
    state = tables["promises"].set_index(["order", "line"])["consent"].to_dict()
    assert state == {("L1", "1"): "declined", ("L1", "2"): "agreed", ("L2", "1"): "not_needed"}
    assert not run["notices"]


def test_a_rule_for_a_name_that_nothing_has_is_noticed_with_the_nearest_one(tmp_path):
    given = shop(tmp_path, [line("L1", "A", 3, customer_class="key")], stock=[("A", 3)])
    fits = "promise_rules=[{customer_class: key, rule: win}, {sku: A, rule: win}, {category: c, rule: win}]"
    assert promised(given, settings=(fits,))[1]["counts"]["notices"] == 0
    misspelt = "promise_rules=[{customer_class: kee, rule: win}, {sku: AA, rule: fill}]"
    told = promised(given, settings=(misspelt,))[1]["notices"]
    assert len(told) == 2
    assert "the dataset has no such customer class" in told[0] and "Did you mean 'key'?" in told[0]
    assert "column sku" in told[1] and "'AA'" in told[1]


def test_what_was_promised_of_another_dataset_is_refused(tmp_path):
    before, _ = promised(shop(tmp_path / "a", [line("L1", "A", 3)], stock=[("A", 3)]))
    another = shop(tmp_path / "b", [line("L2", "A", 3)], stock=[("A", 3)])
    with pytest.raises(RequestError, match="none of the 1 lines that were promised before is in this"):
        promised(another, previous=before["promises"], previous_run="a")
    both = shop(tmp_path / "c", [line("L1", "A", 3), line("L2", "A", 3)], stock=[("A", 3)])
    assert promised(both, previous=before["promises"], previous_run="a")[1]["counts"]["open_lines"] == 2

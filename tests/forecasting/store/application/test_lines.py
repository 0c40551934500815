"""Lines are found, narrowed, counted and put in order alike in both databases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from forecasting.store.application.lines import count_by_reason, find_cells, find_numbered, totals, words_of
from forecasting.store.application.plans import latest_plan
from forecasting.store.application.selection import DATA_FLAGS, FILTERS, SORTS, Selection
from forecasting.store.application.suppliers import supplier_orders
from tests.support.review import copied, line, lines, opened


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request, tmp_path_factory):
    """On each kind of database, one for all tests: none of them writes."""
    with copied(request, "base", tmp_path_factory.mktemp("lines")) as url:
        made = opened(url)
        yield made
        made.close()


def run_of(store):
    with store.reading() as transaction:
        return latest_plan(transaction)


@pytest.fixture(scope="module")
def everything(store):
    return lines(store, size=1_000)


def test_a_line_is_what_the_plan_wrote(store, result, everything):
    table = result.tables["recommendations"].set_index("sku")
    assert len(everything) == len(table)
    for each in everything:
        row = table.loc[each.sku]
        assert float(each.quantity) == float(each.suggested) == row["quantity"]
        assert float(each.saving) == pytest.approx(row["expected_cost"] - row["expected_cost_if_ordered"])
        assert (each.status, each.version) == ("open", 0)


@pytest.mark.parametrize("name", SORTS)
def test_every_order_is_kept_from_page_to_page_and_nothing_comes_twice(store, everything, name):
    for down in (True, False):
        paged = []
        for page in range(1, 20):
            found = lines(store, sort=name, down=down, page=page, size=7)
            assert len(found) <= 7
            paged += [each.sku for each in found]
        assert sorted(paged) == sorted(each.sku for each in everything)
        if name in ("sku", "value", "quantity"):
            values = [getattr(line(store, sku), name) for sku in paged[:20]]
            assert values == sorted(values, reverse=down)


PLAIN = {
    "suggested": lambda each: each.quantity > 0,
    "not_suggested": lambda each: each.quantity == 0,
    "owed": lambda each: each.backlog > 0,
    "runs_out": lambda each: each.stockout_probability >= Decimal("0.3"),
    "persistent": lambda each: flagged(each, "persistent_backorder"),
    "new": lambda each: flagged(each, "no_history", "not_known_yet"),
    "data": lambda each: flagged(each, *DATA_FLAGS),
    "excess": lambda each: flagged(each, "excess"),
    "odd": lambda each: flagged(each, "odd_order"),
    "overdue": lambda each: flagged(each, "overdue"),
    "edited": lambda each: False,
    "plain": lambda each: (
        each.stockout_probability < Decimal("0.3") and each.backlog == 0 and not flagged(each, *DATA_FLAGS)
    ),
}


def flagged(each, *words) -> bool:
    return bool(set(words) & set(each.flags.split(";")))


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_gives_what_it_says(store, everything, name):
    found = lines(store, only=name, size=1_000)
    assert {each.sku for each in found} == {each.sku for each in everything if PLAIN[name](each)}


@pytest.mark.parametrize("part", ["%", "_", "/", "'", "\\", '"; drop table people; --'])
def test_signs_of_a_pattern_mean_themselves(store, everything, part):
    found = lines(store, search=part, size=1_000)
    holding = [
        each
        for each in everything
        if any(part in text for text in (each.sku, each.description, each.supplier))
    ]
    assert {each.sku for each in found} == {each.sku for each in holding}


def test_a_search_knows_no_case(store, everything):
    wanted = everything[3]
    for text in (wanted.sku.lower(), wanted.description.upper()[:9], wanted.supplier.swapcase()):
        assert wanted.sku in {each.sku for each in lines(store, search=text, size=1_000)}
    assert {each.sku for each in lines(store, skus=(wanted.sku.lower(), "none of ours"))} == {wanted.sku}


def test_totals_are_of_all_pages_and_count_what_waits(store, everything):
    plan = run_of(store)
    with store.reading() as transaction:
        found = totals(transaction, Selection(plan.run, size=5))
    ordered = [each for each in everything if each.quantity > 0]
    assert found.lines == len(everything)
    assert found.open_lines == len(ordered)
    assert found.value == found.open_value == sum(each.value for each in ordered)


def test_suppliers_add_up_to_their_lines(store, everything):
    plan = run_of(store)
    with store.reading() as transaction:
        orders = supplier_orders(transaction, plan)
        one = supplier_orders(transaction, plan, orders[0].name)
    assert one == [orders[0]]
    assert [order.saving for order in orders] == sorted((order.saving for order in orders), reverse=True)
    for order in orders:
        own = [each for each in everything if each.supplier == order.name and each.quantity > 0]
        assert (order.lines, order.open_lines) == (len(own), len(own))
        assert order.value == order.open_value == sum((each.value for each in own), Decimal(0))
        if own:
            assert order.worst_sku == max(own, key=lambda each: (each.saving, -each.number)).sku
            assert order.to_minimum == max(order.min_order_value - order.value, 0)
            assert order.order_by == min(each.order_by for each in own if each.order_by)


def test_every_line_without_a_suggestion_has_one_reason(store, everything):
    plan = run_of(store)
    with store.reading() as transaction:
        counted = dict(count_by_reason(transaction, plan.run))
        categories = words_of(transaction, plan.run, "category")
    assert sum(counted.values()) == sum(each.quantity == 0 for each in everything)
    assert list(categories) == sorted({each.category for each in everything})
    for reason, count in counted.items():
        found = lines(store, only="not_suggested", reason=reason, size=1_000)
        assert len(found) >= count


def test_cells_of_a_file_are_those_of_the_lines(store, everything):
    plan = run_of(store)
    wanted = replace(Selection(plan.run), sort="sku", down=False, size=1_000)
    with store.reading() as transaction:
        cells = [tuple(row) for row in find_cells(transaction, wanted, ("sku", "quantity", "status"))]
    assert cells == sorted((each.sku, each.quantity, each.status) for each in everything)


def _reads(transaction, statement, parameters):
    """What the database says that it would read to answer a statement."""
    if transaction.dialect.name == "sqlite":
        said = transaction.exec_driver_sql(f"explain query plan {statement}", parameters)
        return [row.detail for row in said if row.detail.startswith(("SCAN", "SEARCH"))]

    # PostgreSQL reads a small table whole where it may, index or not.
    transaction.exec_driver_sql("set local enable_seqscan = off")
    said = transaction.exec_driver_sql(f"explain {statement}", parameters)
    return [row[0] for row in said if " Scan " in row[0]]


def _is_whole(read):
    """Whether a table is read from end to end, or all that a plan has in it."""
    return read.startswith("SCAN") or "Seq Scan" in read or ("(run=?)" in read and " plans " not in read)


def test_a_line_is_found_by_its_number_without_reading_the_plan(store):
    """Each key that a buyer types asks for one line: of 30,000 it must not read the others."""
    chosen = lines(store)[7]
    asked = []

    def note(_, __, statement, parameters, *___):
        asked.append((statement, parameters))

    with store.reading() as transaction:
        sa.event.listen(store.engine, "before_cursor_execute", note)
        found = find_numbered(transaction, chosen.run, chosen.number)
        sa.event.remove(store.engine, "before_cursor_execute", note)
        reads = [each for one in asked for each in _reads(transaction, *one)]

    assert found == chosen and asked
    assert reads and not [each for each in reads if _is_whole(each)], reads


def test_a_list_of_all_lines_reads_them_all(store):
    """The counterpart: what a read from end to end looks like is known in both databases."""
    with store.reading() as transaction:
        reads = _reads(transaction, "select reason from recommendations", ())
    assert reads and all(_is_whole(each) for each in reads)

"""What a ledger did, told back as a dataset's tables, is recorded with the ledger's own tallies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import records_of
from forecasting.replay.recorded import recorded
from forecasting.sample.records import typed
from forecasting.simulation.flows import Flows
from forecasting.simulation.ledger import Ledger
from forecasting.simulation.stretch import Stretch
from tests.support.builders import dataset, order
from tests.support.recorded import FIRST, early, on, staged

FLOWS = Flows._fields


@st.composite
def worlds(draw):
    """Lines (day, days to the deadline, units), receipts, opening stock and rules of a few items."""
    span, pieces = 21, st.integers(1, 9)
    items = draw(st.integers(2, 5))
    day = st.integers(0, span - 1)
    return [
        {
            "lines": sorted(draw(st.lists(st.tuples(day, st.integers(0, 9), pieces), max_size=7))),
            "receipts": draw(st.lists(st.tuples(day, pieces), max_size=4)),
            "opening": draw(st.integers(0, 12)),
            "refused": draw(st.booleans()),
            "warm": draw(st.integers(0, 9)),
            "counts": draw(st.booleans()),
        }
        for _ in range(items)
    ]


def told_back(world):
    """Tables as a company would keep them whose past was the ledger's: each shipment a row of its own."""
    orders, stock = [], []
    # Before the first count; it shows that receipts are recorded.
    bought = [{"purchase_order": "P", "line": 1, "sku": "i0", "quantity": 1, "received_at": on(-3)}]
    for number, item in enumerate(world):
        sku = f"i{number}"
        orders.append(
            order(sku, on(-5), 1, order=f"before-{sku}", line=0, shipped_at=on(-5), status="shipped")
        )
        on_hand, owed = item["opening"], []
        stock.append({"as_of": on(-1), "sku": sku, "on_hand": on_hand})
        for place, (day, units) in enumerate(item["receipts"]):
            bought.append(
                {
                    "purchase_order": f"P{number}-{place}",
                    "line": 1,
                    "sku": sku,
                    "quantity": units,
                    "received_at": on(day),
                }
            )
        for today in range(21):
            on_hand += sum(units for day, units in item["receipts"] if day == today)
            sent = []
            for entry in sorted(owed, key=lambda entry: (entry[0], entry[1])):
                given = min(entry[2], on_hand)
                on_hand, entry[2] = on_hand - given, entry[2] - given
                sent.append((entry[1], given))
            for place, (day, _, units) in enumerate(item["lines"]):
                if day == today:
                    given = min(units, on_hand)
                    on_hand -= given
                    sent.append((place, given))
                    if given < units and item["refused"]:
                        orders.append(
                            part(item, number, place, units - given, status="refused", quantity_shipped=0)
                        )
                    elif given < units:
                        owed.append([day + item["lines"][place][1], place, units - given])
            orders += [
                part(item, number, place, given, status="shipped", shipped_at=on(today))
                for place, given in sent
                if given
            ]
            if item["counts"] and today % 7 == 6:
                stock.append({"as_of": on(today), "sku": sku, "on_hand": on_hand})
        orders += [part(item, number, place, units, status="open") for _, place, units in owed if units]
    for row, each in enumerate(orders):
        each["line"] = row
    for each in bought:
        each |= {"ordered_at": on(-9), "status": "received"}
    columns = pd.DataFrame(orders).astype({"line": str})
    frames = {"orders": columns, "stock": pd.DataFrame(stock), "purchase_orders": pd.DataFrame(bought)}
    for frame in frames.values():
        for name in ("ordered_at", "due", "shipped_at", "received_at", "as_of"):
            if name in frame:
                frame[name] = pd.to_datetime(frame[name], format="ISO8601")
    return {name: typed(name, frame) for name, frame in frames.items() if len(frame)}


def part(item, number, place, units, **fate):
    day, wait, _ = item["lines"][place]
    at = f"{on(day)}T{place:02d}:00"
    return order(f"i{number}", at, units, order=f"S{number}-{place}", due=on(day + wait), **fate)


@settings(max_examples=15, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(worlds())
def test_the_outcome_of_a_ledger_told_back_gives_its_tallies(blank, world):
    data = records_of(replace(blank, **told_back(world)))
    past = staged(data, last=FIRST + 20)
    count_from = FIRST + np.array([item["warm"] for item in world])
    past = replace(past, count_from=count_from)
    ledger = Ledger(
        past.lines,
        np.array([item["opening"] for item in world], dtype=np.float64),
        np.array([not item["refused"] for item in world]),
        Stretch(FIRST, FIRST + 20, count_from, past.period_edges),
    )
    ledger.schedule(
        np.array([number for number, item in enumerate(world) for _ in item["receipts"]], dtype=np.int64),
        np.array([FIRST + day for item in world for day, _ in item["receipts"]], dtype=np.int64),
        np.array([units for item in world for _, units in item["receipts"]], dtype=np.float64),
    )
    ledger.advance(FIRST + 20)
    found, asked = recorded(past, Assumptions()), sum(len(item["lines"]) for item in world)
    assert len(past.lines.day[past.lines.day >= FIRST]) == asked
    for name in FLOWS:
        assert np.array_equal(getattr(found.run.flows, name), getattr(ledger.flows, name)), name


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """A dataset whose tables are to be replaced."""
    return dataset(tmp_path_factory.mktemp("blank"), orders=[early()])

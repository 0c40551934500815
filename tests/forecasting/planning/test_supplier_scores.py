"""What suppliers say of themselves beside what they did: every receipt of a year, held against it."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.known_until import known_until
from forecasting.inputs.notices import Notices
from forecasting.inputs.read_records import read_records
from forecasting.planning.plan import advise
from forecasting.planning.supplier_scores import DAYS, supplier_scores
from forecasting.run import Clock


@pytest.fixture(scope="module")
def advice(sample):
    records = read_records(str(sample))
    config = load(None, ("model=seasonal_additive",))
    as_of = known_until(records).orders
    return advise(records, config, as_of, Clock(), Assumptions(), Notices())


def test_a_supplier_s_receipts_are_counted_one_by_one(advice):
    table = supplier_scores(advice).set_index("supplier")
    bought, as_of = advice.observed.records.purchases, advice.situation.as_of
    names = advice.catalogue.suppliers.name
    for at, name in enumerate(names):
        mine = [
            row
            for row in range(len(bought))
            if bought.supplier[row] == at
            and bought.firm[row]
            and as_of - DAYS < bought.received[row] <= as_of
        ]
        assert table.loc[name, "receipts"] == len(mine)
        took = [max(bought.received[row] - bought.ordered[row] - 1, 0) for row in mine]
        if mine:
            assert table.loc[name, "measured_days"] == pytest.approx(np.mean(took), abs=0.006)
        short = [row for row in mine if bought.came_units[row] < bought.quantity[row] - 1e-9]
        assert table.loc[name, "short"] == len(short)
        kept = [
            row for row in mine if bought.promised[row] > 0 and bought.received[row] <= bought.promised[row]
        ]
        assert table.loc[name, "on_time"] == len(kept)
    assert table["receipts"].sum() > 50

"""Orders known ahead in a replay: who knows more decides no worse."""

from __future__ import annotations

import numpy as np

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest
from tests.support.builders import order, records

AS_OF = day_number("2026-03-29")


def test_a_replay_that_knows_standing_orders_does_not_cost_more(tmp_path):
    draw = np.random.default_rng(4)
    known, unknown = [], []
    for item in range(6):
        for week, units in enumerate(draw.poisson(draw.gamma(1.0, 12.0, 130))):
            wanted = AS_OF - 7 * (130 - week) + item
            if units:
                name = {"line": f"{item}-{week}", "status": "shipped", "shipped_at": day_text(wanted)}
                unknown.append(order(f"I{item}", day_text(wanted), int(units), **name))
                ahead = {"due": day_text(wanted), "kind": "standing"}
                known.append(order(f"I{item}", day_text(wanted - 28), int(units), **name, **ahead))

    costs = []
    for name, rows in (("known", known), ("unknown", unknown)):
        request = ReplayRequest(AS_OF - 200, AS_OF - 60, ("cost_optimal",), "cost_optimal")
        config = load(None, ["model=negative_binomial"])
        result = replay(records(tmp_path / name, orders=rows), config, request)
        costs.append(float(result.tables["summary"]["cost_total"].iloc[0]))
    # On top of the forecast they would save a quarter; in its place they save nearly all.
    assert costs[0] < 0.5 * costs[1]

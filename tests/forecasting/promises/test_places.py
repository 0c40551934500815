"""What is about to be moved to a shop is promised there, and no more where it comes from."""

from __future__ import annotations

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.planning.plan import plan
from forecasting.promises.promise import Request, promise
from forecasting.promises.recommended import recommended_by
from tests.support.builders import order, records
from tests.support.places import PLACES, TODAY, tables

AS_OF = day_number(str(TODAY))
CONFIG = load(None, ("model=negative_binomial",))


def test_goods_on_their_way_from_the_hub_are_promised_once(tmp_path):
    given = tables({"east": 0, "west": 90, "hub": 150}, PLACES)
    given["orders"].append(order("A", str(TODAY), 5, status="open", order="late", line=1, location="east"))
    made = records(tmp_path, **given)
    table = plan(made, CONFIG, AS_OF).tables["recommendations"]
    moved = table.set_index("location").loc["east", "quantity"]
    found = promise(made, CONFIG, Request(AS_OF), recommended_by(table, AS_OF)).tables
    shown = found["storefront"].set_index("location")
    assert 0 < moved < 150 and shown.loc["hub", "promisable_now"] == 150 - moved
    line = found["promises"].iloc[0]
    # Two days on the way, from the close of today.
    assert (line["allocated_from"], line["eta_p90"]) == ("recommendation", "2026-04-01")

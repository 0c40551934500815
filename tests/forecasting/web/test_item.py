"""An item's page: who waits, who buys, what came of earlier suggestions, and edits of its forecast."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forecasting.config import load
from forecasting.inputs.known_until import known_until
from forecasting.inputs.read_records import read_records
from forecasting.planning.plan import plan
from forecasting.reviewing.edits import typed_percent
from forecasting.reviewing.refusals import RefusedError
from forecasting.store.application.kept import edits_for_plans
from tests.support.review import lines, write


@pytest.fixture
def item(served, promises):
    """One that a customer waits for."""
    first = promises.tables["promises"].iloc[0]
    return lines(served.store, skus=(first.sku,), only="")[0]


def posted(person, item, **said):
    usual = {"sku": item.sku, "location": item.location, "percent": "+30", "reason": "A fair"}
    until = (item.as_of + timedelta(days=60)).isoformat()
    return person.post("/item/forecast", data={**usual, "until": until, **said})


def test_who_waits_and_what_the_shop_may_say_stand_on_the_item_s_page(served, item, promises):
    with served.person("lea") as lea:
        page = lea.get(f"/item?sku={item.sku}&location={item.location}").text
    mine = promises.tables["promises"].query("sku == @item.sku")
    assert all(order in page for order in mine["order"])
    shop = promises.tables["storefront"].query("sku == @item.sku").iloc[0]
    assert f"<b>{shop.says}</b>" in page and "Who buys it" in page


def test_an_edit_holds_for_the_plans_to_come_until_it_is_ended(served, item):
    with served.person("lea") as lea, served.person("ada") as ada:
        assert posted(ada, item).status_code == 403
        assert posted(lea, item).status_code == 204
        assert posted(lea, item, percent="-20", reason="The fair is off").status_code == 204
        kept = edits_for_plans(served.url)
        assert kept == [(item.location, item.sku, 0.8, item.as_of + timedelta(days=60))]
        page = lea.get(f"/item?sku={item.sku}&location={item.location}").text
        assert "<b>−20 %</b>" in page and "The fair is off" in page and "ended by lea" in page
        assert (
            lea.post("/item/forecast/end", data={"sku": item.sku, "location": item.location}).status_code
            == 204
        )
        assert (
            lea.post("/item/forecast/end", data={"sku": item.sku, "location": item.location}).status_code
            == 422
        )
        assert "edit forecast" in ada.get("/audit").text
    assert edits_for_plans(served.url) == []


def test_a_program_edits_a_forecast_and_ends_the_edit(served, item, token):
    until = (item.as_of + timedelta(days=30)).isoformat()
    wanted = {"sku": item.sku, "location": item.location, "percent": 25, "until": until, "reason": "x"}
    with served.nobody() as program:
        program.headers["authorization"] = f"Bearer {token}"
        assert program.post("/api/v1/forecast-edits", json=wanted).status_code == 204
        assert [each["sku"] for each in program.get("/api/v1/forecast-edits").json()] == [item.sku]
        ended = {"sku": item.sku, "location": item.location}
        assert program.post("/api/v1/forecast-edits/end", json=ended).status_code == 204
        assert program.get("/api/v1/forecast-edits").json() == []
        assert program.post("/api/v1/forecast-edits", json={**wanted, "percent": 0}).status_code == 400


@pytest.mark.parametrize(
    "said",
    [
        {"percent": "0"},
        {"percent": "a lot"},
        {"percent": "-120"},
        {"reason": " "},
        {"until": "2020-01-01"},
        {"until": "2099-01-01"},
        {"sku": "no-such"},
    ],
)
def test_an_edit_without_a_figure_a_reason_or_a_day_is_refused(served, item, said):
    with served.person("ann") as ann:
        assert posted(ann, item, **said).status_code == 422
    assert edits_for_plans(served.url) == []


@pytest.mark.parametrize(("typed", "percent"), [("30", 30), ("+12.5 %", 12.5), ("-20", -20), ("\u22125", -5)])
def test_per_cent_are_read_as_they_are_typed(typed, percent):
    assert typed_percent(typed) == percent
    with pytest.raises(RefusedError):
        typed_percent("--5")


def test_earlier_suggestions_have_what_came_of_them(served, item, sample):
    records = read_records(str(sample))
    config = load(None, ("model=seasonal_additive",))
    before = plan(records, config, known_until(records).orders - 84, for_pages=True)
    write(served.url, before)
    with served.person("ann") as ann:
        page = ann.get(f"/item?sku={item.sku}&location={item.location}").text
    assert "Suggestions of earlier plans" in page
    assert " left over" in page or " short</b>" in page

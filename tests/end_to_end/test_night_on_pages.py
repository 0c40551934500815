"""What a killed night has ordered is shown to buyers as ordered, and cannot be approved a second time."""

from __future__ import annotations

import pandas as pd
import pytest

from forecasting.bootstrap.night_stages import STAGES
from forecasting.bootstrap.ordering import utc_now
from forecasting.reviewing.accounts import add_person, make_token
from forecasting.sending.freezing import Bound, freeze
from forecasting.store.application import outbox
from tests.support.browser import PASSWORD
from tests.support.company import SKUS, TONIGHT
from tests.support.night import night, nightly_job
from tests.support.review import ANN
from tests.support.web import Client

MIDWAY = ("send", "midway")
"""Within the sender: an order is in the ordering system, and the outbox does not know it yet."""

KILLED = [(stage, event) for stage in STAGES for event in ("begins", "ends")] + [MIDWAY]
QUICK = [MIDWAY, ("approve", "ends")]


class Killed(BaseException):
    """The job dies here: nothing is tidied up."""


def kill_at(job, point, monkeypatch) -> None:
    """The night dies at a point of its way."""
    kept = outbox.keep

    def keep(transaction, order, now, **changed):
        if changed["status"] == "delivered":
            raise Killed
        return kept(transaction, order, now, **changed)

    def watch(stage: str, event: str) -> None:
        if (stage, event) == point:
            raise Killed

    with monkeypatch.context() as patched:
        if point == MIDWAY:
            patched.setattr(outbox, "keep", keep)
        with pytest.raises(Killed):
            night(job, watch=watch)


def sell_on(job) -> None:
    """A late order of the same day: the plan is another one then."""
    file = job[2] / "data/orders.csv"
    orders = pd.read_csv(file)
    late = orders.tail(1).assign(order="LATE", ordered_at=str(TONIGHT))
    pd.concat([orders, late]).to_csv(file, index=False)


SLOW = [pytest.param(at, marks=pytest.mark.slow) for at in KILLED if at not in QUICK]


@pytest.fixture(params=[*QUICK, *SLOW], ids=" ".join)
def client(request, tmp_path, monkeypatch):
    """The pages after a night that was killed, and killed again when its second plan was there."""
    job = nightly_job(tmp_path)
    kill_at(job, request.param, monkeypatch)
    sell_on(job)
    kill_at(job, ("promise", "ends"), monkeypatch)
    with Client(job[1]) as pages:
        add_person(pages.store, ANN, PASSWORD)
        yield pages


def test_what_the_night_ordered_is_shown_so_and_all_that_is_open_can_be_ordered(client):
    with client.store.reading() as transaction:
        orders = outbox.orders(transaction)
    key_of = {sku: order for order in orders for sku in order.order.quantities}

    token = make_token(client.store, ANN, "a test", "decide")
    with client.nobody() as program:
        program.headers["authorization"] = f"Bearer {token}"
        shown = {line["sku"]: line for line in program.get("/api/v1/lines?only=suggested").json()["lines"]}
        assert set(shown) == set(SKUS)
        for sku, line in shown.items():
            order = key_of.get(sku)
            if order is None:
                assert (line["status"], line["ordered_in"]) == ("open", None)
                continue
            assert line["run"] != order.run
            told = (line["status"], line["ordered_in"], line["ordered_run"], line["ordered_by"])
            assert told == ("ordered", order.key, order.run, "nightly job")
            for action in ({"action": "approve"}, {"action": "quantity", "quantity": 99}):
                decision = {"run": line["run"], "version": line["version"], **action}
                refused = program.post(f"/api/v1/lines/{line['number']}/decision", json=decision)
                assert refused.status_code == 400
                assert f"ordered already, in {order.key}" in refused.json()["detail"]

        # All that waits is approved at once: of that nothing may be refused when it is sent.
        total = program.get("/api/v1/lines?only=suggested").json()
        assert total["open_lines"] == len(SKUS) - len(key_of)
        wanted = {"run": shown[SKUS[0]]["run"], "lines": total["open_lines"], "value": total["open_value"]}
        assert program.post("/api/v1/approve-shown", json=wanted).json()["lines"] == total["open_lines"]
    frozen = freeze(client.store, Bound("erp"), utc_now(), keep=False)
    assert not frozen.skipped
    ordered = {line.sku for order in frozen.orders for line in order.lines}
    assert ordered == set(SKUS) - set(key_of)

    with client.person(ANN.name) as ann:
        grid, only = ann.get("/lines").text, ann.get("/lines?status=ordered").text
        for sku, order in key_of.items():
            words = f"Ordered already in {order.key}, of plan {order.run}, approved by nightly job"
            item = ann.get(f"/item?sku={sku}").text
            assert words in grid and words in only and words in item
            assert f'aria-label="Approve {sku}"' not in grid
            assert 'data-does="approve"' not in item and 'data-does="reopen"' not in item
        assert ann.get("/").status_code == 200

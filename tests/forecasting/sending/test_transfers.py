"""A transfer that was approved is no purchase: no order is written for it, and the report says why."""

from __future__ import annotations

from datetime import UTC, datetime

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.planning.plan import plan
from forecasting.sending.freezing import Bound, freeze
from forecasting.store.application.opened import Store
from forecasting.store.application.plans import register_plans
from forecasting.store.application.tables import decisions
from forecasting.store.database import write_run
from tests.support.places import PLACES, TODAY, company

NOW = datetime.now(UTC).replace(tzinfo=None)


def test_only_the_purchases_of_a_plan_become_orders(tmp_path):
    made = company(tmp_path / "data", {"east": 0, "west": 0, "hub": 40}, PLACES)
    planned = plan(made, load(None, ("model=negative_binomial",)), day_number(str(TODAY)), for_pages=True)
    url = f"sqlite:///{tmp_path / 'plans.db'}"
    write_run(url, planned.tables, planned.run)
    store = Store(url)
    with store.writing() as transaction:
        register_plans(transaction)
        for place in ("east", "west", "hub"):
            approved = {"run": planned.run["run"], "location": place, "sku": "A", "status": "approved"}
            told = {"reason": "", "version": 1, "changed_by": "ann", "changed_at": NOW}
            transaction.execute(decisions.insert().values(**approved, **told))
    frozen = freeze(store, Bound("files"), NOW)
    store.close()
    assert [(order.supplier, order.location) for order in frozen.orders] == [("North", "hub")]
    assert {line.location: line.why for line in frozen.skipped} == dict.fromkeys(
        ("east", "west"), "a transfer from hub, no purchase: no order is written for it"
    )

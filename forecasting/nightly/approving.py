"""The job approves what its limits allow, in one transaction; what it approved before is part of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from forecasting.config import Config
from forecasting.nightly.limits import Limits, Verdict, verdict
from forecasting.store.application import deciding
from forecasting.store.application.lines import find_lines
from forecasting.store.application.opened import Store
from forecasting.store.application.plans import register_plans, rows_of
from forecasting.store.application.selection import Selection

AUTHOR = "nightly job"
MOST = 1_000_000


def approve_within_limits(store: Store, run: str, config: Config, usual_week: Decimal | None) -> Verdict:
    """Approve the lines of a plan that wait, as far as limits go. ``usual_week``: in money, or unknown.

    A night that was killed and is run again plans anew where its import found more meanwhile, its own orders
    among it: what that night has ordered already is ``ordered``, and not approved a second time.
    """
    author = deciding.Author(AUTHOR, "approve", uuid4().hex)
    with store.writing() as transaction:
        register_plans(transaction)
        lines = find_lines(transaction, Selection(run, only="suggested", size=MOST))
        mine = [
            line
            for line in lines
            if line.quantity > 0
            and (line.status == "open" or (line.status == "approved" and line.changed_by == author.who))
        ]
        rows = rows_of(transaction, "notices", run)
        noticed = {(row["location"] or "main", row["sku"]) for row in rows if row["sku"]}
        decided = verdict(mine, Limits.of(config), usual_week, noticed)
        for line in decided.approved:
            if line.status == "open":
                state = replace(deciding.state_of(transaction, line), status="approved", reason="")
                deciding.save(transaction, line, state, author)
    return decided

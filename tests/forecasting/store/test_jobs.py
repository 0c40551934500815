"""Work that pages ask for: one piece at a time, by one process, and none of it forgotten when one dies."""

from __future__ import annotations

import sqlalchemy as sa

from forecasting.store.application import jobs
from forecasting.store.application.plans import now
from forecasting.store.application.tables import jobs as table


def test_work_is_done_in_its_order_and_one_piece_at_a_time(store):
    with store.writing() as transaction:
        first = jobs.ask_for(transaction, "plan", "ann", {"as_of": 3})
        second = jobs.ask_for(transaction, "what_if", "bob", {})
        transaction.execute(sa.update(table).where(table.c.job == first).values(at=now() - jobs.SILENT))
    with store.writing() as transaction:
        taken = jobs.take_up(transaction)
        assert (taken.job, taken.asked) == (first, {"as_of": 3})
        assert jobs.take_up(transaction) is None
        jobs.still_at(transaction, first, "Half of it is done.")
        assert jobs.find_job(transaction, first).said == "Half of it is done."
        jobs.finish(transaction, first, jobs.DONE, "Done.", {"run": "r"})
        assert jobs.take_up(transaction).job == second
        assert (
            jobs.find_job(transaction, first).result == {"run": "r"}
            and jobs.find_job(transaction, first).over
        )


def test_work_of_a_process_that_is_not_heard_of_any_more_is_said_to_be_interrupted(store):
    with store.writing() as transaction:
        first = jobs.ask_for(transaction, "plan", "ann", {})
        jobs.take_up(transaction)
        long_ago = now() - jobs.SILENT - jobs.SILENT
        transaction.execute(sa.update(table).where(table.c.job == first).values(beat_at=long_ago))
        jobs.ask_for(transaction, "plan", "ann", {})
        assert jobs.take_up(transaction) is not None
        assert "interrupted" in jobs.find_job(transaction, first).said
    with store.reading() as transaction:
        assert jobs.last_job(transaction, "plan").state == jobs.RUNNING
        assert jobs.find_job(transaction, "none") is None

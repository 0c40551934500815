"""Work that takes longer than a page waits: asked for, taken up by one process, and what came of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import now, to_the_moment
from forecasting.store.application.tables import jobs

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
SILENT = timedelta(seconds=90)
"""A process that has not been heard of for so long has ended."""

FORGOTTEN = timedelta(days=7)


@dataclass(frozen=True)
class Job:
    """A piece of work. ``said``: how far it is, or why it failed; ``result``: None until it is done."""

    job: str
    kind: str
    asked: Mapping[str, Any]
    who: str
    at: datetime
    state: str
    said: str
    result: Mapping[str, Any] | None

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (DONE, FAILED)


def ask_for(transaction: Transaction, kind: str, who: str, asked: Mapping[str, Any]) -> str:
    """Put a piece of work in the queue; returns its name. Old ones are forgotten."""
    name = uuid.uuid4().hex
    transaction.execute(jobs.delete().where(jobs.c.at < now() - FORGOTTEN))
    values = {"job": name, "kind": kind, "asked": json.dumps(dict(asked)), "who": who, "at": to_the_moment()}
    transaction.execute(jobs.insert().values(**values, state=WAITING, said="Waiting for its turn."))
    return name


def take_up(transaction: Transaction) -> Job | None:
    """The next piece of work, now this process's; None where there is none, or another process is at work."""
    dead = (jobs.c.state == RUNNING, jobs.c.beat_at < now() - SILENT)
    said = "It was interrupted. Ask for it again."
    transaction.execute(sa.update(jobs).where(*dead).values(state=FAILED, said=said))
    if transaction.scalar(sa.select(sa.exists().where(jobs.c.state == RUNNING))):
        return None
    chosen = sa.select(jobs).where(jobs.c.state == WAITING).order_by(jobs.c.at, jobs.c.job).limit(1)
    row = transaction.execute(chosen).mappings().first()
    if row is None:
        return None
    this = sa.update(jobs).where(jobs.c.job == row["job"])
    transaction.execute(this.values(state=RUNNING, beat_at=now(), said="Begun."))
    return _job(row)


def still_at(transaction: Transaction, job: str, said: str | None = None) -> None:
    """The process lives; ``said``: how far it is."""
    values = {"beat_at": now()} | ({} if said is None else {"said": said})
    transaction.execute(sa.update(jobs).where(jobs.c.job == job, jobs.c.state == RUNNING).values(**values))


def finish(
    transaction: Transaction, job: str, state: str, said: str, result: Mapping[str, Any] | None = None
) -> None:
    """What came of it."""
    kept = None if result is None else json.dumps(dict(result))
    transaction.execute(
        sa.update(jobs).where(jobs.c.job == job).values(state=state, said=said, result=kept, beat_at=now())
    )


def find_job(transaction: Transaction, job: str) -> Job | None:
    """One piece of work; None where there is none of that name."""
    row = transaction.execute(sa.select(jobs).where(jobs.c.job == job)).mappings().first()
    return None if row is None else _job(row)


def last_job(transaction: Transaction, kind: str) -> Job | None:
    """The last one of its kind; None where there is none."""
    chosen = sa.select(jobs).where(jobs.c.kind == kind).order_by(jobs.c.at.desc(), jobs.c.job).limit(1)
    row = transaction.execute(chosen).mappings().first()
    return None if row is None else _job(row)


def _job(row: sa.RowMapping) -> Job:
    result = None if row["result"] is None else json.loads(row["result"])
    given = {name: row[name] for name in ("job", "kind", "who", "at", "state", "said")}
    return Job(**given, asked=json.loads(row["asked"]), result=result)

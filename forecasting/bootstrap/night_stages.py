"""The stages of the nightly job, each a function of the night so far. Every one may be done again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from forecasting.adapters.job import Journal
from forecasting.bootstrap.ordering import opened, send, terms_of, utc_now
from forecasting.config import Config, Secrets
from forecasting.domain import day_number
from forecasting.errors import ConfigError, ReorderError

if TYPE_CHECKING:
    from forecasting.bootstrap.ordering import Sending
    from forecasting.nightly.limits import Verdict
    from forecasting.nightly.on_order import SentOrder
    from forecasting.run import Result
    from forecasting.store.application.outbox import Kept

SOURCE = "REORDER_SOURCE"
"""The environment variable that holds the URL of the company's database."""


NIGHTS_WATCHED = 14
"""The last nights whose forecasts are looked at each night, of those whose days are over."""


class GuardError(ReorderError):
    """Tonight's tables cannot be believed: nothing was ordered. ``doubts``: why."""

    def __init__(self, doubts: Sequence[str]) -> None:
        self.doubts = list(doubts)
        super().__init__("nothing was ordered, as the data cannot be believed:\n  " + "\n  ".join(doubts))


@dataclass
class Night:
    """One run of the job, and what it has found so far.

    Attributes:
        source: what is planned on: the dataset, with what was sent and is not imported yet.
        usual_week: money that is ordered in a usual week; None: not known. since: when the night began.
        run: the plan's name. verdict: what was approved, and held. sending: what became of orders.
        added: lines that were sent and are not imported yet. drafts: of others, counted as on order.
        beside: location, SKU, what we suggest and what the ordering system itself does.
        planned: the plan.
        promised: what the promises say of themselves. told: how many notices customers are to get.
        unpromised: why they were made for themselves, and not given; empty: they were not.
        untold: why the shop's customers were not told; empty: they were.
        watched: what became of forecasts of earlier nights (``watching.monitor``); None: none is over yet.
        persistent: location, SKU, money, words: items that are on backorder again and again.

    """

    config: Config
    url: str
    as_of: date
    folder: Path
    journal: Journal
    source: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)
    usual_week: Decimal | None = None
    added: int = 0
    drafts: Sequence[tuple[Any, ...]] = ()
    beside: Sequence[tuple[Any, ...]] = ()
    planned: Result | None = None
    promised: Mapping[str, Any] = field(default_factory=dict)
    told: int = 0
    unpromised: str = ""
    untold: str = ""
    watched: Mapping[str, Any] | None = None
    persistent: Sequence[tuple[Any, ...]] = ()
    run: str = ""
    verdict: Verdict | None = None
    sending: Sending | None = None
    since: datetime = field(default_factory=utc_now)
    began: float = field(default_factory=time.monotonic)

    @property
    def day(self) -> Path:
        """Where this night's files are."""
        return self.folder / self.as_of.isoformat()


def _import(night: Night) -> None:
    """Bring the dataset up to date with its source: a system by its settings, or a database by a mapping."""
    from forecasting.bootstrap.importing import import_source, import_sql
    from forecasting.connectors.sources.registry import is_settings, read_settings

    if night.config.run_import is None:
        return
    if "://" in str(night.config.run_dataset):
        raise ConfigError("setting run_dataset: must be a folder where run_import writes it, not an SQL URL")
    file, folder = Path(night.config.run_import), Path(str(night.config.run_dataset))
    if is_settings(file):
        import_source(read_settings(file), folder, night.as_of)
        return
    url = os.environ.get(SOURCE, "")
    if not url:
        raise ConfigError(f"setting run_import: the environment variable {SOURCE} has to hold the SQL URL")
    import_sql(url, file, folder)


def _check(night: Night) -> None:
    """Read the tables; stop where they cannot be believed; add what is ordered and they do not say."""
    from forecasting.dataset.read import read
    from forecasting.dataset.tables import TABLES
    from forecasting.dataset.write import write
    from forecasting.nightly.believed import last_believed
    from forecasting.nightly.guards import counts, doubts
    from forecasting.nightly.on_order import counted, drafts_there, not_imported, usual_week

    dataset = read(str(night.config.run_dataset))
    found = doubts(dataset, night.as_of, last_believed(night.folder), night.config)
    if found:
        _read_anew(night)
        raise GuardError(found)
    night.rows = counts(dataset)

    purchases, days = dataset.purchase_orders, night.config.run_count_sent_days
    sent, all_sent = _sent(night)
    added = not_imported(purchases, sent, night.as_of, days)
    night.added = len(added)
    drafts = drafts_there(purchases, all_sent, night.as_of, days if night.config.run_count_drafts else -1)
    shown = ["purchase_order", "supplier", "location", "sku", "quantity"]
    rows = purchases.loc[drafts, shown].astype(object)
    night.drafts = [tuple(row) for row in rows.where(rows.notna(), None).to_numpy()]
    week = usual_week(purchases, dataset.products, night.as_of)
    night.usual_week = None if week is None else Decimal(str(round(week, 2)))

    tables = {table.name: getattr(dataset, table.name) for table in TABLES}
    tables["purchase_orders"] = counted(purchases, drafts, added)
    write(tables, night.day / "dataset", "parquet")
    night.source = str(night.day / "dataset")


def _read_anew(night: Night) -> None:
    """What is not believed is not built upon: the next import reads all of it again."""
    from forecasting.bootstrap.importing import distrust

    if night.config.run_import is not None:
        distrust(Path(str(night.config.run_dataset)))


def _sent(night: Night) -> tuple[Sequence[SentOrder], Sequence[SentOrder]]:
    """Orders of the outbox in the days that count: those that may still come, and all of them."""
    from forecasting.nightly.on_order import SentOrder
    from forecasting.store.application import outbox

    with opened(night.url) as store:
        _freeze_earlier(night, store)
        since = utc_now() - timedelta(days=night.config.run_count_sent_days)
        with store.reading() as transaction:
            kept = outbox.orders(transaction, since=since)
    sent = [SentOrder(each.number, each.order) for each in kept if _may_still_come(each)]
    return sent, [SentOrder(each.number, each.order) for each in kept]


def _freeze_earlier(night: Night, store: Any) -> None:
    """What people approved since the last night is ordered from the plan that they saw."""
    from forecasting.connectors.targets.registry import target_named
    from forecasting.sending.afterwards import look_again
    from forecasting.sending.freezing import Bound, freeze
    from forecasting.store.application.plans import latest_plan, register_plans

    if night.config.run_target is None:
        return
    with store.writing() as transaction:
        register_plans(transaction)
        there = latest_plan(transaction) is not None
    if there:
        named = target_named(night.config.run_target, _targets(night))
        freeze(store, Bound(named.name, named.target.guarantee), utc_now(), terms_of(named))
        # What a buyer has cancelled there since does not come.
        look_again(store, named.name, named.target, utc_now(), night.since)


def _plan(night: Night) -> None:
    from forecasting.bootstrap.plans import plan

    secrets = Secrets(database_url=SecretStr(night.url))
    day = day_number(night.as_of)
    result = plan(night.source, night.config, day, out=night.day / "plan", csv=False, secrets=secrets)
    night.run, night.planned = str(result.run["run"]), result
    night.beside = _beside(night)
    again = result.tables["persistent_backorders"]
    night.persistent = [tuple(row) for row in again[["location", "sku", "money", "words"]].to_numpy()]


def _beside(night: Night) -> Sequence[tuple[Any, ...]]:
    """What the ordering system itself suggests, beside ours; nothing where the import tells none."""
    import pandas as pd

    from forecasting.bootstrap.importing import RECORDS, SUGGESTIONS
    from forecasting.nightly.beside import beside, suggestions_in

    file = Path(str(night.config.run_dataset)) / RECORDS / SUGGESTIONS
    if night.config.run_import is None or not file.is_file():
        return []
    recommended = pd.read_parquet(night.day / "plan" / "recommendations.parquet")
    rows = beside(recommended[["location", "sku", "quantity"]], suggestions_in(file))
    return [tuple(row) for row in rows.to_numpy()]


def _promise(night: Night) -> None:
    from forecasting.bootstrap.night_promises import promise_tonight

    result, night.unpromised = promise_tonight(night)
    night.promised = result.run
    night.told = len(result.tables["notices_to_customers"])


def _watch(night: Night) -> None:
    """Keep what was forecast, until it is known what came; and look at earlier nights' forecasts."""
    from forecasting.bootstrap.watching import keep_forecasts, monitor

    def unless_it_fails(work: Callable[[], Any]) -> Any:
        # All is ordered by now: that this cannot be watched is written down, and no failure of the night.
        try:
            return work()
        except ReorderError as error:
            night.journal.say("watch", "left_out", what=str(error))
            return None

    config, day = night.config, day_number(night.as_of)
    if config.run_forecast_days is None:
        return
    failed = unless_it_fails(lambda: keep_forecasts(night.source, config, day, night.day))
    for why in failed or ():
        night.journal.say("watch", "left_out", what=why)
    night.watched = unless_it_fails(
        lambda: monitor(night.source, config, night.folder, night.url, NIGHTS_WATCHED)
    )


def _approve(night: Night) -> None:
    from forecasting.nightly.approving import approve_within_limits

    with opened(night.url) as store:
        night.verdict = approve_within_limits(store, night.run, night.config, night.usual_week)


def _send(night: Night) -> None:
    target = night.config.run_target
    if target is None:
        return
    night.sending = send(
        night.url,
        target,
        _targets(night),
        dry_run=False,
        run=night.run,
        patience=night.config.run_patience,
        retry=(),
        since=night.since,
    )


def _believe(night: Night) -> None:
    from forecasting.nightly.believed import believe

    believe(night.folder, night.as_of, night.rows)


def _publish(night: Night) -> None:
    """Tell the shop's customers, or write levels back; last, so that a system that is down keeps nothing
    from being ordered.
    """
    from forecasting.bootstrap.publishing import publish
    from forecasting.connectors.sources.registry import read_settings

    if night.config.run_publish is None:
        return
    try:
        named = read_settings(Path(night.config.run_publish))
        publish(named, night.day / ("promise" if named.kind == "vendure" else "plan"))
    except ReorderError as error:
        # What was ordered is ordered: a person has to look at the shop, and the night is done.
        night.untold = str(error)


def _targets(night: Night) -> Path | None:
    return None if night.config.run_targets is None else Path(night.config.run_targets)


def _may_still_come(each: Kept) -> bool:
    """What was refused, or cancelled or deleted by a buyer, will not come."""
    from forecasting.sending.machine import CANCELLED, GONE

    gone = CANCELLED in each.reason or GONE in each.reason
    return each.status not in ("parked", "given_up") and not gone


STAGES: Mapping[str, Callable[[Night], None]] = {
    "import": _import,
    "check": _check,
    "plan": _plan,
    "promise": _promise,
    "approve": _approve,
    "send": _send,
    "believe": _believe,
    "watch": _watch,
    "publish": _publish,
}
"""In their order."""

"""Sending: the outbox of a database into an ordering system, and what is where."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.errors import ConfigError, RequestError

if TYPE_CHECKING:
    from forecasting.connectors.targets.registry import Named
    from forecasting.sending.freezing import Frozen, Terms
    from forecasting.sending.sender import Clock, Sent
    from forecasting.store.application.opened import Store
    from forecasting.store.application.outbox import Kept


@dataclass(frozen=True)
class Sending:
    """What a ``send`` did, or would do. ``shown``: with ``--dry-run``, what the target says of each order."""

    target: str
    kind: str
    guarantee: str
    frozen: Frozen
    sent: Sent | None
    orders: Sequence[Kept]
    shown: Mapping[str, str] = field(default_factory=dict)


def utc_now() -> datetime:
    """The time as the outbox keeps it: UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)


def real_clock() -> Clock:
    """The clock on the wall."""
    from forecasting.sending.sender import Clock

    return Clock(utc_now, time.sleep)


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """The database behind a URL, made up to date."""
    try:
        from forecasting.store.application.opened import Store, answering
    except ImportError as error:
        raise _not_installed(error) from None
    try:
        store = Store(url)
    except ImportError as error:
        raise _not_installed(error) from None
    try:
        with answering(url):
            yield store
    finally:
        store.close()


def send(
    url: str,
    to: str,
    targets: Path | None,
    *,
    dry_run: bool,
    run: str,
    patience: float,
    retry: Sequence[str],
    since: datetime | None = None,
) -> Sending:
    """Freeze what is approved, and bring it and what waits into the target.

    ``since``: of finished orders those that have changed since then are told; None: since now.

    Raises RequestError where there is no plan, or a name or a setting is wrong.
    """
    from forecasting.connectors.targets.registry import target_named
    from forecasting.sending.freezing import Bound, freeze
    from forecasting.sending.sender import send as run_sender
    from forecasting.store.application import outbox

    since = since or utc_now()
    named = target_named(to, targets)
    terms = terms_of(named)
    bound = Bound(named.name, named.target.guarantee)
    with opened(url) as store:
        frozen = freeze(store, bound, utc_now(), terms, run=run, keep=not dry_run)
        if dry_run:
            return _shown(store, named, frozen)
        with store.writing() as transaction:
            for key in _parked(transaction, named.name) if list(retry) == ["all"] else retry:
                outbox.retry(transaction, key, utc_now())
        sent = run_sender(store, named.name, named.target, real_clock(), random.Random(), patience)
        with store.reading() as transaction:
            mine = outbox.orders(transaction, target=named.name, since=since, run=run)
    return Sending(named.name, named.kind, bound.guarantee, frozen, sent, mine)


def targets_in(file: Path | None) -> Mapping[str, str]:
    """The ordering systems that a file names, and the kind of each; none without a file.

    Raises RequestError where it cannot be read.
    """
    from forecasting.connectors.targets.registry import kinds_in

    return {} if file is None else kinds_in(file)


def give_up(url: str, to: str, targets: Path | None, key: str, reason: str) -> None:
    """Give a parked order up, so that its items may be ordered anew; the target is asked first.

    Raises RequestError where it is not parked, or is in the ordering system after all.
    """
    from forecasting.connectors.targets.port import Held, TargetError
    from forecasting.connectors.targets.registry import target_named
    from forecasting.store.application import outbox

    if not reason.strip():
        raise RequestError("--give-up: say why by --reason; it is kept with the order")
    named = target_named(to, targets)
    with opened(url) as store:
        with store.reading() as transaction:
            kept = outbox.one(transaction, key)
        if kept is not None and kept.target != named.name:
            raise RequestError(f"{key}: was meant for {kept.target}, not {named.name}")
        try:
            there = [each for each in named.target.find(key) if each.held in (Held.WHOLE, Held.PARTIAL)]
        except TargetError as error:
            raise RequestError(f"{key}: {named.name} cannot be asked whether it is there: {error}") from None
        if there:
            raise RequestError(f"{key}: is in {named.name} as {there[0].number}; try it by --retry")
        with store.writing() as transaction:
            outbox.give_up(transaction, key, reason.strip(), utc_now())


def orders(url: str, key: str | None, days: float) -> tuple[Sequence[Kept], Sequence[Any]]:
    """What is not finished, and what was in the last days; with ``key`` that one, and what became of it."""
    from forecasting.store.application import outbox

    with opened(url) as store, store.reading() as transaction:
        if key is None:
            return outbox.orders(transaction, since=utc_now() - timedelta(days=days)), ()
        found = outbox.one(transaction, key)
        if found is None:
            raise RequestError(f"{key}: the outbox has no such order; reorder status lists them")
        return [found], outbox.events(transaction, key)


def terms_of(named: Named) -> Terms:
    """What the target's entry says of all orders."""
    from forecasting.sending.freezing import Terms

    beside = named.beside
    currencies = {str(name): str(code) for name, code in (beside.get("currencies") or {}).items()}
    items = _items(Path(beside["items"])) if beside.get("items") else {}
    return Terms(items, currencies, str(beside.get("currency") or ""))


def _items(file: Path) -> Mapping[tuple[str, str], Any]:
    from forecasting.sending.freezing import ItemTerms

    try:
        with file.open(encoding="utf-8-sig", newline="") as opened_file:
            rows = list(csv.DictReader(opened_file))
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{file}: cannot be read; `items` of a target names a CSV file") from None
    found = {}
    for number, row in enumerate(rows, start=2):
        try:
            units = Decimal(row.get("units_per_purchase_unit") or "1")
            if units <= 0 or not units.is_finite():
                raise InvalidOperation
            key = (row["supplier"], row["sku"])
        except (InvalidOperation, KeyError) as error:
            what = f"column {error} is missing" if isinstance(error, KeyError) else "units_per_purchase_unit"
            raise ConfigError(f"{file} row {number}: {what}; a number above 0 is wanted there") from None
        found[key] = ItemTerms(row.get("supplier_sku") or "", row.get("purchase_unit") or "", units)
    return found


def _shown(store: Store, named: Named, frozen: Frozen) -> Sending:
    """What would be written, and what is there."""
    from forecasting.sending.look import look
    from forecasting.store.application import outbox

    with store.reading() as transaction:
        unfinished = outbox.orders(transaction, target=named.name, since=utc_now())
        waiting = [each for each in unfinished if each.status in outbox.UNFINISHED]
    wanted = [each.order for each in waiting] + list(frozen.orders)
    shown = {order.key: look(order, named.target) for order in wanted}
    return Sending(named.name, named.kind, named.target.guarantee, frozen, None, waiting, shown)


def _parked(transaction: Any, target: str) -> Sequence[str]:
    from forecasting.store.application import outbox

    unfinished = outbox.orders(transaction, target=target, since=utc_now())
    return [each.key for each in unfinished if each.status == "parked"]


def _not_installed(error: ImportError) -> RequestError:
    return RequestError(f"{error.name} is not installed: run pip install 'reorder[ordering]'")

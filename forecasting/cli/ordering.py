"""Approved orders into the ordering system, what is where, and the nightly job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasting.cli.options import (
    JsonOption,
    SetOption,
    StrictOption,
    config_of,
    date_of,
    print_json,
    promoted,
    refuse_notices,
)
from forecasting.errors import PartialFailure

if TYPE_CHECKING:
    from forecasting.bootstrap.ordering import Sending
    from forecasting.store.application.outbox import Kept

OutboxOption = Annotated[
    str,
    typer.Option(
        "--db", metavar="URL", envvar="REORDER_DB", help="Where plans, decisions and the outbox are."
    ),
]
TargetsOption = Annotated[
    Path | None,
    typer.Option("--targets", metavar="FILE", help="A YAML file of ordering systems.", show_default=False),
]


def send(
    db: OutboxOption,
    to: Annotated[
        str, typer.Option("--to", "--target", metavar="NAME", help="Of --targets; or files:FOLDER.")
    ],
    targets: TargetsOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be written, and what is there.")
    ] = False,
    run: Annotated[
        str, typer.Option(metavar="RUN", help="A plan by its run.", show_default="the newest plan")
    ] = "",
    patience: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How long to try again what did not answer.")
    ] = 300.0,
    retry: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Try a parked order again; may be repeated, or be all."),
    ] = None,
    give_up: Annotated[
        str | None,
        typer.Option(
            "--give-up",
            metavar="KEY",
            help="Give a parked order up, and send nothing now; its items may be ordered anew.",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is given up.", show_default=False)] = "",
    as_json: JsonOption = False,
) -> None:
    """Bring what is approved into an ordering system, each order exactly once, whatever dies when.

    Example: reorder send --db sqlite:///reorder.db --to files:orders --dry-run
    """
    from forecasting.bootstrap.ordering import give_up as given_up
    from forecasting.bootstrap.ordering import send as bring

    if give_up is None and reason:
        raise typer.BadParameter("--reason is why an order is given up: name it by --give-up")
    if give_up is not None and (retry or run or dry_run):
        raise typer.BadParameter("--give-up sends nothing: leave --retry, --run and --dry-run out")
    if give_up is not None:
        given_up(db, to, targets, give_up, reason)
        print(f"{give_up}: given up; plan again to order its items anew")
        return
    done = bring(db, to, targets, dry_run=dry_run, run=run, patience=patience, retry=retry or ())
    if as_json:
        print_json(_sending_json(done))
    else:
        print("\n".join(_sending_text(done)))
    unfinished = [each for each in done.orders if each.status in ("waiting", "reserved", "parked")]
    if not dry_run and (unfinished or done.frozen.skipped):
        raise PartialFailure(
            f"{len(unfinished)} orders are not in the ordering system, {len(done.frozen.skipped)} approved "
            "lines are in no order: see above, and reorder status"
        )


def status(
    db: OutboxOption,
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="One order, and what became of it.", show_default=False)
    ] = None,
    days: Annotated[
        float, typer.Option(min=0, metavar="DAYS", help="Finished orders of so many days, too.")
    ] = 30.0,
    as_json: JsonOption = False,
) -> None:
    """Which order is where: waiting, in the ordering system under its number there, left alone or parked.

    Example: reorder status --db sqlite:///reorder.db
    """
    from forecasting.bootstrap.ordering import orders

    found, events = orders(db, key, days)
    if as_json:
        print_json({"orders": [_json(each) for each in found], "events": [dict(e._mapping) for e in events]})
        return
    print("\n".join(_status_text(found)))
    for event in events:
        said = f"  {event.said}" if event.said else ""
        print(f"  {event.at:%Y-%m-%d %H:%M:%S}  {event.status:<10} {event.number}{said}")


def _sending_text(done: Sending) -> list[str]:
    lines = [f"{done.target} ({done.kind}): {done.guarantee}"]
    if done.sent is None:
        lines += [f"  {key}: {said}" for key, said in done.shown.items()] or ["  nothing waits"]
    else:
        frozen = done.frozen.orders
        value = sum(order.value for order in frozen)
        lines.append(f"  {len(frozen)} new orders, worth {value:,.2f}; {done.sent.attempts} attempts")
        lines += [f"  {count} {status}" for status, count in done.sent.ended.items()]
        if done.sent.swept:
            lines.append(f"  {done.sent.swept} left-over drafts swept")
        if done.sent.changed:
            lines.append(f"  {done.sent.changed} orders changed or cancelled there since they were delivered")
        lines += [f"  {said}" for said in done.sent.said]
        told = [each for each in done.orders if each.status != "delivered"]
        lines += [f"  {_one(each)}" for each in told]
    lines += [f"  not ordered: {line.location} {line.sku}: {line.why}" for line in done.frozen.skipped]
    if done.frozen.replaced:
        lines.append(
            f"  {done.frozen.replaced} approved lines of older plans were never sent: a newer plan took "
            "their place. Approve them there, or name their plan by --run"
        )
    return lines


def _status_text(found: Iterable[Kept]) -> list[str]:
    from forecasting.sending.machine import MEANING, Status

    orders = list(found)
    if not orders:
        return ["nothing waits, and nothing was sent in these days"]
    lines = []
    for (target, guarantee), count in Counter((each.target, each.guarantee) for each in orders).items():
        lines.append(f"{target}: {count} {'order' if count == 1 else 'orders'}; {guarantee}")
        mine = [each for each in orders if each.target == target]
        for state, many in Counter(each.status for each in mine).items():
            lines.append(f"  {many} {state}: {MEANING[Status(state)]}")
        lines += [f"  {_one(each)}" for each in mine]
    return lines


def _one(each: Kept) -> str:
    number = f" as {each.number}" if each.number else ""
    why = f": {each.reason}" if each.reason else ""
    lines = f"{each.lines} {'line' if each.lines == 1 else 'lines'}"
    what = f"{each.supplier}, {lines}, {each.value:,.2f}"
    return f"{each.status:<10} {each.key}{number}  {what}, {each.as_of}{why}"


def _json(each: Kept) -> dict[str, Any]:
    shown = (
        "key target guarantee run as_of supplier location lines value status number reason attempts next_at "
        "frozen_at changed_at payload_hash"
    )
    return {name: getattr(each, name) for name in shown.split()}


def _sending_json(done: Sending) -> dict[str, Any]:
    return {
        "target": done.target,
        "kind": done.kind,
        "guarantee": done.guarantee,
        "new": [
            {"key": order.key, "supplier": order.supplier, "value": order.value}
            for order in done.frozen.orders
        ],
        "not_ordered": [vars(line) for line in done.frozen.skipped],
        "replaced": done.frozen.replaced,
        "sent": None if done.sent is None else vars(done.sent),
        "shown": dict(done.shown),
        "orders": [_json(each) for each in done.orders],
    }


def run(
    db: OutboxOption,
    config: Annotated[
        Path, typer.Option("--config", help="A YAML file of settings over configs/default.yaml.")
    ],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="The close of this day.", show_default="yesterday"),
    ] = None,
    settings: SetOption = None,
    strict: StrictOption = False,
) -> None:
    """The nightly job: import, check, plan, promise, approve within limits, send, report. May be run again.

    Example: reorder run --db sqlite:///reorder.db --config nightly.yaml
    """
    from forecasting.bootstrap.nightly import run as night
    from forecasting.reports.terminal import assumptions_text, notices_text

    day = date.today() - timedelta(days=1) if as_of is None else date_of(as_of, "--as-of")
    done = night(config_of(config, [*promoted(db), *(settings or ())]), db, day)
    print((done.day / "report.txt").read_text(encoding="utf-8"))
    plan, where = done.planned, done.day / "plan"
    if plan is not None:
        print("\n".join([*assumptions_text(plan.tables["assumptions"]), *notices_text(plan.run, where)]))
        refuse_notices(strict, plan.run["counts"]["notices"], f"{where / 'notices.parquet'} has them all")

"""The nightly job: import, check, plan, promise, approve, send, publish. Every stage may be done again.

A night that was killed is simply run again: the plan of the same day, data and settings is the same plan,
what was approved stays approved, an order is frozen once and sent once.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from forecasting.adapters.atomic import whole_file
from forecasting.adapters.job import Journal, only_one, write_metrics
from forecasting.bootstrap.night_stages import STAGES, Night
from forecasting.config import Config
from forecasting.errors import ConfigError, PartialFailure, ReorderError

UNFINISHED = ("waiting", "reserved", "parked")
Watch = Callable[[str, str], None]


def run(config: Config, url: str, as_of: date, watch: Watch = lambda stage, event: None) -> Night:
    """Do the whole job. ``watch`` is told of the begin and end of each stage.

    Raises GuardError or DataError where the data cannot be believed, PartialFailure where a person is needed.
    """
    if config.run_dataset is None:
        raise ConfigError("setting run_dataset: name the dataset that the job plans on")
    if config.run_answers is not None and not config.run_give_promises:
        raise ConfigError("setting run_answers: answers are to promises that were given: run_give_promises")
    folder = Path(config.run_folder)
    with only_one(folder / "lock"):
        journal = Journal(folder, f"{as_of.isoformat()}-{int(time.time()):x}")
        night = Night(config, url, as_of, folder, journal)
        night.day.mkdir(parents=True, exist_ok=True)
        stage, failed = "", None
        try:
            for stage, work in STAGES.items():
                watch(stage, "begins")
                journal.say(stage, "begins")
                began = time.monotonic()
                work(night)
                journal.say(stage, "ends", seconds=round(time.monotonic() - began, 3))
                watch(stage, "ends")
        except ReorderError as error:
            failed = error
            journal.say(stage, "failed", what=str(error), kind=type(error).__name__)
        _report(night, stage, failed)
        if failed is not None:
            raise failed
    _raise_if_a_person_is_needed(night)
    return night


def _report(night: Night, stage: str, failed: ReorderError | None) -> None:
    """The page, the text and the metrics; also of a night that failed, with what stopped it."""
    from forecasting.reports.nightly import facts_of, page, text

    needed = None if failed is not None else _person_needed(night)
    facts = facts_of(night, stage, failed, needed)
    for name, content in (("report.html", page(facts)), ("report.txt", text(facts))):
        with whole_file(night.day / name) as beside:
            beside.write_text(content, encoding="utf-8")
    success = failed is None and needed is None
    write_metrics(
        night.folder / "metrics.prom",
        {
            "reorder_run_success": (
                "1 where the last run did all, 0 where a person is needed",
                float(success),
            ),
            "reorder_run_stopped": (
                "1 where the guards or the data stopped the last run",
                float(failed is not None),
            ),
            "reorder_run_end_seconds": (
                "When the last run ended, in seconds since 1970",
                round(time.time(), 0),
            ),
            "reorder_run_duration_seconds": ("How long it took", round(time.monotonic() - night.began, 3)),
            "reorder_run_approved_value": ("Money that it approved", float(facts.approved_value)),
            "reorder_run_held_lines": ("Lines that wait for a person", float(len(facts.held))),
            "reorder_orders": (
                "Orders of the outbox by status",
                Counter(each.status for each in facts.orders),
            ),
        },
    )
    night.journal.say("report", "ends", success=success, report=str(night.day / "report.html"))


def _raise_if_a_person_is_needed(night: Night) -> None:
    needed = _person_needed(night)
    if needed is not None:
        raise PartialFailure(f"{needed}; {night.day / 'report.txt'} has the rest")


def _person_needed(night: Night) -> str | None:
    """Why the night is not quite done; None where it is."""
    sending = night.sending
    left = [each for each in sending.orders if each.status in UNFINISHED] if sending else []
    skipped = sending.frozen.skipped if sending else ()
    said = []
    if left:
        said.append(f"{len(left)} orders are not in the ordering system")
    if skipped:
        said.append(f"{len(skipped)} approved lines are in no order")
    if night.unpromised:
        said.append(f"promises were made anew and not given ({night.unpromised})")
    if night.untold:
        said.append(f"the shop was not told ({night.untold})")
    return " and ".join(said) or None

"""The use case ``promise``: by when each open order line can ship, and what can still be sold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.known_until import known_until
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.promises.allocation import Pins
from forecasting.promises.answer import answer
from forecasting.promises.consent import after, heard
from forecasting.promises.earlier import Earlier, earlier
from forecasting.promises.facts import answers_of, gather
from forecasting.promises.outputs import against_before, tables_of
from forecasting.promises.pins import pins_of
from forecasting.promises.recommended import Recommended
from forecasting.promises.rules import Rule, idle_rules
from forecasting.promises.shipped_since import with_shipped
from forecasting.promises.verdicts import NAMES
from forecasting.run import Clock, Result, describe, run_id


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        as_of: at the close of this day.
        applied: whether the promises are given, or only tried out.
        previous: the table ``promises`` of an earlier run; None: nothing was promised.
        previous_run: that run's name.
        pins: what is set aside by hand: columns order, line, source, quantity, released.
        answers: what customers answered to delays, by order and line: ``agreed`` or ``declined``.

    """

    as_of: int
    applied: bool = False
    previous: pd.DataFrame | None = None
    previous_run: str | None = None
    pins: pd.DataFrame | None = None
    answers: Mapping[tuple[str, str], str] | None = None

    @property
    def identity(self) -> dict[str, object]:
        """What of it makes a run another one."""
        pins = "" if self.pins is None else self.pins.to_csv(index=False)
        held = hashlib.sha256(pins.encode()).hexdigest()[:12]
        answers = sorted([*key, answer] for key, answer in (self.answers or {}).items())
        return {"promise": self.as_of, "previous": self.previous_run, "pins": held, "answers": answers}


def promise(records: Records, config: Config, request: Request, recommended: Recommended) -> Result:
    """Promise every open line, and say what can still be sold.

    ``recommended``: what a plan of the same day wants to order of each item.

    Raises RequestError where a pin names what there is not, or what was promised is of another dataset.
    """
    clock, assumptions, notices = Clock(), Assumptions(), Notices(records.notices)
    notices.extend(known_until(records).notices(request.as_of))
    assumptions.lack(records.absent, len(records.items))
    found = gather(records, config, request.as_of, recommended, assumptions, notices)
    notices.extend(idle_rules(records, found.known, config))
    clock.lap("prepare")

    before, pins = Earlier.none(len(found.lines)), Pins.none()
    if request.previous is not None:
        before = earlier(request.previous, records, found.lines)
    answered_by, of_none = answers_of(found, records, request.answers or {})
    notices.extend(of_none)
    consent = heard(before.consent, answered_by, config, request.as_of)
    found = replace(found, rule=np.where(consent.gone, int(Rule.LOSE), found.rule))
    if request.pins is not None:
        pins, odd = pins_of(request.pins, found, records)
        notices.extend(odd)
    answered = answer(found, records, config, before, pins)
    clock.lap("allocate")

    run = run_id(records, config, request.identity)
    consent = after(consent, answered.days_later, config, request.as_of)
    told_of = request.applied or request.previous is not None
    tables = tables_of(answered, records, config, recommended, consent, run, told=told_of)
    compared, told = against_before(answered, records, config, request.previous, run)
    if request.previous is not None:
        tables["notices_to_customers"] = with_shipped(
            tables["notices_to_customers"], request.previous, records, found, config, run
        )
    tables |= {**compared, "assumptions": assumptions.frame(), "notices": notices.frame()}
    clock.lap("explain")

    verdict = np.bincount(answered.promised.verdict, minlength=len(NAMES)).tolist()
    counts = {"items": len(found.known), "open_lines": len(found.lines)}
    counts |= dict(zip(NAMES.tolist(), verdict, strict=True))
    described = describe(run, "promise", records, config, clock, counts, notices)
    as_of, previous = day_text(request.as_of), request.previous_run
    said = {"as_of": as_of, "applied": request.applied, "previous": previous, **told}
    return Result(tables, {**described, **said})

"""From records and settings to an observer: the facts that every plan and every replay looks at."""

from __future__ import annotations

from forecasting.config import Config
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.availability import availability
from forecasting.inputs.calendar import calendar
from forecasting.inputs.catalogue import catalogue
from forecasting.inputs.demand import demand_lines
from forecasting.inputs.dependent import as_supplied, further_days, seen_above
from forecasting.inputs.drafts import with_drafts
from forecasting.inputs.drivers import announced
from forecasting.inputs.records import Records
from forecasting.planning.choosing import SharedLearning
from forecasting.planning.observer import Observer


def observer(
    records: Records,
    config: Config,
    as_of: int,
    assumptions: Assumptions,
    pooled: SharedLearning | None = None,
) -> Observer:
    """All that decisions look at, with terms and costs as known at the close of ``as_of``.

    ``pooled``: what a sample taught, where the records are of a part of the company's items.
    """
    records = with_drafts(records, config, assumptions)
    customers, records = len(records.orders), as_supplied(records, config)
    known = catalogue(records, config, as_of, assumptions)
    # Constants of the decision itself, whatever the records say.
    assumptions.add("excess_holding_share", f"{config.excess_holding_share:g}", len(known))
    assumptions.add("excess_holding_days", f"{config.excess_holding_days:g}", len(known))

    lines, record = demand_lines(records, known.available_from, config.cancelled_after_days)
    lines, record, asked = seen_above(lines, record, record < customers, records.places)
    return Observer(
        records=records,
        lines=lines,
        record=record,
        catalogue=known,
        calendar=calendar(records, config),
        config=config,
        unavailable=availability(records, ~known.backorder_allowed),
        announced=announced(records, config.holidays_country, assumptions),
        asked=asked,
        further=further_days(records.places, known.review_days, config),
        pooled=pooled,
    )

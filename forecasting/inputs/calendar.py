"""The buckets that demand is gathered in, and the days on which the whole business is closed."""

from __future__ import annotations

import numpy as np

from forecasting.config import Config
from forecasting.domain import MAIN, WEEKDAYS, Calendar
from forecasting.inputs.records import Records

CLOSED = "closed"
"""The kind of an event that closes what it is about."""


def calendar(records: Records, config: Config) -> Calendar:
    """The buckets, and the days on which the whole business is closed."""
    events, locations = records.events, records.order_locations
    of_everything = ~events.of_items & (events.category == "") & (events.kind == CLOSED)

    # An event without a location has the main one, as every row has. It closes the whole business where
    # that is the only location, or none of them.
    only_one = len(locations) == 1
    at_main = (events.location == MAIN) & (only_one or MAIN not in locations)
    at_the_only_one = np.isin(events.location.astype(str), sorted(locations)) & only_one
    closed = events.day[of_everything & (at_main | at_the_only_one)]

    weekdays = np.array([WEEKDAYS.index(name) for name in config.closed_weekdays], dtype=np.int64)
    return Calendar(config.bucket, weekdays, np.unique(closed))

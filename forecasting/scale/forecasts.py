"""The steps of a forecast on one partition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecasting.inputs.notices import Notices
from forecasting.planning.forecast import forecast
from forecasting.scale.outputs import write_tables
from forecasting.scale.reading import read_part
from forecasting.scale.sampled import learn, pooled
from forecasting.scale.tasks import Desk, Step


def _learn(desk: Desk, part: str) -> Mapping[str, Any]:
    request = desk.job.request
    days = float(request["horizon_days"])
    # Buckets of a long horizon are forecast as a plan sees them, at first.
    learn(desk, (days, None) if request["per_period"] else (days,), plan=False)
    return {}


def _forecast(desk: Desk, part: str) -> Mapping[str, Any]:
    job, request = desk.job, desk.job.request
    records = read_part(desk.source, desk.manifest, desk.part(part))
    notices = Notices(records.notices)
    table = forecast(
        records,
        job.config,
        job.as_of,
        request["horizon_days"],
        request["quantiles"],
        per_period=request["per_period"],
        notices=notices,
        pooled=pooled(desk),
    )
    write_tables(desk, part, {"forecast": table, "notices": notices.frame()})
    return {
        "items": len(records.items),
        "order_lines": len(records.orders),
        "tables": ["forecast", "notices"],
    }


STEPS: Mapping[str, Step] = {"learn": _learn, "forecast": _forecast}

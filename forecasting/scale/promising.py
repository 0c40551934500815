"""The steps of promises on one partition: those of a plan, and then what its orders and all supply allow.

All that serves a line lies in its partition: its item at every place, and what may stand in for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecasting.promises.promise import Request, promise
from forecasting.promises.recommended import recommended_by
from forecasting.scale import planning
from forecasting.scale.outputs import read_frame, write_tables
from forecasting.scale.reading import read_part
from forecasting.scale.tasks import Desk, Step


def _promise(desk: Desk, part: str) -> Mapping[str, Any]:
    job = desk.job
    records = read_part(desk.source, desk.manifest, desk.part(part))
    recommended = recommended_by(read_frame(desk, part, "recommendations"), job.as_of)
    result = promise(records, job.config, Request(job.as_of, job.request["applied"]), recommended)
    write_tables(desk, part, result.tables)
    return {
        "items": len(records.items),
        "order_lines": len(records.orders),
        "counts": {name: count for name, count in result.run["counts"].items() if name != "notices"},
        "seconds": result.run["timings"],
        "tables": sorted(result.tables),
        "run": result.run["run"],
        "known_until": None,
    }


STEPS: Mapping[str, Step] = {**planning.STEPS, "promise": _promise}

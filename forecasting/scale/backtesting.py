"""The step of a backtest on one partition: every model at every origin. The driver scores all at once.

Models that learn from a panel learn from the partition's items, and an item is fast or slow among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecasting.evaluate.backtest import Request, backtest
from forecasting.scale.outputs import write_tables
from forecasting.scale.reading import read_part
from forecasting.scale.tasks import Desk, Step

TOLD = ("as_of", "origins", "horizon_days", "apart_days", "models")
"""What ``run.json`` says besides."""


def _backtest(desk: Desk, part: str) -> Mapping[str, Any]:
    records = read_part(desk.source, desk.manifest, desk.part(part))
    result = backtest(records, desk.job.config, Request(**desk.job.request))
    tables = {name: result.tables[name] for name in ("forecasts", "assumptions")}
    write_tables(desk, part, tables)
    return {
        "items": len(records.items),
        "order_lines": len(records.orders),
        "seconds": result.run["timings"],
        "tables": sorted(tables),
        "run": result.run["run"],
        "told": {name: result.run[name] for name in TOLD},
    }


STEPS: Mapping[str, Step] = {"backtest": _backtest}

"""The composition root: reads a dataset, calls a use case, and hands its result to reports and writers.

Every use case is imported when it is called: a command waits for what it needs, and for nothing else.
"""

from forecasting.bootstrap.compiling import compiled_ahead
from forecasting.bootstrap.contract import check_extension
from forecasting.bootstrap.datasets import (
    check,
    import_online_retail,
    inspect_sql,
    suggest_mapping,
    write_sample,
)
from forecasting.bootstrap.demo import demo
from forecasting.bootstrap.experiments import compare_runs, list_runs, promote_run, run_experiment
from forecasting.bootstrap.importing import import_source, import_sql, receive_events
from forecasting.bootstrap.pages import (
    check_for_pages,
    look_back,
    plan_and_promise,
    promise_with_pins,
    what_if,
)
from forecasting.bootstrap.past import backtest, costs, replay
from forecasting.bootstrap.plans import NO_SECRETS, backorders, forecast, plan
from forecasting.bootstrap.promises import NOTHING_BESIDE, Beside, promise
from forecasting.bootstrap.publishing import publish
from forecasting.bootstrap.scale import partition
from forecasting.bootstrap.theory import solve
from forecasting.bootstrap.watching import monitor

__all__ = [
    "NOTHING_BESIDE",
    "NO_SECRETS",
    "Beside",
    "backorders",
    "backtest",
    "check",
    "check_extension",
    "check_for_pages",
    "compare_runs",
    "compiled_ahead",
    "costs",
    "demo",
    "forecast",
    "import_online_retail",
    "import_source",
    "import_sql",
    "inspect_sql",
    "list_runs",
    "look_back",
    "monitor",
    "partition",
    "plan",
    "plan_and_promise",
    "promise",
    "promise_with_pins",
    "promote_run",
    "publish",
    "receive_events",
    "replay",
    "run_experiment",
    "solve",
    "suggest_mapping",
    "what_if",
    "write_sample",
]

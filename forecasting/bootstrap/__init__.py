"""The composition root: reads a dataset, calls a use case, and hands its result to reports and writers.

Each is imported when it is first named, and a use case when it is called: a command waits for what it needs,
and for nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecasting.bootstrap.compiling import compiled_ahead
    from forecasting.bootstrap.contract import check_extension
    from forecasting.bootstrap.datasets import (
        check,
        import_online_retail,
        inspect_sql,
        suggest_mapping,
        write_sample,
    )
    from forecasting.bootstrap.demonstration import demo
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

_MODULES = {
    "compiled_ahead": "compiling",
    "check_extension": "contract",
    "check": "datasets",
    "import_online_retail": "datasets",
    "inspect_sql": "datasets",
    "suggest_mapping": "datasets",
    "write_sample": "datasets",
    "demo": "demonstration",
    "compare_runs": "experiments",
    "list_runs": "experiments",
    "promote_run": "experiments",
    "run_experiment": "experiments",
    "import_source": "importing",
    "import_sql": "importing",
    "receive_events": "importing",
    "check_for_pages": "pages",
    "look_back": "pages",
    "plan_and_promise": "pages",
    "promise_with_pins": "pages",
    "what_if": "pages",
    "backtest": "past",
    "costs": "past",
    "replay": "past",
    "NO_SECRETS": "plans",
    "backorders": "plans",
    "forecast": "plans",
    "plan": "plans",
    "Beside": "promises",
    "NOTHING_BESIDE": "promises",
    "promise": "promises",
    "publish": "publishing",
    "partition": "scale",
    "solve": "theory",
    "monitor": "watching",
}
"""The module below this package that each name is of."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

"""What a notebook calls, by ``import forecasting as reorder``: pandas in, pandas out.

It calls what the commands call (``forecasting/bootstrap/``), so that a notebook and the command line say the
same to the last digit. Settings are keyword arguments, by the names of ``configs/default.yaml``.

| file | holds |
|---|---|
| ``asked.py`` | arguments: taken as they are meant, or refused by their names |
| ``data.py`` | ``load``, ``sample``: a dataset, from wherever it comes |
| ``doing.py`` | ``plan``, ``forecast``, ``replay``, ``backtest`` |
| ``comparing.py`` | ``compare``: ways of deciding against each other, in money |
| ``checking.py`` | ``check``: a model, policy or cost rule of one's own |
| ``results.py`` | what these answer: tables, and how a notebook shows them |
"""

from __future__ import annotations

from forecasting.api.checking import check
from forecasting.api.comparing import compare
from forecasting.api.data import load, sample
from forecasting.api.doing import backtest, forecast, plan, replay

__all__ = ["backtest", "check", "compare", "forecast", "load", "plan", "replay", "sample"]

"""Compiling ahead: while a demonstration begins, another core compiles what it will call.

A kernel is compiled when it is first called, and kept on disk from then on (``models/shared/compile.py``): on
a fresh machine that is more than half a minute in all.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from forecasting.config import load


@contextmanager
def compiled_ahead() -> Iterator[None]:
    """What is called within may find its kernels compiled; with one core, nothing is done beside it."""
    from models.shared.compile import threads

    if threads() < 2:
        yield
        return
    nowhere = subprocess.DEVNULL
    with tempfile.TemporaryDirectory(prefix="reorder-compiling-") as folder:
        code = f"from {__name__} import compile_kernels; compile_kernels({folder!r})"
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=nowhere, stdout=nowhere, stderr=nowhere
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()


def compile_kernels(folder: str) -> None:
    """Plan, promise and replay for a company of a few items, in an empty folder: it calls what they call.

    Trees are not learnt from a few items: they are grown on nothing.
    """
    from forecasting.bootstrap.pages import plan_and_promise
    from forecasting.bootstrap.past import replay
    from forecasting.bootstrap.plans import NO_SECRETS, plan
    from forecasting.replay.request import ReplayRequest
    from forecasting.sample.few_items import write_few_items
    from models.quantile_boosting import QuantileBoosting

    data, one_model = Path(folder) / "data", load(None, ["model=seasonal_additive"])
    last = write_few_items(data)
    plan_and_promise(str(data), one_model, last, NO_SECRETS)
    plan(str(data), load(), last, out=None, csv=False)
    QuantileBoosting(iterations=1).learn(np.zeros((2, 1)), np.zeros(2))
    policies = ("recorded", "min_max", "cost_optimal", "perfect_foresight", "no_orders")
    request = ReplayRequest(last - 27, last, policies, "min_max")
    replay(str(data), one_model, request, out=Path(folder) / "replay", csv=False)

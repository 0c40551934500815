"""The main job on a synthetic wholesaler, in one go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from forecasting.bootstrap.compiling import compiled_ahead
from forecasting.bootstrap.datasets import write_sample
from forecasting.bootstrap.past import replay
from forecasting.bootstrap.plans import plan
from forecasting.config import load
from forecasting.domain import day_text
from forecasting.errors import RequestError
from forecasting.inputs.known_until import known_until
from forecasting.inputs.read_records import read_records

DEMO_REPLAY_DAYS = 364
"""A whole year, so that every season is in it once."""

DEMO_POLICIES = ("recorded", "min_max", "cost_optimal", "perfect_foresight", "no_orders")
DEMO_BASELINE = "min_max"


def demo(folder: Path) -> Iterator[str]:
    """Sample, plan, replay: yields what to show as each is done."""
    data = folder / "data"
    if data.exists() and not (data / "truth").is_dir():
        raise RequestError(f"{data}: is no sample of ours; name another folder")
    with compiled_ahead():
        yield from _demo(folder, data)


def _demo(folder: Path, data: Path) -> Iterator[str]:
    from forecasting.replay.request import ReplayRequest
    from forecasting.reports.terminal import demo_text, sample_text

    config = load()

    yield "1. A synthetic wholesaler"
    sample = write_sample(data, 400, 730, 1, "parquet")
    yield from (f"   {line}" for line in sample_text(sample, data))

    last = known_until(read_records(str(data))).orders
    yield f"2. What to order at the close of {day_text(last)}"
    planned = plan(str(data), config, last, out=folder / "plan", csv=True)

    first = last - DEMO_REPLAY_DAYS + 1
    yield f"3. The year before, replayed: {day_text(first)} to {day_text(last)}"
    request = ReplayRequest(first, last, DEMO_POLICIES, DEMO_BASELINE)
    replayed = replay(str(data), config, request, out=folder / "replay", csv=True)
    yield ""
    yield demo_text(planned, replayed, folder)

"""What statsforecast says of a panel. Runs in statsforecast's own environment, knows nothing of the project.

    python statsforecast_worker.py quantiles PANEL.npz ANSWER.npz PEER BUCKETS CYCLE
    python statsforecast_worker.py speed PANEL.npz ANSWER.json PEER,PEER BUCKETS CYCLE

``PANEL.npz`` holds a ragged panel: ``data``, float64, series after series, and ``indptr``.

The library gives quantiles of single buckets, not of their sum. So each way to a sum is tried that a user
of it has, and the caller keeps what scores best: simulated paths with normal errors (``paths``) and with
resampled residuals (``resampled``) where the model simulates; sums of its buckets' quantiles
(``comonotone``); and a normal with its buckets' variances added (``normal``). Intervals are the model's own,
or conformal ones of up to ``WINDOWS`` windows where it has none.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import (
    ADIDA,
    IMAPA,
    TSB,
    AutoETS,
    AutoTheta,
    CrostonSBA,
    HistoricAverage,
    SeasonalNaive,
    SimpleExponentialSmoothingOptimized,
    Theta,
    WindowAverage,
)
from statsforecast.utils import ConformalIntervals

QUANTILES = np.array([0.5, 0.8, 0.9, 0.95, 0.98])
CENTRAL = [0, 60, 80, 90, 96]
"""The central intervals, in percent, whose upper ends are ``QUANTILES``."""

Z_90 = 1.2815515655446004
NORMAL = np.array([0.0, 0.8416212335729143, 1.2815515655446004, 1.6448536269514722, 2.0537489106318225])
WINDOWS = 10
PATHS = 500
BLOCK = 50
WAYS = ("paths", "resampled", "comonotone", "normal")

PEERS = {
    "SeasonalNaive": lambda cycle, window: SeasonalNaive(cycle),
    "WindowAverage": lambda cycle, window: WindowAverage(window),
    "SESOpt": lambda cycle, window: SimpleExponentialSmoothingOptimized(),
    "CrostonSBA": lambda cycle, window: CrostonSBA(),
    "TSB": lambda cycle, window: TSB(0.1, 0.1),
    "ADIDA": lambda cycle, window: ADIDA(),
    "IMAPA": lambda cycle, window: IMAPA(),
    "Theta": lambda cycle, window: Theta(cycle),
    "AutoTheta": lambda cycle, window: AutoTheta(cycle),
    "AutoETS": lambda cycle, window: AutoETS(cycle),
    "AutoETS(1)": lambda cycle, window: AutoETS(1),
}
SIMULATES = ("SeasonalNaive", "SESOpt", "Theta", "AutoTheta", "AutoETS", "AutoETS(1)", "HistoricAverage")


def quantiles(peer: str, y: np.ndarray, buckets: int, cycle: int) -> tuple[np.ndarray, float]:
    """float64, shape (ways, levels): NaN where the model has no such way; and the mean of the sum."""
    window = min(2 * buckets, len(y) - 2 * buckets)
    model = HistoricAverage() if peer == "HistoricAverage" else PEERS[peer](cycle, max(window, 1))
    out = np.full((len(WAYS), len(QUANTILES)), np.nan)
    if peer in SIMULATES:
        model.fit(y)
        told = model.predict(buckets, level=CENTRAL)
        for way, errors in enumerate(("normal", "bootstrap")):
            paths = model.simulate(h=buckets, n_paths=PATHS, seed=1, error_distribution=errors)
            out[way] = np.quantile(paths.sum(axis=1), QUANTILES)
    else:
        needed = window if peer == "WindowAverage" else 1
        model.prediction_intervals = ConformalIntervals(
            n_windows=max(2, min(WINDOWS, (len(y) - needed) // buckets)), h=buckets
        )
        told = model.forecast(y=y, h=buckets, level=CENTRAL)
    mean = float(np.sum(told["mean"]))
    out[2] = [np.sum(told[f"hi-{level}"]) for level in CENTRAL]
    deviation = (np.asarray(told["hi-80"]) - np.asarray(told["lo-80"])) / (2 * Z_90)
    out[3] = mean + NORMAL * np.sqrt(np.sum(deviation**2))
    if not (np.isfinite(mean) and np.all(np.isfinite(out[2:]))):
        raise ValueError("not finite")
    return out, mean


def block(task: tuple[str, list[np.ndarray], int, int]) -> tuple[np.ndarray, np.ndarray, int]:
    """The same of a few series. Where a model fails, the library's own fallback stands in."""
    peer, series, buckets, cycle = task
    warnings.filterwarnings("ignore")
    values = np.empty((len(series), len(WAYS), len(QUANTILES)))
    mean, failed = np.empty(len(series)), 0
    for row, y in enumerate(series):
        try:
            values[row], mean[row] = quantiles(peer, y, buckets, cycle)
        except Exception:
            values[row], mean[row] = quantiles("HistoricAverage", y, buckets, cycle)
            failed += 1
    return values, mean, failed


def answer(panel: str, out: str, peer: str, buckets: int, cycle: int) -> None:
    """Write ``values`` (n, ways, levels), ``mean`` (n,), ``failed`` and ``seconds`` to ``out``."""
    given = np.load(panel)
    series = np.split(given["data"], given["indptr"][1:-1])
    begin = time.perf_counter()
    tasks = [(peer, series[at : at + BLOCK], buckets, cycle) for at in range(0, len(series), BLOCK)]
    with multiprocessing.Pool(cores()) as pool:
        parts = pool.map(block, tasks, chunksize=1)
    np.savez(
        out,
        values=np.concatenate([values for values, _, _ in parts]),
        mean=np.concatenate([mean for _, mean, _ in parts]),
        failed=sum(failed for _, _, failed in parts),
        seconds=time.perf_counter() - begin,
    )


def speed(panel: str, out: str, peers: list[str], buckets: int, cycle: int) -> None:
    """Write the seconds of ``StatsForecast.forecast`` over the panel as a data frame, by peer, to ``out``.

    ``points`` are means alone, ``quantiles`` the intervals of ``QUANTILES`` too (conformal of two windows,
    the least that the library takes, where the model has none of its own). Each the better of one process
    and one a core.
    """
    given = np.load(panel)
    indptr, data = given["indptr"], given["data"]
    lengths = np.diff(indptr)
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(lengths)), lengths),
            "ds": np.concatenate([np.arange(lengths.max() - length, lengths.max()) for length in lengths]),
            "y": data,
        }
    )
    few = frame[frame["unique_id"] < 20]
    told: dict[str, dict[str, float]] = {}
    for peer in peers:
        told[peer] = {}
        for kind, level in (("points", None), ("quantiles", CENTRAL[1:])):
            model = PEERS[peer](cycle, buckets)
            if level and not peer.startswith(("Auto", "Seasonal", "Theta")):
                model.prediction_intervals = ConformalIntervals(n_windows=2, h=buckets)
            times = []
            for jobs in {1, cores()}:
                library = StatsForecast([model], freq=1, n_jobs=jobs, fallback_model=HistoricAverage())
                library.forecast(df=few, h=buckets, level=level)
                begin = time.perf_counter()
                library.forecast(df=frame, h=buckets, level=level)
                times.append(time.perf_counter() - begin)
            told[peer][kind] = min(times)
    Path(out).write_text(json.dumps(told), encoding="utf-8")


def cores() -> int:
    """The cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    what, source, target, which, over, every = sys.argv[1:]
    if what == "speed":
        speed(source, target, which.split(","), int(over), int(every))
    else:
        answer(source, target, which, int(over), int(every))

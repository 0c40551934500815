"""statsforecast's answers on the same panels. It pins pandas < 3: it has an environment of its own."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.benchmarks.forecast_panels import Origin
from experiments.benchmarks.forecast_scores import Answer, score
from models.shared.history import BoolArray, History

VERSION = "2.1.1"
WORKER = Path(__file__).with_name("statsforecast_worker.py")

FAST = ("SeasonalNaive", "WindowAverage", "SESOpt", "CrostonSBA", "TSB", "ADIDA", "IMAPA")
SLOW = ("AutoETS", "AutoETS(1)", "AutoTheta")
WAYS = ("paths", "resampled", "comonotone", "normal")

TWIN = {
    "seasonal_naive": "SeasonalNaive",
    "ses": "SESOpt",
    "croston_sba": "CrostonSBA",
    "tsb": "TSB",
    "negative_binomial": "WindowAverage",
    "adida": "ADIDA",
    "imapa": "IMAPA",
    "theta": "Theta",
}
"""The peer that each simple model of ours is timed against; a negative binomial has none, so the fastest."""


@dataclass(frozen=True)
class Told:
    """A peer's answers in the way to a sum that scored best.

    Attributes:
        way: which, of ``WAYS``; `, rounded` where whole numbers scored better.
        figures: as from ``forecast_scores.score``.
        plain: the loss of what its users would take without looking: simulated paths where it simulates,
            else the better of the normal and the comonotone sums, and nothing rounded.
        failed: share of series where the library's fallback stood in.
        seconds: of all series, intervals and simulations included.

    """

    way: str
    figures: dict[str, Any]
    plain: float
    failed: float
    seconds: float


@dataclass(frozen=True)
class Peers:
    """statsforecast in an environment. ``keep``: a folder where slow answers stay for the next run."""

    python: Path
    keep: Path | None

    def told(
        self, peer: str, origins: Sequence[Origin], inside: Sequence[BoolArray], buckets: int, cycle: int
    ) -> Told:
        """What it says of the items ``inside`` (a mask an origin), in its best way, chosen with hindsight."""
        parts = [at.past.take(np.flatnonzero(mask)) for at, mask in zip(origins, inside, strict=True)]
        answer = self._quantiles(peer, _stacked(parts), buckets, cycle)
        ends = np.cumsum([len(part) for part in parts])[:-1]
        means = np.split(np.maximum(answer["mean"], 0.0), ends)
        values = np.split(np.maximum(answer["values"], 0.0), ends)
        ways = {}
        for place, way in enumerate(WAYS):
            if np.isnan(answer["values"][:, place]).any():
                continue
            for rounded in (False, True):
                own = [_spread(each[:, place], mask) for each, mask in zip(values, inside, strict=True)]
                answers = [
                    Answer(np.floor(each + 0.5) if rounded else each, _spread(mean, mask))
                    for each, mean, mask in zip(own, means, inside, strict=True)
                ]
                ways[way + ", rounded" * rounded] = score(origins, answers, inside)
        best = min(ways, key=lambda way: ways[way]["loss"])
        usual = ["paths"] if "paths" in ways else ["comonotone", "normal"]
        plain = min(ways[way]["loss"] for way in usual)
        failed = float(answer["failed"]) / max(len(answer["mean"]), 1)
        return Told(best, ways[best], plain, failed, float(answer["seconds"]))

    def speed(self, history: History, peers: Sequence[str], buckets: int, cycle: int) -> dict[str, Any]:
        """Seconds of each peer over the panel, through its data frame interface: see the worker."""
        with tempfile.TemporaryDirectory() as folder:
            panel, out = Path(folder, "panel.npz"), Path(folder, "answer.json")
            _write(panel, history)
            self._run("speed", panel, out, ",".join(peers), buckets, cycle)
            return dict(json.loads(out.read_text(encoding="utf-8")))

    def _quantiles(self, peer: str, history: History, buckets: int, cycle: int) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            panel, out = Path(folder, "panel.npz"), Path(folder, "answer.npz")
            asked = f"{VERSION} {peer} {buckets} {cycle}".encode()
            content = history.data.tobytes() + history.indptr.tobytes() + WORKER.read_bytes() + asked
            kept = (self.keep or Path(folder)) / f"{peer}-{hashlib.sha256(content).hexdigest()[:20]}.npz"
            if not kept.exists():
                _write(panel, history)
                self._run("quantiles", panel, out, peer, buckets, cycle)
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(out, kept)
            with np.load(kept) as answer:
                return dict(answer)

    def _run(self, *arguments: object) -> None:
        command = [self.python, "-W", "ignore", WORKER, *arguments]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"statsforecast failed:\n{done.stderr[-3000:]}")


def environment(folder: Path) -> Path | None:
    """The Python of the environment in ``folder``, which is made with statsforecast where it has none.

    None where it cannot be made, for want of a package index perhaps: the reason is on standard error.
    """
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    check = f"import importlib.metadata as m; assert m.version('statsforecast') == '{VERSION}'"
    if (
        python.exists()
        and subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0
    ):
        return python
    print(f"Making an environment with statsforecast {VERSION} in {folder}", file=sys.stderr)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", folder], [*pip, f"statsforecast=={VERSION}"]):
        if subprocess.run(command, check=False).returncode != 0:
            print("It could not be made: no peers (see above, or name one with --peers-env)", file=sys.stderr)
            return None
    return python


def _stacked(parts: Sequence[History]) -> History:
    """The items of all origins as one panel. What is unknown is nothing to the peers: they take no gaps."""
    data = np.nan_to_num(np.concatenate([part.data for part in parts]))
    lengths = np.concatenate([part.lengths for part in parts])
    return History(data, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), parts[0].season)


def _spread(own: Any, mask: BoolArray) -> Any:
    """The rows of the items inside, at their places among all; NaN elsewhere."""
    out = np.full((len(mask), *own.shape[1:]), np.nan)
    out[mask] = own
    return out


def _write(path: Path, history: History) -> None:
    np.savez(path, data=history.data, indptr=history.indptr)

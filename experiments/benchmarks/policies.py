"""How fast `reorder solve` finds (s, S) and (r, Q), beside stockpyl; how fast ``cost_optimal`` decides for a
chain's item-stores; and how near theta comes to the best.

Run from the repository's root::

    python -m experiments.benchmarks.policies [--peer PYTHON]

``PYTHON`` is an interpreter that has stockpyl 1.0.2 (an environment of its own: it is no dependency of ours);
without one, the peer's column says so. Every time is that of one item, everything included, best of several.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forecasting.domain import FloatArray
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.solve.solve import solve
from models.shared import distribution
from tests.support.builders import situation

LEVELS = [(mean, 64.0, 1.0, 9.0) for mean in (10, 20, 30, 40, 50, 60, 70)]
BATCHES = [(1.5, 2.0, 100.0, 20.0, 150.0), (12.0, 0.5, 4.0, 4.0, 28.0), (50.0, 1.0, 100.0, 1.0, 25.0)]

PEER = """
import json, sys, time
try:
    import stockpyl
    from stockpyl.ss import s_s_discrete_exact
    from stockpyl.rq import r_q_poisson_exact
except ImportError:
    print("null"); raise SystemExit
levels, batches = json.load(sys.stdin)
def told(call):
    times = []
    for _ in range(2):
        begin = time.perf_counter(); answer = call(); times.append(time.perf_counter() - begin)
    return min(times), float(answer[2])
print(json.dumps([
    [told(lambda: s_s_discrete_exact(h, b, k, True, m))
     for m, k, h, b in levels],
    [told(lambda: r_q_poisson_exact(h, b, k, m, l))
     for m, l, k, h, b in batches],
]))
"""


def problem(review: str, mean: float, lead: float, fixed: float, holding: float, backlog: float) -> Any:
    return {
        "review": review,
        "demand": {"family": "poisson", "mean": mean},
        "lead_time": lead,
        "holding": holding,
        "shortage": {"kind": "backorder", "per_unit_period": backlog},
        "fixed_order_cost": fixed,
    }


def timed(call: Callable[[], Any], repeats: int = 20) -> tuple[float, Any]:
    """The best time of several, and the answer."""
    answer, times = None, []
    for _ in range(repeats):
        begin = time.perf_counter()
        answer = call()
        times.append(time.perf_counter() - begin)
    return min(times), answer


def peer(python: str | None) -> Any:
    """The peer's times and costs, or None where it is absent."""
    if python is None:
        return None
    done = subprocess.run(
        [python, "-c", PEER], input=json.dumps([LEVELS, BATCHES]), capture_output=True, text=True, check=False
    )
    return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else None


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", help="a Python that has stockpyl 1.0.2")
    theirs = peer(parser.parse_args().peer)
    if theirs is None:
        print("stockpyl is absent: no ratios. Install it apart, and name its Python with --peer.")
    solve(problem("periodic", 5, 0, 5, 1, 9))  # compiles
    solve(problem("continuous", 5, 1, 5, 1, 9))
    print("(s, S)  mean   ours ms    peer ms   ratio")
    for place, (mean, fixed, holding, backlog) in enumerate(LEVELS):
        given = problem("periodic", mean, 0, fixed, holding, backlog)
        seconds, answer = timed(lambda given=given: solve(given))
        row(mean, seconds, answer, theirs and theirs[0][place])
    print("(r, Q)  mean   ours ms    peer ms   ratio")
    for place, (mean, lead, fixed, holding, backlog) in enumerate(BATCHES):
        given = problem("continuous", mean, lead, fixed, holding, backlog)
        seconds, answer = timed(lambda given=given: solve(given))
        row(mean, seconds, answer, theirs and theirs[1][place])
    everything()
    print("lost sales: the theta policy's cost above the best policy's")
    gaps = []
    for family in ("poisson", "geometric"):
        for lead in (1, 2, 3, 4):
            line = []
            for short in (4, 9, 19, 39):
                answer = solve(
                    {
                        "demand": {"family": family, "mean": 5},
                        "lead_time": lead,
                        "holding": 1,
                        "shortage": {"kind": "lost", "per_unit": short},
                    }
                )
                gaps.append(answer["simpler"]["cost_per_period"] / answer["cost_per_period"] - 1)
                line.append(f"{answer['cost_per_period']:8.4f} {gaps[-1]:+.3%}")
            print(f"{family:<10} L = {lead}  {'   '.join(line)}")
    print(f"mean {sum(gaps) / len(gaps):.4%}, worst {max(gaps):.4%}")


ITEMS = 30_490


def everything() -> None:
    """One decision of ``cost_optimal`` over a chain's item-stores: random tables of quantiles, packs."""
    random = np.random.default_rng(1)
    rate = random.gamma(0.7, 15.0, ITEMS)
    table = np.sort(random.gamma(2.0, 0.5, (ITEMS, len(distribution.LEVELS))), axis=1)
    seen = situation(rate, on_hand=random.integers(0, 60, ITEMS), pack=6.0)
    seen = replace(seen, lead_time_demand=replace(seen.lead_time_demand, forecast=Table(rate, table)))
    seconds, _ = timed(lambda: CostOptimal().decide(seen), repeats=3)
    print(f"one decision over {ITEMS:,} items, empirical distributions, packs of 6: {seconds:.2f} s")


@dataclass(frozen=True)
class Table:
    """Demand as quantiles, stretched to the horizon. ``table``: shape (n, levels), mean about 1."""

    rate: FloatArray
    table: FloatArray

    def demand(self, horizon: FloatArray) -> distribution.Distribution:
        """Demand of ``horizon`` weeks, shape (n,)."""
        return distribution.Distribution(np.round((self.rate * horizon)[:, None] * self.table))


def row(mean: float, seconds: float, answer: Any, other: Any) -> None:
    """One line; the peer must have come to the same cost."""
    text = "" if other is None else f"{other[0] * 1e3:>10.1f} {other[0] / seconds:>7.0f}"
    if other is not None and abs(other[1] - answer["cost_per_period"]) > 1e-3 * other[1]:
        text += f"  (its cost is {other[1]:.4f}, ours {answer['cost_per_period']:.4f})"
    print(f"      {mean:>6g} {seconds * 1e3:>9.2f} {text}")


if __name__ == "__main__":
    main()

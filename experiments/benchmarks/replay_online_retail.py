"""The replay of a gift wholesaler's last year: what the least-cost rule saves against rules fitted at their
best.

Online Retail II has no suppliers, lead times or costs. Assumed are 40 suppliers with lead times of 7 to 28
days, drawn once from a seed; unit cost half the price, holding 25 % of it a year; and, a setting each, a
backordered unit at a share of its price once and a part of that each day. Each rule of today's systems has
its parameters fitted on the year before, twice: with the averaging window among them, and with 13 weeks.
``cost_optimal`` runs with its defaults. Run from the repository's root, with a dataset as
`reorder import online-retail` writes it::

    python -m experiments.benchmarks.replay_online_retail DATASET [SETTING ...]

SETTING is one of those below, by its letter; all of them without one. Prints, for each, the policies with
their figures, what is saved against the best of either kind with its 90 % interval (items and weeks
resampled), and how long it took. The most memory held is printed last.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import read_records
from forecasting.planning.observing import observer
from forecasting.policies.grid import Axis
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.policies.registry import policy
from forecasting.replay import compare
from forecasting.replay.fit import fit, time_before
from forecasting.replay.scenario import scenario
from forecasting.replay.simulate import simulate_together

FIRST, LAST = "2010-12-06", "2011-11-27"
SUPPLIERS, LEAD_DAYS, SEED = 40, (7, 28), 1
PACKS = (1.0, 6.0, 12.0, 24.0)
NOTHING_ELSE = ("line_cost=0", "cancel_share=0", "admin_minutes_per_line=0", "churn_per_line=0")
SETTINGS = {
    "A": ("20 % of the price, .5 % a day", 1.0, ()),
    "B": ("10 % of the price, .25 % a day", 0.5, ()),
    "C": ("40 % of the price, 1 % a day", 2.0, ()),
    "P": ("as A, in packs of 1 to 24", 1.0, ()),
    "L": ("as A, 5 per order line", 1.0, ("line_cost=5",)),
}
INCUMBENTS = ("min_max", "days_of_cover", "odoo", "erpnext", "netstock", "textbook")
WINDOW = 91.0
"""13 weeks."""


def write_dataset(source: Path, folder: Path, *, packs: bool) -> None:
    """The imported dataset, with suppliers and lead times drawn from the seed."""
    generator = np.random.default_rng(SEED)
    for file in source.glob("*.parquet"):
        if file.stem != "suppliers":
            shutil.copy(file, folder)
    products = pd.read_parquet(folder / "products.parquet")
    names = np.array([f"S{number:02d}" for number in range(1, SUPPLIERS + 1)])
    suppliers = pd.DataFrame({"supplier": names, "review_days": 7})
    suppliers["lead_time_days"] = generator.integers(LEAD_DAYS[0], LEAD_DAYS[1] + 1, SUPPLIERS)
    products["supplier"] = generator.choice(names, len(products))
    drawn = generator.choice(np.array(PACKS), len(products))
    if packs:
        products["pack_size"] = drawn
    products.to_parquet(folder / "products.parquet", index=False)
    suppliers.to_parquet(folder / "suppliers.parquet", index=False)


def replay(folder: Path, settings: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """The summary against the best rule of either kind; ``attrs`` names it."""
    config = load(None, settings)
    records = read_records(str(folder))
    first, last = day_number(FIRST), day_number(LAST)
    seeing = observer(records, config, first - 1, Assumptions())
    past = scenario(seeing, first, last, Assumptions())
    before = time_before(seeing, first)
    assert before is not None
    chosen = []
    for name in INCUMBENTS:
        rule = policy(name, config)
        axes = [
            Axis("window_days", (WINDOW,)) if axis.name == "window_days" else axis for axis in rule.axes()
        ]
        chosen.append(fit(rule, before).policy)
        chosen.append(replace(fit(rule, before, axes=axes).policy, name=f"{name}, 13 weeks"))
    chosen += [policy("cost_optimal", config), PerfectForesight(past.lines, past.arrivals)]
    runs = simulate_together(chosen, past)
    costs, value = seeing.catalogue.costs, seeing.catalogue.terms.unit_cost
    against = {}
    for kind in ("13 weeks", "fitted"):
        named = [run.policy for run in runs if run.policy.split(",")[0] in INCUMBENTS]
        named = [name for name in named if ("13 weeks" in name) == (kind == "13 weeks")]
        summary = compare.summary(runs, costs, value, named[0], config.seed, 1)
        cost = summary.set_index("policy")["cost_total"][named]
        against[kind] = compare.summary(runs, costs, value, str(cost.idxmin()), config.seed)
        against[kind].attrs["baseline"] = cost.idxmin()
    for run in runs:
        if run.parameters:
            print(f"    {run.policy}: {run.parameters}")
    return against


def main() -> None:
    """Replay each setting, and print."""
    source, asked = Path(sys.argv[1]), sys.argv[2:] or list(SETTINGS)
    for letter in asked:
        words, share, more = SETTINGS[letter]
        goodwill = (f"goodwill_share_of_price={0.2 * share}", f"late_share_of_price_per_day={0.005 * share}")
        print(f"\n{letter}: {words}")
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as scratch:
            write_dataset(source, Path(scratch), packs=letter == "P")
            against = replay(Path(scratch), (*goodwill, *NOTHING_ELSE, *more))
        table = against["fitted"]
        heads = (("cost", 10), ("holding", 10), ("lines", 9), ("units", 10), ("stock value", 13), ("fill", 7))
        print(f"  {'policy':<26}" + "".join(f"{head:>{width}}" for head, width in heads))
        for row in table.sort_values("cost_total").itertuples():
            print(
                f"  {row.policy:<26}{row.cost_total:>10,.0f}{row.cost_holding:>10,.0f}"
                f"{row.backordered_lines:>9,.0f}{row.backordered_units:>10,.0f}"
                f"{row.average_on_hand_value:>13,.0f}{row.fill_rate:>7.1%}"
            )
        for kind, summary in against.items():
            baseline = summary.attrs["baseline"]
            rows = summary.set_index("policy")
            row, base = rows.loc["cost_optimal"], rows.loc[baseline]
            print(
                f"  against {baseline} (the best {kind}): {row.cost_saved / base.cost_total:.1%} less, "
                f"90 % interval {row.cost_saved_low / base.cost_total:.1%} to "
                f"{row.cost_saved_high / base.cost_total:.1%}"
            )
        print(f"  {time.perf_counter() - began:.0f} s")
    print(f"\n{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


if __name__ == "__main__":
    main()

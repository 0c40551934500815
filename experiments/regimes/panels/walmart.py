"""Departments of a retail chain made into items: real seasons over almost three years.

The data is money by store, department and week. Each series of 140 weeks and more is scaled to a mean of 1 to
40, drawn log-uniformly from a seed; counts are negative binomial around it, of size 4. So the distribution
is known, given the sales of the week: what "a perfect distribution" knows here is more than anybody could.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.regimes.panels.base import Panel, found, sample
from experiments.regimes.panels.known import NegativeBinomialTruth

SERIES, WEEKS, SIZE, SEED = 800, 140, 4.0, 1
MEANS = (1.0, 40.0)


def load(folder: Path, items: int) -> Panel:
    """At most ``items`` of the 800 series. Raises PanelAbsentError."""
    table = pd.read_parquet(found(folder, "walmart_departments_weekly.parquet"))
    wide = table.pivot_table(index=["store", "department"], columns="week_ending", values="sales")
    wide = wide[wide.notna().sum(axis=1) >= WEEKS]
    wide = wide.iloc[sample(len(wide), SERIES, SEED)]
    sales = np.maximum(np.nan_to_num(wide.to_numpy(np.float64)), 0.0)

    random = np.random.default_rng(SEED)
    level = np.exp(random.uniform(*np.log(MEANS), len(sales)))
    mean = sales * (level / sales.mean(axis=1))[:, None]
    counts = random.negative_binomial(SIZE, SIZE / (SIZE + mean)).astype(np.float64)

    kept = sample(len(sales), items, SEED)
    department = wide.index.get_level_values("department").to_numpy()[kept]
    # A week that ends on a Friday began on the Saturday before.
    start = wide.columns[0].to_datetime64().astype("datetime64[D]") - np.timedelta64(6, "D")
    return Panel(
        name="walmart",
        counts=counts[kept],
        category=np.array([f"department {each}" for each in department], dtype=object),
        price=np.ones(len(kept)),
        start=start,
        truth=NegativeBinomialTruth(mean[kept], mean[kept] + mean[kept] ** 2 / SIZE),
    )

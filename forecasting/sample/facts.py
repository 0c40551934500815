"""Facts of supply that a synthetic wholesaler can have besides, by their names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasting.errors import RequestError, known_names
from forecasting.sample import goods, supply

FACTS = (*supply.FACTS, *goods.FACTS)


def check_facts(facts: Sequence[str]) -> None:
    """Raises RequestError where one is not known."""
    for name in facts:
        if name not in FACTS:
            raise RequestError(f"there is no fact {name!r}: {known_names(name, FACTS)}")


def with_facts(seed: int, tables: dict[str, pd.DataFrame], facts: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The tables with these facts; each kind draws from a stream of its own."""
    if set(facts) & set(supply.FACTS):
        tables = supply.with_supply(np.random.default_rng([seed, 7]), tables, facts)
    if set(facts) & set(goods.FACTS):
        tables = goods.with_goods(np.random.default_rng([seed, 6]), tables, facts)
    return tables

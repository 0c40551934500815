"""Making a sample, and writing it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.domain import MAIN
from forecasting.errors import RequestError
from forecasting.sample.calendar import make_calendar
from forecasting.sample.catalogue import make_catalogue
from forecasting.sample.customers import Behaviour
from forecasting.sample.demand import World, make_lines
from forecasting.sample.facts import check_facts, with_facts
from forecasting.sample.goods import LOCATIONS, PLACES
from forecasting.sample.operations import run
from forecasting.sample.records import make_tables
from forecasting.sample.selling import make_selling
from forecasting.sample.truth import make_truth

END = date(2026, 6, 28)
"""The last day of a sample where none is given: a Sunday."""

SHORTEST = 14
"""Days below which there is nothing to see."""

TRUTH = "truth"
"""The folder of the hidden truth, within the dataset's; readers of the dataset ignore it."""


@dataclass(frozen=True)
class Sample:
    """A synthetic dataset.

    Attributes:
        tables: all tables of ``dataset.tables``, by name, typed as a dataset in memory.
        truth: ``demand`` (units per day and item), ``parameters`` (per item), ``suppliers``; ``behaviour``
            and ``customers`` where customers were asked to behave in a way of their own.

    """

    tables: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]

    def write(self, folder: Path | str) -> list[Path]:
        """Write ``NAME.parquet`` per table, and the truth in the folder ``truth`` below it.

        Returns the files written. Raises RequestError where the folder cannot be written.
        """
        folder = Path(folder)
        files = {folder / f"{name}.parquet": table for name, table in self.tables.items()}
        files |= {folder / TRUTH / f"{name}.parquet": table for name, table in self.truth.items()}
        try:
            (folder / TRUTH).mkdir(parents=True, exist_ok=True)
            for file, table in files.items():
                # A column without any value has no type that a file could keep.
                table.dropna(axis="columns", how="all").to_parquet(file, index=False)
        except OSError as error:
            raise RequestError(
                f"cannot write the sample into {folder}: {error}. Name a folder that can be written."
            ) from error
        return list(files)


def make_sample(
    items: int = 400,
    days: int = 730,
    seed: int = 1,
    end: date = END,
    locations: Sequence[str] = (MAIN,),
    behaviour: Behaviour | None = None,
    facts: Sequence[str] = (),
) -> Sample:
    """A wholesaler with ``items`` products, over the ``days`` days up to and with ``end``.

    The same arguments give the same tables. With several ``locations`` every product is kept at each,
    the first being the busiest, and stock is never moved between them. ``behaviour``: of its customers when
    they have to wait; given one, the truth holds it, and who left when. None: the usual one, and nobody
    leaves. ``facts``: of supply, that it has besides (``facts.FACTS``).

    Raises RequestError where an argument leaves nothing to make.
    """
    if items < 1:
        raise RequestError(f"a sample needs at least 1 item, not {items}. Ask for more items.")
    if days < SHORTEST:
        raise RequestError(f"a sample needs at least {SHORTEST} days, not {days}. Ask for more days.")
    if seed < 0:
        raise RequestError(f"the seed must be 0 or more, not {seed}. Choose another seed.")
    if not locations or len(set(locations)) < len(locations):
        raise RequestError(f"locations must be different names, at least one, not {list(locations)}.")

    check_facts(facts)

    if PLACES in facts and locations == (MAIN,):
        locations = LOCATIONS

    # A stream of random numbers for each step: a change of one step leaves the others' draws alone.
    streams = [np.random.default_rng([seed, part]) for part in range(5)]
    calendar = make_calendar(days, end)
    catalogue = make_catalogue(streams[0], items, calendar)
    selling = make_selling(streams[1], catalogue, calendar)
    # The k-th location sells 1 / k of what the first one does.
    size = 1 / np.arange(1.0, len(locations) + 1)
    world = World(calendar, catalogue, selling, tuple(locations), size / size.sum())

    lines = make_lines(streams[2], world)
    if behaviour is None:
        operations = run(streams[3], world, lines)
    else:
        operations = run(streams[3], world, lines, behaviour, np.random.default_rng([seed, 5]))
    tables = make_tables(streams[4], world, lines, operations)
    if facts:
        tables = with_facts(seed, tables, facts)
    return Sample(tables, make_truth(world, lines, operations, behaviour))

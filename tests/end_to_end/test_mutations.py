"""An export that went wrong changes no plan in silence: two hundred of them, drawn by seed.

Each ends in the same recommendations to the byte, in an error, or in a notice or an assumption that names the
table and the column. The kinds are those that a careful analyst could see in the files:

- a column, a file or a location under another name; a column, rows or a file that are not there;
- dates of one column a year or ten from where they were, one date ten or a hundred years ahead;
- a column of numbers times or by a thousand where others must agree with it, one quantity times a
  thousand, a decimal comma, dates as day/month/year;
- a tenth of the rows twice; rows or columns in another order; whole numbers with a point, dates with
  the time of midnight, blanks around values.

What changes the data without a trace is not among them: one row less, or a scale that nothing else tells of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from forecasting.config import load
from forecasting.dataset.read import read
from forecasting.dataset.write import write
from forecasting.domain import day_number
from forecasting.errors import DataError, RequestError
from forecasting.inputs.read_records import records_of
from forecasting.planning.plan import plan
from forecasting.sample import make_sample
from tests.support.command import AS_OF
from tests.support.mutations import HARMLESS, MUTATIONS, Draw, Mutation, text_of

DRAWS = 200
ALWAYS = 2 * len(MUTATIONS)
"""Each kind twice; the others are slow."""


@dataclass(frozen=True)
class Planned:
    """What a plan says of a folder of files."""

    fingerprint: str
    recommendations: str
    notices: pd.DataFrame
    assumptions: pd.DataFrame


def planned(folder, known: Planned | None = None) -> Planned:
    """The plan; that of ``known`` where the dataset reads as the same, for then it is the same."""
    data = read(str(folder))
    if known is not None and data.fingerprint == known.fingerprint:
        return known
    tables = plan(records_of(data), load(None, ["model=negative_binomial"]), day_number(AS_OF)).tables
    recommendations = tables["recommendations"].drop(columns="run").to_csv(index=False)
    return Planned(data.fingerprint, recommendations, tables["notices"], tables["assumptions"])


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A small clean company at two locations, as CSV files, and its plan."""
    folder = tmp_path_factory.mktemp("company") / "data"
    write(make_sample(8, 200, 4, locations=("main", "north")).tables, folder)
    files = sorted(folder.iterdir())
    tables = {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in files}
    return tables, planned(folder)


@pytest.mark.parametrize(
    "seed", [*range(ALWAYS), *(pytest.param(n, marks=pytest.mark.slow) for n in range(ALWAYS, DRAWS))]
)
def test_no_export_that_went_wrong_changes_a_plan_in_silence(company, tmp_path, seed):
    tables, clean = company
    draw = Draw(np.random.default_rng(seed), {name: frame.copy() for name, frame in tables.items()})
    mutate = MUTATIONS[seed % len(MUTATIONS)]
    mutation = mutate(draw)
    try:
        found = planned(text_of(mutation.tables, tmp_path / "data"), clean)
    except (DataError, RequestError) as error:
        assert mutate not in HARMLESS
        assert mutation.table in str(error) or isinstance(error, RequestError), mutation.what
        return
    if found.recommendations != clean.recommendations:
        assert mutate not in HARMLESS
        assert noticed(mutation, found, clean) or assumed(mutation, found, clean), mutation.what


def noticed(mutation: Mutation, found: Planned, clean: Planned) -> bool:
    """Whether a notice that the clean plan has not names the table and the column."""
    new = found.notices[~found.notices["what"].isin(set(clean.notices["what"]))]
    column = mutation.column or ""
    for notice in new.itertuples():
        words = f"{notice.column} {notice.value} {notice.what}"
        # What two tables do not agree in may be told of either; it then names the other one.
        of_it = mutation.table == notice.table or mutation.table in words or notice.column == "location"
        if column in words and of_it:
            return True
    return False


def assumed(mutation: Mutation, found: Planned, clean: Planned) -> bool:
    """Whether an assumption that the clean plan has not names the table, or the column of it."""
    rows = [
        set(each.assumptions[["setting", "value", "items"]].itertuples(index=False, name=None))
        for each in (found, clean)
    ]
    for setting, value, _ in rows[0] - rows[1]:
        lacks = str(value).removeprefix("without ").split(", ")
        if setting == f"table {mutation.table}" and (mutation.column in lacks or value == "not given"):
            return True
    return False

"""Datasets: made, imported, checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from forecasting.errors import RequestError

if TYPE_CHECKING:
    from forecasting.connectors.online_retail.importing import Imported
    from forecasting.dataset.check import Checked
    from forecasting.sample import Sample


def write_sample(
    folder: Path,
    items: int,
    days: int,
    seed: int,
    kind: str,
    *,
    dirty: bool = False,
    customers: Mapping[str, float] | None = None,
    facts: tuple[str, ...] = (),
) -> Sample:
    """Make a synthetic wholesaler and write it into ``folder``, its hidden truth into ``folder/truth``.

    ``dirty``: with a real company's faults planted in its tables. ``customers``: what ``Behaviour`` is to
    have else than usual; None: all is as usual. ``facts``: of supply, that it has besides.
    """
    from forecasting.dataset.write import write
    from forecasting.sample import Behaviour, make_dirty_sample, make_sample

    behaviour = Behaviour(**customers) if customers else None
    sample = (make_dirty_sample if dirty else make_sample)(
        items, days, seed, behaviour=behaviour, facts=facts
    )
    write(sample.tables, folder, "csv" if kind == "csv" else "parquet")
    write(sample.truth, folder / "truth", "parquet")
    return sample


def import_online_retail(file: Path, folder: Path) -> Imported:
    """Read the source file and write it as a dataset."""
    from forecasting.connectors.online_retail.importing import import_online_retail as imported_from
    from forecasting.dataset.write import write

    imported = imported_from(file)
    write(imported.tables, folder, "parquet")
    return imported


def inspect_sql(url: str) -> str:
    """A mapping that is proposed for a company's database."""
    from forecasting.connectors.sources.sql import inspect

    return inspect(url)


def check(source: str) -> Checked:
    """Every problem of a dataset, and what it holds."""
    from forecasting.dataset.check import check as checked

    return checked(source)


def suggest_mapping(source: str) -> str:
    """The text of a proposed ``dataset.yaml`` for a folder of a company's own files."""
    from forecasting.dataset.mapping.suggest import suggest_mapping as suggested

    folder = Path(source)
    if not folder.is_dir():
        raise RequestError(f"{source}: is no folder; --suggest-mapping looks at the files in one")
    return suggested(folder)

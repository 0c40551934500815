"""Sources into datasets: what was read is kept beside the dataset, which is written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.domain import MAIN
from forecasting.errors import ConfigError, RequestError

if TYPE_CHECKING:
    import pandas as pd

    from forecasting.connectors.sources.kept import Kept
    from forecasting.connectors.sources.port import Changes
    from forecasting.connectors.sources.registry import Named

SUGGESTIONS = "suggestions.csv"
"""What the system itself suggests to buy, in that folder."""

RECORDS = ".source"
"""The folder within a dataset that holds a source's records and marks."""

OWN = ".own"
"""The folder within a dataset that another system is read into, which holds what the source does not."""


def import_source(named: Named, folder: Path, as_of: date, *, whole: bool = False, **options: Any) -> Changes:
    """Bring a dataset up to date with its source.

    ``as_of``: the day at whose close the stock of now counts. ``whole``: read everything anew, so that all
    deletions are found. Days of stock that were seen before are kept. Where ``own`` is a file of settings,
    that system is read first, into a folder beside. Raises SourceUnavailable where one does not answer: the
    dataset is then as it was, what was read is kept, and the next import goes on.
    """
    from forecasting.connectors.sources.own import own_tables, with_own
    from forecasting.connectors.sources.port import SourceUnavailable
    from forecasting.connectors.sources.registry import made

    with _records(folder, named.kind) as kept:
        beside = _beside(named, folder, as_of, whole=whole)
        if whole:
            kept.forget_whole()
        with closing(made(named, kept, as_of, **options)) as source:
            changes = source.changes()
        if named.own is not None:
            if beside is not None and not any(map(len, beside.tables.values())):
                # What is kept of it may be less by now than there was.
                distrust(folder / OWN)
                raise SourceUnavailable(f"{named.own}: it says that there is nothing at all, not believed")
            if beside is not None and changes.suggestions is None:
                changes = replace(changes, suggestions=beside.suggestions)
            own = own_tables(named.own if beside is None else folder / OWN)
            changes = replace(changes, tables=with_own(changes.tables, own))
        return _written(changes, folder)


def _beside(named: Named, folder: Path, as_of: date, *, whole: bool) -> Changes | None:
    """Read the other system whose settings ``own`` names; None where it names a folder, or nothing."""
    from forecasting.connectors.sources.registry import read_settings

    if named.own is None or not named.own.is_file():
        return None
    other = read_settings(named.own)
    if other.own is not None and other.own.is_file():
        raise ConfigError(f"{named.own}: own: must be a folder, as this file is itself another's own")
    return import_source(other, folder / OWN, as_of, whole=whole)


def distrust(folder: Path) -> None:
    """Have the next import of a dataset read everything anew: what it holds was not believed."""
    from forecasting.connectors.sources.kept import Kept

    for place in (folder / RECORDS, folder / OWN / RECORDS):
        if place.is_dir():
            with closing(Kept(place)) as kept:
                kept.forget_whole()


def import_sql(url: str, mapping: Path, folder: Path) -> Changes:
    """Read a company's database by a mapping and write it as a dataset; stock counted before is kept."""
    from forecasting.connectors.sources.sql import SqlSource

    return _written(SqlSource(url, mapping).changes(), folder)


def receive_events(folder: Path, kind: str, settings: Path | None, body: bytes, signature: str) -> int:
    """Note what a webhook's events name, for the next import; returns how many records that are."""
    from forecasting.connectors.sources.orderspace.events import receive
    from forecasting.connectors.sources.registry import Named, read_settings, settings_of

    named = Named(kind, {}) if settings is None else read_settings(settings, kind)
    given = settings_of(named)
    if getattr(given, "webhook_key", None) is None:
        raise ConfigError(f"source {kind}: webhook_key: name where the signing key is, {{env: NAME}}")
    with _records(folder, kind, alone=False) as kept:
        return receive(kept, given.webhook_key.read(), body, signature)


@contextmanager
def _records(folder: Path, kind: str, *, alone: bool = True) -> Iterator[Kept]:
    """The records beside a dataset. ``alone``: no other import of it at the same time."""
    from contextlib import nullcontext

    from forecasting.adapters.job import only_one
    from forecasting.connectors.sources.kept import Kept

    place = folder / RECORDS
    with only_one(place / "lock") if alone else nullcontext():
        kept = Kept(place)
        try:
            there = kept.mark("kind")
            if there not in (None, kind):
                raise RequestError(f"{folder}: was imported from {there}. Name another folder for {kind}.")
            with kept.at_once():
                kept.set_mark("kind", kind)
            yield kept
        finally:
            kept.close()


def _written(changes: Changes, folder: Path) -> Changes:
    """Write the tables, with the stock of days before; what cannot be referred to is left out and told."""
    from forecasting.adapters.atomic import whole_file
    from forecasting.dataset.write import write

    tables = dict(changes.tables)
    if "stock" in tables:
        tables["stock"] = _with_days_before(tables["stock"], folder)
    tables, said = _of_known_items(tables)
    write(tables, folder, "parquet")
    if changes.suggestions is not None:
        with whole_file(folder / RECORDS / SUGGESTIONS) as beside:
            changes.suggestions.to_csv(beside, index=False)
    return replace(changes, tables=tables, notices=(*changes.notices, *said))


def _with_days_before(stock: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A system knows the stock of today; days that were seen before make availability known."""
    import pandas as pd

    from forecasting.connectors.sources.own import own_tables

    before = own_tables(folder).get("stock") if any(folder.glob("stock.*")) else None
    parts = [stock] if before is None or not len(before) else [before, stock]
    counted = pd.concat([part.astype({"sku": object}) for part in parts], ignore_index=True)
    at = counted["location"].astype(object) if "location" in counted.columns else None
    counted = counted.astype({"as_of": "datetime64[us]", "on_hand": "float64"})
    counted["location"] = MAIN if at is None else at.where(at.notna(), MAIN)
    first = ["as_of", "sku", "on_hand", "location"]
    counted = counted[[*first, *(name for name in counted.columns if name not in first)]]
    return counted.drop_duplicates(["as_of", "sku", "location"], keep="last", ignore_index=True)


def _of_known_items(tables: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """The tables without rows of items that are neither a product nor ordered, and how many those are."""
    known = {
        sku for name in ("orders", "products") if name in tables for sku in tables[name]["sku"].astype(object)
    }
    kept, said = dict(tables), []
    for name, table in tables.items():
        if name not in ("orders", "products", "events") and "sku" in table.columns and len(table):
            there = table["sku"].astype(object).isin(known)
            if not there.all():
                said.append(f"{int((~there).sum()):,} rows of {name} are of unknown items, and are left out")
            kept[name] = table[there]
    return kept, said

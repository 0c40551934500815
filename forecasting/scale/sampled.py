"""The records of the sample, and what is learnt from them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from forecasting.errors import DataError
from forecasting.inputs.records import Records
from forecasting.planning.pooled import Pooled, learn_pooled
from forecasting.scale.reading import read_folder_as_part, read_part
from forecasting.scale.tasks import Desk

POOLED = "pooled"


def learn(desk: Desk, horizons: Sequence[float | None], *, plan: bool) -> None:
    """Keep what the sample teaches, for every partition to read."""
    sample = read_sample(desk)
    job = desk.job
    desk.keep(POOLED, learn_pooled(sample, job.config, job.as_of, horizons, plan=plan))


def pooled(desk: Desk) -> Pooled:
    """What the sample taught."""
    found = desk.kept(POOLED)
    assert isinstance(found, Pooled)
    return found


def read_sample(desk: Desk) -> Records:
    """The records of the sample, without the items of partitions whose data is wrong: these fail alone."""
    manifest = desk.manifest
    try:
        return read_part(desk.source, manifest, manifest.sample)
    except DataError as error:
        wrong: set[str] = set()
        for part in manifest.parts:
            try:
                read_part(desk.source, manifest, part)
            except (DataError, OSError):
                wrong |= _skus(desk, part.name)
        if not wrong:
            raise error from None
        return _without(desk, wrong)


def _skus(desk: Desk, name: str) -> set[str]:
    """The SKUs that the tables of a partition name, as far as they can be read."""
    found: set[str] = set()
    with tempfile.TemporaryDirectory() as place:
        for file in desk.part(name).files:
            try:
                held = desk.source.fetch(file.path, file.size, file.sha256, Path(place))
                found |= set(map(str, pq.read_table(held, columns=["sku"]).column("sku").to_pylist()))
            except (OSError, ValueError, KeyError):
                continue
    return found


def _without(desk: Desk, skus: set[str]) -> Records:
    """The sample without these SKUs."""
    manifest = desk.manifest
    with tempfile.TemporaryDirectory() as place:
        fetched, folder = Path(place) / "fetched", Path(place) / manifest.sample.name
        fetched.mkdir()
        folder.mkdir()
        for file in (*manifest.sample.files, *manifest.shared):
            held = desk.source.fetch(file.path, file.size, file.sha256, fetched)
            table = pq.read_table(held)
            if "sku" in table.column_names:
                named = pc.is_in(table.column("sku").cast("string"), value_set=_words(skus))
                table = table.filter(pc.invert(named))
            pq.write_table(table, folder / Path(file.path).name, store_schema=False)
        return read_folder_as_part(folder, manifest, f"{desk.source.root}/{manifest.sample.name}")


def _words(skus: set[str]) -> object:
    import pyarrow as pa

    return pa.array(sorted(skus), pa.string())

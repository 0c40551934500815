"""The use case ``partition``: a dataset as partitions of items, streaming, larger than memory.

What is of a SKU goes into the partition of its group (``grouping``); what is of no SKU (suppliers, events of
the whole company) is shared. A sample of the items is written besides, as a partition of its own: what models
learn from all items, they learn from it, so that no forecast hangs on how the dataset is cut.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from forecasting.domain import BoolArray, IntArray, TextArray
from forecasting.errors import RequestError
from forecasting.scale.facts import Facts
from forecasting.scale.grouping import RELATIONS, Groups
from forecasting.scale.manifest import NAME, SAMPLE, SHARED, Manifest, Part, StoredFile
from forecasting.scale.splitting import OPEN, Splitter, stored
from forecasting.scale.storage import Storage, scratch
from forecasting.scale.streams import TableStream, streams, texts

SIZE, SAMPLED = 10_000, 5_000
"""Items of a partition, about, and of the sample."""

BY = ("location,sku", "sku")
"""What the size counts: items, which are SKUs at a location, or SKUs. All places of a SKU stay together."""


OBJECT_STORES = {"s3", "gs", "gcs", "abfs", "abfss", "az", "memory", "file", "hdfs"}
"""Schemes of URLs that are no database's."""


class Cut(NamedTuple):
    """How a dataset is cut: what ``size`` counts, about how many a partition has, how many partitions."""

    by: str
    size: int
    partitions: int


def partition(source: str, folder: str, by: str = BY[0], size: int | None = None) -> Manifest:
    """Write the partitions of a dataset below ``folder``, a folder or a URL, and the manifest last.

    ``size``: items of a partition, about; None: as many partitions as there are already, so that every item
    stays where it is, else of ``SIZE``.

    Raises DataError where the dataset cannot be read, RequestError where ``folder`` cannot be written.
    """
    if by not in BY:
        raise RequestError(f"--by {by}: write {' or '.join(BY)}")
    storage = Storage(folder)
    tables = streams(source)
    facts = Facts.of(tables)
    groups = Groups(facts.skus, _pairs(tables))
    cut = _cut(storage, by, size, int(facts.items_of_each.sum()) if by == BY[0] else len(facts.skus))
    try:
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=scratch(folder)) as place:
            manifest = _written(tables, facts, groups, Path(place), cut)
            return _published(storage, Path(place), manifest)
    except OSError as error:
        raise RequestError(f"{folder}: cannot be written ({error}); name another folder") from None


def read_manifest(storage: Storage) -> Manifest:
    """The manifest of a partitioned dataset. Raises RequestError where there is none."""
    try:
        text = storage.read(NAME).decode()
    except OSError as error:
        what = f"{storage.root}: holds no partitions ({type(error).__name__}: no {NAME})"
        raise RequestError(f"{what}; make them: reorder partition DATASET {storage.root}") from None
    return Manifest.of_text(text, storage.root)


def is_partitioned(source: str) -> bool:
    """Whether a dataset is one of partitions; of a URL, whether it is one that fsspec reads."""
    if "://" not in source:
        return (Path(source) / NAME).is_file()
    return source.split("://", maxsplit=1)[0] in OBJECT_STORES


def _cut(storage: Storage, by: str, size: int | None, counted: int) -> Cut:
    if size is None and storage.exists(NAME):
        before = read_manifest(storage)
        if before.by == by:
            return Cut(by, before.size, before.partitions)
    size = SIZE if size is None else size
    return Cut(by, size, max(1, -(-counted // size)))


def _pairs(tables: Mapping[str, TableStream]) -> Iterator[tuple[TextArray, TextArray]]:
    """SKUs that belong together: text, of the same shape."""
    for table, *columns in RELATIONS:
        stream = tables.get(table)
        if stream is None or not set(columns) <= set(stream.columns):
            continue
        for batch in stream.batches(columns):
            one, other = (np.append(words, "")[codes] for words, codes in map(texts, batch.columns))
            named = (one != "") & (other != "")
            yield one[named], other[named]


def _written(
    tables: Mapping[str, TableStream], facts: Facts, groups: Groups, place: Path, cut: Cut
) -> Manifest:
    part_of = groups.partition(cut.partitions)
    sampled = groups.sample(facts.items_of_each, SAMPLED)
    names = [f"part-{number:05d}" for number in range(cut.partitions)]
    files: dict[str, list[StoredFile]] = {name: [] for name in (*names, SAMPLE, SHARED)}
    lines = np.zeros(cut.partitions + 1, dtype=np.int64)
    for stream in tables.values():
        if "sku" not in stream.columns:
            owner = np.zeros(len(facts.skus) + 1, dtype=np.int64)
            written = _split(stream, groups, owner, [place / SHARED])
        else:
            # What names no SKU, and so should not be, is the first partition's to report.
            folders = [place / name for name in names]
            written = _split(stream, groups, np.append(part_of, 0), folders, (place / SAMPLE, sampled))
        for folder, rows, file in written:
            files[folder].append(stored(file, place))
            if stream.name == "orders":
                lines[-1 if folder == SAMPLE else names.index(folder)] = rows

    items = np.bincount(part_of, facts.items_of_each, cut.partitions).astype(np.int64)
    parts = [
        Part(name, int(items[k]), int(lines[k]), tuple(files[name]))
        for k, name in enumerate(names)
        if items[k]
    ]
    count = int(facts.items_of_each[sampled].sum())
    return Manifest(
        fingerprint="",
        **cut._asdict(),
        items=int(items.sum()),
        order_lines=int(facts.rows["orders"]),
        rows=facts.rows,
        largest=int(items.max(initial=0)),
        whole=facts.whole,
        shared=tuple(files[SHARED]),
        sample=Part(SAMPLE, count, int(lines[-1]), tuple(files[SAMPLE])),
        parts=tuple(parts),
    )


def _split(
    stream: TableStream,
    groups: Groups,
    owner: IntArray,
    folders: list[Path],
    sample: tuple[Path, BoolArray] | None = None,
) -> list[tuple[str, int, Path]]:
    """The files that a table was split into: the name of the folder, the rows, and the file of each.

    Args:
        stream: the table.
        groups: of all k SKUs.
        owner: int64, shape (k + 1,): the folder of each SKU; the last of what names none.
        folders: of the parts.
        sample: a further folder, and the SKUs that it holds besides.

    """
    written = []
    for first in range(0, len(folders), OPEN):
        splitters = [(Splitter(folders[first : first + OPEN], stream.name, first), owner)]
        if sample is not None and first == 0:
            inside = np.append(np.where(sample[1], 0, -1), -1)
            splitters.append((Splitter([sample[0]], stream.name, 0), inside))
        for batch in stream.batches(None):
            sku = _skus(batch, groups)
            for splitter, of_sku in splitters:
                # An event of more than one item is everybody's.
                if stream.name == "events":
                    splitter.add_to_all(batch, sku, of_sku)
                else:
                    splitter.add(batch, of_sku[sku])
        for splitter, _ in splitters:
            written += splitter.close()
    return written


def _skus(batch: Any, groups: Groups) -> IntArray:
    """The number of each row's SKU; -1: it has none."""
    if "sku" not in batch.column_names:
        return np.full(batch.num_rows, -1, dtype=np.int64)
    words, codes = texts(batch.column("sku"))
    return np.append(groups.numbers(words), -1)[codes]


def _published(storage: Storage, place: Path, manifest: Manifest) -> Manifest:
    """Move what was written to where it is read: under the name of its content, the manifest last."""
    every = (*manifest.shared, *manifest.sample.files, *(f for part in manifest.parts for f in part.files))
    said = hashlib.sha256(replace(manifest, fingerprint="").text().encode()).hexdigest()
    data = f"data-{said[:12]}"

    def moved(file: StoredFile) -> StoredFile:
        return replace(file, path=f"{data}/{file.path}")

    def moved_part(part: Part) -> Part:
        return replace(part, files=tuple(map(moved, part.files)))

    stale = _folders(read_manifest(storage)) if storage.exists(NAME) else set()
    for file in every:
        storage.put(place / file.path, f"{data}/{file.path}")
    manifest = replace(
        manifest,
        fingerprint=said,
        shared=tuple(map(moved, manifest.shared)),
        sample=moved_part(manifest.sample),
        parts=tuple(map(moved_part, manifest.parts)),
    )
    storage.write(NAME, manifest.text().encode())
    for folder in stale - {data}:
        storage.remove(folder)
    return manifest


def _folders(manifest: Manifest) -> set[str]:
    """The folders that the files of a manifest lie in."""
    files = (*manifest.shared, *(file for part in manifest.parts for file in part.files))
    return {file.path.split("/")[0] for file in files}

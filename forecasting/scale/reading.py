"""The records of one partition: its tables and the shared ones, as one dataset that knows the whole."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from forecasting.dataset.check import check
from forecasting.errors import DataError
from forecasting.inputs.read_records import records_of
from forecasting.inputs.records import Records
from forecasting.scale.manifest import Manifest, Part, whole_as_json
from forecasting.scale.storage import Storage


def read_part(storage: Storage, manifest: Manifest, part: Part) -> Records:
    """All that the tables say of the items of a partition.

    Raises DataError where they are wrong, OSError where a file is not there to the last byte.
    """
    with tempfile.TemporaryDirectory(prefix="reorder-part-") as name:
        folder, fetched = Path(name) / part.name, Path(name) / "fetched"
        folder.mkdir()
        fetched.mkdir()
        for file in (*part.files, *manifest.shared):
            held = storage.fetch(file.path, file.size, file.sha256, fetched)
            (folder / Path(file.path).name).symlink_to(held.resolve())
        checked = check(folder, a_part=True)
    source = f"{storage.root}/{part.name}"
    if checked.dataset is None:
        raise DataError(source, checked.problems)
    dataset = replace(checked.dataset, source=source, fingerprint=part_fingerprint(manifest, part))
    return records_of(dataset, manifest.whole)


def part_fingerprint(manifest: Manifest, part: Part) -> str:
    """What a partition and all that it reads besides hold: the same bytes, the same hash."""
    digest = hashlib.sha256(json.dumps(whole_as_json(manifest.whole), sort_keys=True).encode())
    for file in (*part.files, *manifest.shared):
        digest.update(f"{Path(file.path).name} {file.sha256}\n".encode())
    return digest.hexdigest()

"""The records of one partition: its tables and the shared ones, as one dataset that knows the whole."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from forecasting.dataset.check import check
from forecasting.errors import DataError
from forecasting.inputs.read_records import records_of
from forecasting.inputs.records import Records
from forecasting.scale.manifest import Manifest, Part
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
        return read_folder_as_part(folder, manifest, f"{storage.root}/{part.name}")


def read_folder_as_part(folder: Path, manifest: Manifest, source: str) -> Records:
    """The records of a folder of tables that hold some of the items. ``source``: what it is called.

    Raises DataError where they are wrong.
    """
    checked = check(folder, a_part=True)
    if checked.dataset is None:
        raise DataError(source, checked.problems)
    # Every part is of one run, whose data is all of it.
    dataset = replace(checked.dataset, source=source, fingerprint=manifest.fingerprint)
    return records_of(dataset, manifest.whole)

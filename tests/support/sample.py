"""A sample as a dataset that was read, by way of files that do not stay."""

from __future__ import annotations

import tempfile
from pathlib import Path

from forecasting.dataset.dataset import Dataset
from forecasting.dataset.read import read
from forecasting.sample import Sample


def dataset_of(sample: Sample) -> Dataset:
    """The sample's tables as a command would read them."""
    with tempfile.TemporaryDirectory() as folder:
        sample.write(Path(folder))
        return read(folder)

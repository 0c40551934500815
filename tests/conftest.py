"""What many tests need, made once."""

from __future__ import annotations

import pytest

from forecasting.bootstrap import write_sample


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """A small made wholesaler: the folder of its dataset."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    write_sample(folder, 60, 500, 7, "parquet")
    return folder

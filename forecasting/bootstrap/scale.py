"""Datasets that outgrow one process: cut into partitions, and worked on by an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forecasting.scale.manifest import Manifest


def partition(source: str, folder: str, by: str = "location,sku", size: int | None = None) -> Manifest:
    """Cut a dataset into partitions of items below ``folder``, a folder or a URL."""
    from forecasting.scale.partition import partition as run

    return run(source, folder, by, size)

"""Hashes of rows: equal where all their parts are, and hardly ever elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def mixed(parts: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.uint64]:
    """uint64, shape (m,): one hash of the parts (each int64, shape (m,)) of each row."""
    hashed: npt.NDArray[np.uint64] = np.zeros(len(parts[0]), dtype=np.uint64)
    for part in parts:
        hashed = _mix(hashed * np.uint64(0x9E3779B97F4A7C15) + part.view(np.uint64))
    return hashed


def _mix(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finalizer of splitmix64 (Steele, Lea, Flood 2014): every input bit moves every output bit."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))

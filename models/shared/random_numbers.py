"""Random numbers inside kernels: a state of 64 bits for each item, whatever the thread that works on it.

Also called: SplitMix64.

Source: Steele, Lea, Flood (2014), Fast splittable pseudorandom number generators, OOPSLA.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.shared.compile import compiled
from models.shared.history import FloatArray

UintArray = npt.NDArray[np.uint64]


@compiled
def mixed(number: np.uint64) -> np.uint64:
    """Scramble 64 bits: numbers that differ by little have nothing to do with each other afterwards."""
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))


@compiled
def uniform(state: UintArray) -> float:
    """The next random number, 0 <= u < 1. ``state``: uint64, shape (1,), moves on.

    >>> state = np.array([1234567], dtype=np.uint64)
    >>> round(uniform(state), 6), round(uniform(state), 6)
    (0.35008, 0.173644)

    """
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    return np.float64(mixed(state[0]) >> np.uint64(11)) / 9007199254740992.0


@compiled
def shuffled(values: FloatArray, state: UintArray) -> None:
    """Put values, float64, shape (k,), in random order, in place (Fisher and Yates)."""
    for j in range(len(values) - 1, 0, -1):
        k = int(uniform(state) * (j + 1))
        values[j], values[k] = values[k], values[j]

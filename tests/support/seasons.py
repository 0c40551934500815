"""Demand with a season of a year."""

import numpy as np


def yearly(
    generator: np.random.Generator, index: np.ndarray, rates: np.ndarray, lengths: np.ndarray
) -> list[np.ndarray]:
    """Weekly demand, its last bucket one common week; ``index`` runs from the longest one's first."""
    longest = int(lengths.max())
    path = np.resize(index, longest)
    return [generator.poisson(rate * path[longest - n :]) for rate, n in zip(rates, lengths, strict=True)]


WAVE = 1 + 0.8 * np.sin(2 * np.pi * np.arange(52) / 52)

"""Whether what a user's code answers are numbers that can be reckoned with."""

from __future__ import annotations

from typing import Any

import numpy as np


def no_numbers(answer: Any) -> str | None:
    """What an answer is where it is no array of numbers, and what to do; None: it is one.

    >>> no_numbers([1.0, 2.0])
    'a list: make it an array (float64)'
    >>> no_numbers(np.array([1.0, None]))
    'an array of object: make it one of numbers (float64)'
    >>> no_numbers(np.array([1.0, 2.0]))

    """
    if not isinstance(answer, np.ndarray):
        kind = type(answer).__name__
        return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}: make it an array (float64)"
    if answer.dtype.kind not in "biuf":
        return f"an array of {answer.dtype}: make it one of numbers (float64)"
    return None

"""What rules of models and of policies have in common: time taken, random numbers, other processes."""

from __future__ import annotations

import pickle
import random
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from models.contract.suite import Fault

Answer = TypeVar("Answer")

SLOWEST = 100.0
"""Something may take so many times as long as the reference that is shipped."""

LONGEST_TRIES = 2.0
"""Seconds after which no further try is made at a better time."""


def not_slow(ours: float, theirs: float, reference: str, items: int) -> None:
    """Raise Fault where one takes more than ``SLOWEST`` times as long as the other, seconds."""
    if theirs > SLOWEST * ours:
        raise Fault(
            f"slow: it takes {theirs / ours:,.0f} times as long as {reference} "
            f"({1000 * theirs:,.0f} ms against {1000 * ours:,.1f} ms for {items} items); "
            f"{SLOWEST:g} times is the most. Work on all items at once, as arrays"
        )


def seconds(work: Callable[[], object]) -> float:
    """The best time of a few, the first of which compiles what is to be compiled."""
    tries: list[float] = []
    began = time.perf_counter()
    while len(tries) < 4 and (not tries or time.perf_counter() - began < LONGEST_TRIES):
        start = time.perf_counter()
        work()
        tries.append(time.perf_counter() - start)
    return min(tries)


def repeated(work: Callable[[], Answer], same: Callable[[Answer, Answer], bool]) -> None:
    """Raise Fault where the same work has another result, whatever random numbers were drawn before."""
    states = (np.random.get_state(), random.getstate())  # noqa: NPY002 - users' code may draw from it
    answers = []
    try:
        for seed in (1, 2, 2):
            np.random.seed(seed)  # noqa: NPY002 - as above
            random.seed(seed)
            answers.append(work())
    finally:
        np.random.set_state(states[0])  # noqa: NPY002 - as above
        random.setstate(states[1])
    if not (same(answers[0], answers[1]) and same(answers[1], answers[2])):
        raise Fault(
            "not the same twice: the same input gives another answer, so random numbers are not seeded; "
            "draw them from numpy.random.default_rng(seed), made anew for each answer"
        )


def pickled(made: Answer) -> Answer:
    """The same by way of bytes, as another process has it. Raises Fault where that cannot be."""
    try:
        other: Answer = pickle.loads(pickle.dumps(made))
    except Exception as error:
        raise Fault(
            f"does not pickle ({type(error).__name__}: {error}): worker processes cannot have it; keep plain "
            "values in it"
        ) from None
    return other

"""Compilation of kernels, and running them over blocks of items on all cores.

A kernel works on the items ``start`` to ``stop`` and writes only their part of its outputs, so that
blocks may run side by side on threads (kernels release the interpreter lock) and the result does not
depend on how many there are.

Kernels take arrays, numbers, and named tuples of these: ``numba`` compiles a named tuple like its fields, and
a caller cannot mix them up. Compiled code is kept per file: after a change to a kernel that another file's
kernel calls, remove the other one's ``*.nbi`` files below ``__pycache__``.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])
Result = TypeVar("Result")

THREADS = "REORDER_THREADS"
"""The variable of the environment that says how many threads a process may use: one of several that share a
machine takes its own part of the cores."""

SMALLEST_BLOCK = 256
"""Fewer items than this are not worth a thread."""


def compiled(function: Function) -> Function:
    """Compile ``function`` on its first call, kept on disk between runs where a disk will have it.

    An installation in a folder that cannot be written, run by a user without a home, has nowhere to
    keep it: numba raises as it decorates, and the function is then compiled anew by each process.
    """
    return _compiled(function)


def compiled_within(function: Function) -> Function:
    """The same of a function that kernels alone call: it is made no way in from Python.

    To unpack arrays that come from Python is half of what there is to compile, where they are many.
    """
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _compiled(function: Function, **options: bool) -> Function:
    try:
        return cast(Function, numba.njit(nogil=True, cache=True, **options)(function))
    except RuntimeError:
        return cast(Function, numba.njit(nogil=True, **options)(function))


def threads() -> int:
    """How many threads to use: the cores that this process may run on, or fewer where ``THREADS`` says so."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, int(os.environ.get(THREADS, cores))))


def over_items(kernel: Callable[..., None], items: int, *arguments: Any) -> None:
    """Call ``kernel(start, stop, *arguments)`` over blocks that together cover ``range(items)``.

    Args:
        kernel: compiled; it writes to the items ``start`` to before ``stop`` alone.
        items: how many.
        arguments: what else the kernel takes.

    >>> import numpy as np
    >>> def twice(start, stop, values, out):
    ...     out[start:stop] = 2 * values[start:stop]
    >>> doubled = np.empty(1000)
    >>> over_items(twice, 1000, np.ones(1000), doubled)
    >>> doubled.sum()
    np.float64(2000.0)

    """
    # How many threads there are is asked of the system: not for the few items of most calls.
    blocks = items // SMALLEST_BLOCK
    at_once = threads() if blocks > 1 else 1
    if at_once == 1:
        if items:
            kernel(0, items, *arguments)
        return
    blocks = min(2 * at_once, blocks)
    edges = [items * block // blocks for block in range(blocks + 1)]
    left = deque(pairwise(edges))
    if not getattr(kernel, "signatures", None):
        # The first block alone: it compiles the kernel, which threads would otherwise wait for in turn.
        kernel(*left.popleft(), *arguments)

    def work() -> None:
        while True:
            try:
                start, stop = left.popleft()
            except IndexError:
                return
            kernel(start, stop, *arguments)

    # This thread works too: to start another costs as much as a small block does.
    helpers = [_pool(os.getpid()).submit(work) for _ in range(at_once - 1)]
    work()
    for helper in helpers:
        helper.result()


@lru_cache(maxsize=1)
def _pool(process: int) -> ThreadPoolExecutor:
    """The threads of this process. A forked child starts its own: threads do not survive a fork."""
    return ThreadPoolExecutor(max(threads() - 1, 1), thread_name_prefix=f"kernel-{process}")


def single_threaded(job: Callable[[], Result]) -> Result:
    """Run ``job`` on the calling thread alone, whatever libraries it uses.

    Their own threads wait for each other by spinning: on a busy machine, or side by side, that was
    measured to take ten times as long as one thread does.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return job()

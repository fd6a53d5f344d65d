"""Blocks shared among threads: NumPy lets others run while it copies and multiplies."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import TypeVar

from convbook import _checks
from convbook._problem import silently

Job = TypeVar("Job")
_threads = [1]


def set_num_threads(num_threads: int) -> None:
    """Let convolutions use several threads, each working on blocks of its own.

    It pays where NumPy's own library of matrix products keeps to one thread: set the environment
    variable ``OPENBLAS_NUM_THREADS=1`` before NumPy is imported.

    Parameters
    ----------
    num_threads : int
        Number of threads, at least 1. Each needs its own room to work in, about 2 MB.

    Returns
    -------
    None

    Raises
    ------
    ValueError
        If `num_threads` is not a positive integer.

    Notes
    -----
    The name is that of :func:`!torch.set_num_threads`. The results do not depend on it.

    Examples
    --------
    >>> from convbook import get_num_threads, set_num_threads
    >>> set_num_threads(2)
    >>> get_num_threads()
    2
    >>> set_num_threads(1)
    """
    _threads[0] = _checks.integer("num_threads", num_threads, 1)


def get_num_threads() -> int:
    """Return the number of threads that convolutions use, 1 unless it was set.

    Returns
    -------
    int
        What :func:`~convbook.set_num_threads` was told.

    Examples
    --------
    >>> from convbook import get_num_threads
    >>> get_num_threads()
    1
    """
    return _threads[0]


def spread(work: Callable[[Iterable[Job]], object], jobs: Sequence[Job]) -> None:
    """Let each thread work on its share of the jobs."""
    count = min(get_num_threads(), len(jobs))
    if count < 2:
        work(jobs)
        return
    ends = [len(jobs) * part // count for part in range(count + 1)]
    shares = [map(jobs.__getitem__, range(*between)) for between in pairwise(ends)]
    for done in [_pool(get_num_threads()).submit(_silently, work, share) for share in shares]:
        done.result()


def _silently(work: Callable[[Iterable[Job]], object], jobs: Iterable[Job]) -> None:
    with silently():
        work(jobs)


@cache
def _pool(count: int) -> ThreadPoolExecutor:
    """Threads are started once and wait."""
    return ThreadPoolExecutor(count, "convbook")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # a child has none of these threads

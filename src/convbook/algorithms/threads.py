"""Blocks shared among threads: NumPy lets others run while it copies and multiplies."""

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from threading import Thread
from typing import TypeVar

from convbook import _checks
from convbook._problem import silently

Piece = TypeVar("Piece")
_threads = [1]


def set_num_threads(num_threads: int) -> None:
    """Let convolutions use several threads, each working on blocks of its own.

    It pays where NumPy's own library of matrix products keeps to one thread: set the environment
    variable ``OPENBLAS_NUM_THREADS=1`` before NumPy is imported.

    Parameters
    ----------
    num_threads : int
        Number of threads, at least 1. Each works in memory of its own, about 2 MB.

    Returns
    -------
    None

    Raises
    ------
    ValueError
        If `num_threads` is not a positive integer.

    See Also
    --------
    get_num_threads : The number that was set.
    conv2d : The convolution that uses them.

    Notes
    -----
    The name is that of :func:`torch.set_num_threads`. The results do not depend on it. The threads
    live as long as a call; where none can be started, as in a browser, the caller does the work.

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
        The number that :func:`~convbook.set_num_threads` was given.

    See Also
    --------
    set_num_threads : Set the number.

    Examples
    --------
    >>> from convbook import get_num_threads
    >>> get_num_threads()
    1
    """
    return _threads[0]


def spread(work: Callable[[Sequence[Piece]], object], pieces: Sequence[Piece]) -> None:
    """Let each thread work on its share of the pieces.

    The calling thread does the first share, and those for which no thread can be started.
    """
    count = min(_threads[0], len(pieces))
    if count < 2 or sys.is_finalizing():
        work(pieces)
        return
    ends = [len(pieces) * part // count for part in range(count + 1)]
    first, *others = [pieces[start:end] for start, end in pairwise(ends)]
    errors: list[BaseException] = []
    helpers = [(_started(work, share, errors), share) for share in others]
    try:
        for share in [first, *(share for helper, share in helpers if helper is None)]:
            work(share)
    finally:
        for helper, _ in helpers:
            if helper:
                helper.join()
    if errors:
        raise errors[0]


def _started(
    work: Callable[[Sequence[Piece]], object],
    share: Sequence[Piece],
    errors: list[BaseException],
) -> Thread | None:
    """Return a thread that works on a share, or None where threads cannot start."""

    def run() -> None:
        try:
            with silently():
                work(share)
        except BaseException as error:  # the caller raises it
            errors.append(error)

    helper = Thread(target=run, name="convbook")
    try:
        helper.start()
    except RuntimeError:
        return None
    return helper

"""Max-pooling that remembers where its numbers came from, and the way back."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._typing import Number, Size
from convbook._windows import add_zeros, windows
from convbook.padding import pad
from convbook.stacking.pooling import check_pool, max_pool2d


def max_pool2d_with_indices(
    input: NDArray[Number],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> tuple[NDArray[Number], NDArray[np.int64]]:
    """Keep the largest element of each window, and write down where it was.

    Parameters
    ----------
    input, kernel_size, stride, padding, dilation, ceil_mode
        As for :func:`~convbook.max_pool2d`.

    Returns
    -------
    output : ndarray of shape (N, C, H_out, W_out) or (C, H_out, W_out)
        The maxima, those of :func:`~convbook.max_pool2d`.
    indices : ndarray of int64, of the same shape
        The switches: where in its plane each maximum stands, as row · W + column. Of several
        largest elements it is the first. It is -1 where a dilated window meets padding alone.

    Raises
    ------
    ValueError
        As for :func:`~convbook.max_pool2d`.

    See Also
    --------
    max_unpool2d : the way back.

    Notes
    -----
    Semantics are those of :func:`!torch.nn.functional.max_pool2d_with_indices`, which gives a
    meaningless place instead of -1.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import max_pool2d_with_indices
    >>> output, indices = max_pool2d_with_indices(np.array([[[5, 0, 1, 2], [0, 0, 9, 0]]]), 2)
    >>> output
    array([[[5, 9]]])
    >>> indices
    array([[[0, 6]]])
    """
    images, sizes = check_pool(input, kernel_size, stride, padding, dilation, ceil_mode)
    output = max_pool2d(images, kernel_size, stride, padding, dilation, ceil_mode)
    size = images.shape[-2:]
    places = np.arange(size[0] * size[1]).reshape(1, *size)
    where = windows(pad(places, sizes.sides, value=-1), sizes)
    seen = windows(add_zeros(images, sizes.sides), sizes)
    indices = np.full(output.shape, -1, np.int64)
    padded, strange = any(sizes.sides), np.isnan(output).any()
    for i, j in reversed([*np.ndindex(sizes.kernel_size)]):  # the first tap has the last word
        value, place = seen[..., i, j, :, :], where[..., i, j, :, :]
        hit = value == output
        if strange:
            hit |= np.isnan(value)  # a NaN equals nothing
        if padded:
            hit &= place >= 0
        np.copyto(indices, place, where=hit)
    return output, indices


def max_unpool2d(
    input: NDArray[Number],
    indices: NDArray[np.integer[Any]],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: tuple[int, int] | None = None,
) -> NDArray[Number]:
    """Put each number back where its switch says, and zeros elsewhere.

    Parameters
    ----------
    input : ndarray of shape (N, C, H, W) or (C, H, W)
        Numbers, one for each window of a max-pooling.
    indices : ndarray of int64, of the same shape
        The switches that :func:`~convbook.max_pool2d_with_indices` has recorded.
    kernel_size, stride, padding
        Those of the pooling; they tell the size of the result.
    output_size : pair of int, optional
        Height and width of the result. It has to be told where several sizes are pooled to one;
        by default it is the smallest.

    Returns
    -------
    ndarray of shape (N, C, H_out, W_out) or (C, H_out, W_out)
        The numbers at their places. Where windows overlap, two may share a place: then the last
        one stays.

    Raises
    ------
    ValueError
        If shapes or sizes do not go together, or a switch points outside.

    See Also
    --------
    max_pool2d_with_indices : records the switches.

    Notes
    -----
    Semantics are those of :func:`torch.nn.functional.max_unpool2d`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import max_unpool2d
    >>> max_unpool2d(np.array([[[5, 9]]]), np.array([[[0, 6]]]), 2)
    array([[[5, 0, 0, 0],
            [0, 0, 9, 0]]])
    """
    maxima = _checks.numbers("input", input, "N, C, H, W", "C, H, W")
    switches = _checks.numbers("indices", indices)
    _checks.shape("indices", switches, maxima.shape)
    height, width = _unpooled(maxima.shape[-2:], kernel_size, stride, padding, output_size)
    _checks.places("indices", switches, height * width)
    planes = *maxima.shape[:-2], height, width
    _checks.memory("kernel_size, stride and output_size", planes[-2:], planes, maxima.dtype)
    result = np.zeros((*maxima.shape[:-2], height * width), maxima.dtype)
    flat = *maxima.shape[:-2], math.prod(maxima.shape[-2:])
    places = switches.astype(np.intp).reshape(flat)
    np.put_along_axis(result, places, maxima.reshape(flat), axis=-1)
    return result.reshape(*maxima.shape[:-2], height, width)


def _unpooled(
    size: tuple[int, ...], kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> tuple[int, int]:
    """Height and width of what was pooled: the smallest, or the one that was given."""
    kernel = _checks.pair("kernel_size", kernel_size, 1)
    step = kernel if stride is None else _checks.pair("stride", stride, 1)
    sides = _checks.pair("padding", padding, 0)
    least = [(n - 1) * s - 2 * p + k for n, s, p, k in zip(size, step, sides, kernel, strict=True)]
    if min(least) < 1:
        raise ValueError(
            f"padding must leave some rows and columns, got {_checks.brief(padding)}, "
            f"which leaves {_checks.brief(tuple(least))}"
        )
    if output_size is None:
        return least[0], least[1]
    told = _checks.pair("output_size", output_size, 1)
    if any(abs(t - n) >= s for t, n, s in zip(told, least, step, strict=True)):
        raise ValueError(
            f"output_size must be within a stride of {tuple(least)}, got {_checks.brief(told)}"
        )
    return told

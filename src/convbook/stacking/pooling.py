"""What pooling keeps of each window: the largest element, or the mean."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._geometry import Geometry, geometry
from convbook._problem import silently
from convbook._typing import Array, Number, Size
from convbook._windows import add_zeros, windows
from convbook.padding import pad


def max_pool2d(
    input: NDArray[Number],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> NDArray[Number]:
    """Keep the largest element of each window.

    Parameters
    ----------
    input : ndarray of shape (N, C, H, W) or (C, H, W)
        Images of real numbers or integers.
    kernel_size : int or pair of int
        Height and width of the window.
    stride : int or pair of int, optional
        Step from one window to the next. By default windows touch: it is `kernel_size`.
    padding : int or pair of int
        Elements smaller than any number, added on each side; at most half of `kernel_size`.
    dilation : int or pair of int
        Distance between neighbouring elements of a window.
    ceil_mode : bool
        Whether a last window may reach beyond the border, if it begins before it. By default rows
        and columns that fill no window are dropped.

    Returns
    -------
    ndarray of shape (N, C, H_out, W_out) or (C, H_out, W_out)
        The maxima. A NaN wins in each window that holds it.

    Raises
    ------
    ValueError
        If `input` is empty, complex or has other axes, if a size is no positive integer (`padding`
        may be 0), if the window does not fit, or if `padding` is above half of it.

    See Also
    --------
    max_pool2d_with_indices : tells where the maxima were, too.
    avg_pool2d : the mean of each window.

    Notes
    -----
    Semantics are those of :func:`torch.nn.functional.max_pool2d`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import max_pool2d
    >>> max_pool2d(np.arange(16).reshape(1, 4, 4), 2)
    array([[[ 5,  7],
            [13, 15]]])
    >>> max_pool2d(np.arange(9).reshape(1, 3, 3), 2, ceil_mode=True)
    array([[[4, 5],
            [7, 8]]])
    """
    images, sizes = check_pool(input, kernel_size, stride, padding, dilation, ceil_mode)
    integral = images.dtype.kind in "iu"
    lowest: Any = np.iinfo(images.dtype).min if integral else -np.inf
    padded = pad(images, sizes.sides, value=lowest) if any(sizes.sides) else images
    first, *others = _taps(padded, sizes)
    largest = first.copy()
    with silently():
        for tap in others:
            np.maximum(largest, tap, out=largest)
    return largest


def avg_pool2d(
    input: NDArray[Number],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> NDArray[Number]:
    """Average each window; zeros of the padding count, unless you say otherwise.

    Parameters
    ----------
    input : ndarray of shape (N, C, H, W) or (C, H, W)
        Images of real numbers or integers.
    kernel_size : int or pair of int
        Height and width of the window.
    stride : int or pair of int, optional
        Step from one window to the next. By default windows touch: it is `kernel_size`.
    padding : int or pair of int
        Zeros added on each side; at most half of `kernel_size`.
    ceil_mode : bool
        Whether a last window may reach beyond the border, if it begins before it. What lies beyond
        the padding never counts.
    count_include_pad : bool
        Whether zeros of the padding count as elements.
    divisor_override : int, optional
        By what to divide the sums, instead of the number of elements. It may be negative.

    Returns
    -------
    ndarray of shape (N, C, H_out, W_out) or (C, H_out, W_out)
        The means, in the dtype of `input`. Means of integers are exact, then cut towards zero.

    Raises
    ------
    ValueError
        If `input` is empty, complex or has other axes, if a size is no positive integer (`padding`
        may be 0), if the window does not fit, if `padding` is above half of it, or if
        `divisor_override` is 0.

    See Also
    --------
    max_pool2d : the largest element of each window.

    Notes
    -----
    Semantics are those of :func:`torch.nn.functional.avg_pool2d`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import avg_pool2d
    >>> avg_pool2d(np.arange(16.0).reshape(1, 4, 4), 2)
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]])
    >>> avg_pool2d(np.ones((1, 2, 2)), 2, padding=1)
    array([[[0.25, 0.25],
            [0.25, 0.25]]])
    >>> avg_pool2d(np.ones((1, 2, 2)), 2, padding=1, count_include_pad=False)
    array([[[1., 1.],
            [1., 1.]]])
    """
    images, sizes = check_pool(input, kernel_size, stride, padding, 1, ceil_mode)
    divisor: Any = _check_divisor(divisor_override)
    counts = _counts(images.shape, sizes, _checks.truth("count_include_pad", count_include_pad))
    total = _total(images, sizes)
    if divisor is None:
        divisor = counts
    with silently():
        if images.dtype.kind == "f":
            return np.asarray((total / divisor).astype(images.dtype))
        mean = np.sign(total) * np.sign(divisor) * (abs(total) // abs(divisor))
        return np.asarray(mean.astype(images.dtype))


def _total(images: Array, sizes: Geometry) -> Array:
    """Add up each window, exactly in integers: in Python's own if need be."""
    area = sizes.kernel_size[0] * sizes.kernel_size[1]
    integral = images.dtype.kind in "iu"
    wide = _room_for_sums(images, area) if integral else np.result_type(images, np.float32)
    first, *others = _taps(add_zeros(images, sizes.sides), sizes)
    total = first.astype(wide)
    with silently():
        for tap in others:
            np.add(total, tap, out=total, dtype=wide, casting="unsafe")
    return total


def _counts(shape: tuple[int, ...], sizes: Geometry, padded: bool) -> Array:
    """Count the elements of each window: those of the image, and of its padding if it counts."""
    counts = []
    left, _, top, _ = sizes.sides
    for n, k, s, p, out in zip(
        shape[-2:], sizes.kernel_size, sizes.stride, (top, left), sizes.output_size, strict=True
    ):
        start = np.array([s * u - p for u in range(out)])
        low, high = (-p, n + p) if padded else (0, n)
        counts.append(np.minimum(start + k, high) - np.maximum(start, low))
    return np.asarray(np.multiply.outer(*counts))


def _check_divisor(divisor: Any) -> int | None:
    """Refuse to divide by zero, or by what is no integer."""
    if divisor is None:
        return None
    number = _checks.integer("divisor_override", divisor, 1 - 2**63)
    if number == 0 or number >= 2**63:
        raise ValueError(
            "divisor_override must be an integer of 64 bits other than 0, "
            f"got {_checks.brief(divisor)}"
        )
    return number


def _room_for_sums(images: Array, terms: int) -> Any:
    """Return a dtype in which sums of integers are exact: Python's own integers if need be."""
    largest = max(-int(images.min(initial=0)), int(images.max(initial=0)))
    return np.int64 if terms * largest <= np.iinfo(np.int64).max else object


def _taps(padded: Array, sizes: Geometry) -> list[Array]:
    """List the pixels under each tap of the window, as views."""
    seen = windows(padded, sizes)
    return [seen[..., i, j, :, :] for i, j in np.ndindex(sizes.kernel_size)]


def check_pool(
    input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: Any
) -> tuple[Array, Geometry]:
    """Check the arguments of a pooling function."""
    images = _checks.numbers("input", input, "N, C, H, W", "C, H, W")
    _checks.nonempty("input", images, 3)
    _checks.real("input", images)
    k_h, k_w = _checks.pair("kernel_size", kernel_size, 1)
    p_h, p_w = _checks.pair("padding", padding, 0)
    if 2 * p_h > k_h or 2 * p_w > k_w:
        raise ValueError(
            "padding must be at most half of kernel_size, "
            f"got {_checks.brief(padding)} for {_checks.brief(kernel_size)}"
        )
    step = kernel_size if stride is None else stride
    if not _checks.truth("ceil_mode", ceil_mode):
        return images, geometry(images.shape[-2:], kernel_size, step, padding, dilation)
    return images, _rounded_up(images.shape, kernel_size, step, padding, dilation)


def _rounded_up(
    shape: tuple[int, ...], kernel_size: Any, stride: Any, padding: Any, dilation: Any
) -> Geometry:
    """Let a last window reach beyond the padded image, if it begins before its right padding."""
    kernel, step = _checks.pair("kernel_size", kernel_size, 1), _checks.pair("stride", stride, 1)
    amounts, taps = _checks.pair("padding", padding, 0), _checks.pair("dilation", dilation, 1)
    sizes, beyond = [], []
    for n, k, s, p, d in zip(shape[-2:], kernel, step, amounts, taps, strict=True):
        span = d * (k - 1) + 1
        size = -(-(n + 2 * p - span) // s) + 1
        size -= (size - 1) * s >= n + p
        sizes.append(size)
        beyond.append(max((size - 1) * s + span - n - p, 0))
    if min(sizes) < 1:
        raise ValueError(
            f"kernel_size must leave a window that begins in input, got {kernel} for {shape}"
        )
    sides = amounts[1], beyond[1], amounts[0], beyond[0]
    padded = *shape[:-2], *(n + p + b for n, p, b in zip(shape[-2:], amounts, beyond, strict=True))
    _checks.memory("kernel_size and dilation", (kernel, taps), padded, np.dtype(float))
    return Geometry(kernel, step, sides, taps, (sizes[0], sizes[1]))

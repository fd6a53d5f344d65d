"""What happens at the border: continue the image before the kernel reaches its edge."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._checks import brief
from convbook._geometry import same_sides
from convbook._typing import Array, Int, Number, PadMode, Sides, Size

MODES = ("constant", "reflect", "replicate", "circular")


def pad(
    input: NDArray[Number],
    pad: Sequence[Int],
    mode: PadMode = "constant",
    value: float | None = 0.0,
) -> NDArray[Number]:
    r"""Continue an array beyond its borders.

    Along an axis of length :math:`n`, position :math:`i` of the padded array counts from the first
    original element, so the positions run from :math:`-p` to :math:`n + p - 1`. Outside the
    original range the modes read

    ============  =======================================  ================================
    mode          element read at position :math:`i`       ``1 2 3 4`` padded by two
    ============  =======================================  ================================
    constant      none: the result is `value`              ``0 0 | 1 2 3 4 | 0 0``
    reflect       :math:`(n-1) - |(n-1) - |i||`            ``3 2 | 1 2 3 4 | 3 2``
    replicate     :math:`\min(\max(i, 0), n-1)`            ``1 1 | 1 2 3 4 | 4 4``
    circular      :math:`i \bmod n`                        ``3 4 | 1 2 3 4 | 1 2``
    ============  =======================================  ================================

    Parameters
    ----------
    input : ndarray
        Array of numbers. Constant padding takes any number of axes. The other modes pad one axis
        of (C, W) or (N, C, W), two of (C, H, W) or (N, C, H, W), or three with one axis more.
    pad : tuple of int
        Amounts, last axis first: ``(left, right)`` or ``(left, right, top, bottom)``.
    mode : {"constant", "reflect", "replicate", "circular"}
        How the array continues. "reflect" does not repeat the edge and needs amounts smaller than
        the axis; "circular" needs amounts no larger than the axis.
    value : float
        What constant padding writes. The other modes take none.

    Returns
    -------
    ndarray
        A new array of the same dtype.

    Raises
    ------
    ValueError
        If an amount is negative, not an integer or too large for the mode, if `input` has too few
        axes, if `value` is given to another mode than "constant" or does not fit the dtype.

    See Also
    --------
    same_padding : The amounts that keep an image's size.
    conv2d : Its argument `padding` adds zeros.

    Notes
    -----
    Names and rules are those of :func:`torch.nn.functional.pad`. Negative amounts, with which
    torch crops, are refused: slice the array instead.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import pad
    >>> row = np.array([[1, 2, 3, 4]])
    >>> for mode in ("constant", "reflect", "replicate", "circular"):
    ...     print(pad(row, (2, 2), mode=mode))
    [[0 0 1 2 3 4 0 0]]
    [[3 2 1 2 3 4 3 2]]
    [[1 1 1 2 3 4 4 4]]
    [[3 4 1 2 3 4 1 2]]

    Four amounts are left, right, top and bottom:

    >>> pad(row, (1, 0, 0, 2))
    array([[0, 1, 2, 3, 4],
           [0, 0, 0, 0, 0],
           [0, 0, 0, 0, 0]])

    A name of NumPy's is refused:

    >>> pad(row, (2, 2), mode="wrap")
    Traceback (most recent call last):
    ...
    ValueError: mode must be one of 'constant', 'reflect', 'replicate', 'circular', got 'wrap'
    """
    array = _checks.numbers("input", input)
    _checks.choice("mode", mode, MODES)
    amounts = _amounts(pad, array, mode)
    if mode == "constant":
        return _surround(array, amounts, _fill(value, array.dtype))
    if value is not None and _number(value) != 0:
        raise ValueError(
            f'value must be 0 unless mode is "constant", got {brief(value)} with {mode!r}'
        )
    for axis, (before, after) in amounts.items():
        array = array.take(_source(array.shape[axis], before, after, mode), axis)
    return array


def same_padding(kernel_size: Size, dilation: Size = 1) -> Sides:
    """Amounts of padding with which a convolution of stride 1 keeps the image's size.

    An axis needs :math:`d (k - 1)` elements in all. Half of them go on each side; an odd one goes
    to the right or to the bottom, as in torch.

    Parameters
    ----------
    kernel_size : int or pair of int
        Height and width of the kernel.
    dilation : int or pair of int
        Distance between its taps.

    Returns
    -------
    tuple of int
        ``(left, right, top, bottom)``, as :func:`~convbook.pad` takes them.

    Raises
    ------
    ValueError
        If a size is not a positive integer.

    See Also
    --------
    pad : The function that pads.
    output_size : The size that results.

    Examples
    --------
    >>> from convbook import same_padding
    >>> same_padding(3)
    (1, 1, 1, 1)
    >>> same_padding(2)
    (0, 1, 0, 1)
    """
    taps = _checks.pair("kernel_size", kernel_size, 1)
    return same_sides(taps, _checks.pair("dilation", dilation, 1))


def _source(n: int, before: int, after: int, mode: str) -> NDArray[np.intp]:
    """Tell which of an axis's `n` elements each position of the padded axis reads."""
    i = np.arange(-before, n + after)
    if mode == "reflect":
        return (n - 1) - abs((n - 1) - abs(i))
    if mode == "replicate":
        return i.clip(0, n - 1)
    return i % n  # circular


def _surround(array: Array, amounts: dict[int, tuple[int, int]], value: Any) -> Array:
    """Lay the array into a larger one that is filled with `value`."""
    shape, inside = list(array.shape), [slice(None)] * array.ndim
    for axis, (before, after) in amounts.items():
        shape[axis] += before + after
        inside[axis] = slice(before, before + array.shape[axis])
    result = np.full(shape, value, dtype=array.dtype)
    result[tuple(inside)] = array
    return result


def _amounts(pad: Any, array: Array, mode: str) -> dict[int, tuple[int, int]]:
    """Check the amounts and file them by axis."""
    if not isinstance(pad, tuple | list) or len(pad) % 2:
        raise ValueError(f"pad must hold two amounts for each axis to pad, got {brief(pad)}")
    flat = [_checks.integer("pad", amount, 0) for amount in pad]
    padded = len(flat) // 2
    if mode == "constant":
        fits = padded <= array.ndim
    else:
        fits = 1 <= padded <= 3 and array.ndim in (padded + 1, padded + 2)
    if not fits:
        raise ValueError(
            f"pad must suit the axes of input: {len(flat)} amounts in mode {mode!r} "
            f"do not go with shape {array.shape}, got {brief(pad)}"
        )
    amounts = {array.ndim - 1 - k: (flat[2 * k], flat[2 * k + 1]) for k in range(padded)}
    if mode in ("reflect", "replicate"):
        _checks.nonempty("input", array, padded + 1)
    shape = list(array.shape)
    for axis, sides in amounts.items():
        _check_reach(array.shape[axis], sides, mode)
        shape[axis] += sum(sides)
    _checks.memory("pad", pad, shape, array.dtype)
    return amounts


def _check_reach(n: int, sides: tuple[int, int], mode: str) -> None:
    """Refuse amounts for which the mode would have nothing to read."""
    reach = {"reflect": n - 1, "circular": n}.get(mode, max(sides))
    if max(sides) > reach:
        raise ValueError(
            f"pad must be at most {reach} for mode {mode!r} on an axis of length {n}, "
            f"got {brief(sides)}"
        )


def _fill(value: Any, dtype: np.dtype[Any]) -> Any:
    """Return the value of constant padding in the array's dtype, if it fits."""
    number = 0 if value is None else _number(value)
    parts = (number.real, number.imag) if dtype.kind == "c" else (number,)
    if not all(_fits(part, dtype) for part in parts):
        raise ValueError(f"value must be representable in dtype {dtype}, got {brief(value)}")
    return dtype.type(number)


def _number(value: Any) -> Any:
    """Refuse anything but one number."""
    if isinstance(value, bool) or not isinstance(value, int | float | complex | np.number):
        raise ValueError(f"value must be a number, got {brief(value)}")
    return value


def _fits(number: Any, dtype: np.dtype[Any]) -> bool:
    """Tell whether a dtype can hold a number without losing its kind, its fraction or its size."""
    if isinstance(number, complex | np.complexfloating):
        return False
    if dtype.kind in "fc":
        largest = float(np.finfo(dtype).max)
        return not abs(number) > largest or bool(abs(number) == np.inf)  # NaN is not larger
    limits = np.iinfo(dtype)
    finite = bool(abs(number) < np.inf)
    return finite and int(number) == number and limits.min <= int(number) <= limits.max

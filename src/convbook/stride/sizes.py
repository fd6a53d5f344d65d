"""How large the output of one layer is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from convbook._geometry import geometry
from convbook._typing import Int, Padding, Size


@overload
def output_size(
    input_size: Int, kernel_size: Int, stride: Int = 1, padding: Int | str = 0, dilation: Int = 1
) -> int: ...


@overload
def output_size(
    input_size: Sequence[Int],
    kernel_size: Size,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
) -> tuple[int, int]: ...


@overload
def output_size(
    input_size: Int,
    kernel_size: Sequence[Int],
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
) -> tuple[int, int]: ...


@overload
def output_size(
    input_size: Size,
    kernel_size: Size,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
) -> int | tuple[int, int]: ...


def output_size(
    input_size: Size,
    kernel_size: Size,
    stride: Size = 1,
    padding: Padding | str = 0,
    dilation: Size = 1,
) -> int | tuple[int, int]:
    r"""Number of positions at which a kernel fits.

    .. math:: \left\lfloor \frac{n + 2p - d(k - 1) - 1}{s} \right\rfloor + 1

    Parameters
    ----------
    input_size : int or pair of int
        Length :math:`n` of the input, or its height and width.
    kernel_size : int or pair of int
        Number of taps :math:`k`.
    stride : int or pair of int
        Step :math:`s` between two positions.
    padding : int, pair of int, "same" or "valid"
        Elements :math:`p` added on *each* side. "same" keeps :math:`n` and needs stride 1;
        "valid" adds none.
    dilation : int or pair of int
        Distance :math:`d` between two taps; 1 means that they touch.

    Returns
    -------
    int or tuple of int
        An int if every size is an int or a word; a height and a width if any size is a pair.

    Raises
    ------
    ValueError
        If a size is not a positive integer, or the kernel does not fit into the padded input.

    See Also
    --------
    receptive_field : What an output sees of the image.
    same_padding : The padding that keeps the size.

    Notes
    -----
    The formula is relationship 14 of [1]_. The floor means that the last rows and columns may go
    unread.

    References
    ----------
    .. [1] V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016.
       https://doi.org/10.48550/arXiv.1603.07285

    Examples
    --------
    >>> from convbook import output_size
    >>> output_size(28, 3)
    26
    >>> output_size(224, 7, stride=2, padding=3)
    112
    >>> output_size((28, 32), 3, padding="same")
    (28, 32)
    >>> output_size(28, 3, stride=0)
    Traceback (most recent call last):
    ...
    ValueError: stride must be a positive integer or a pair of them, got 0
    """
    sizes = (input_size, kernel_size, stride, padding, dilation)
    height, width = geometry(*sizes).output_size
    return (height, width) if any(isinstance(s, tuple | list) for s in sizes) else height

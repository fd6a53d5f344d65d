"""What a convolution is: the definition in plain loops, and the same sums as matrix products."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from convbook import _checks
from convbook._geometry import Geometry, geometry
from convbook._typing import Array, Number, Padding, Sides, Size
from convbook.padding import pad

ALGORITHMS = ("auto", "direct", "im2col")

Algorithm = Callable[[Array, Array, Geometry, Array], None]
"""Writes one image's convolution: (padded image x, kernels w, sizes, output y)."""

TILE_BYTES = 1 << 20
"""Room for the patches of one tile: about what a core's second-level cache holds."""


def conv2d(
    input: NDArray[Number],
    weight: NDArray[Number],
    bias: NDArray[Number] | None = None,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
    *,
    algorithm: Literal["auto", "direct", "im2col"] = "auto",
) -> NDArray[Number]:
    r"""Convolve images with a stack of kernels, as deep-learning libraries do.

    .. math::

       y_{n,o,u,v} = b_o + \sum_{c} \sum_{i} \sum_{j}
       w_{o,c,i,j} \; x_{n,\, c,\, s u + d i,\, s v + d j}

    Here :math:`x` is the padded input, :math:`s` the stride and :math:`d` the dilation. The kernel
    is not flipped: mathematics calls this operation cross-correlation.

    Parameters
    ----------
    input : ndarray of shape (N, C_in, H, W) or (C_in, H, W)
        A batch of images, or one image.
    weight : ndarray of shape (C_out, C_in / groups, K_h, K_w)
        One kernel for each output channel, of the same dtype as `input`.
    bias : ndarray of shape (C_out,), optional
        Added to every element of its output channel. It has the same dtype, too.
    stride : int or pair of int
        Step from one position of the kernel to the next.
    padding : int, pair of int, "same" or "valid"
        Zeros added on each side. "same" keeps the image's size and needs stride 1; if the total is
        odd, the last zero goes to the right and to the bottom. "valid" adds none.
    dilation : int or pair of int
        Distance between neighbouring taps of the kernel; 1 means that they touch.
    groups : int
        Number of groups: the input's channels are split evenly, and each kernel sees one group.
    algorithm : {"auto", "direct", "im2col"}
        "im2col" multiplies patches, tile by tile; "direct" runs the loops of
        :func:`~convbook.conv2d_loop`; "auto" chooses.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out) or (C_out, H_out, W_out)
        The convolution, in the dtype of `input`. Integers stay exact modulo their width.

    Raises
    ------
    ValueError
        If shapes, dtypes or sizes do not go together. The message names the argument.

    Notes
    -----
    Semantics are those of :func:`!torch.nn.functional.conv2d`. The sizes of the result are those
    of :func:`~convbook.output_size`.

    References
    ----------
    Dumoulin and Visin, *A guide to convolution arithmetic for deep learning*, 2016, section 2.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import conv2d
    >>> image = np.arange(9).reshape(1, 1, 3, 3)
    >>> kernel = np.arange(4).reshape(1, 1, 2, 2)
    >>> conv2d(image, kernel)[0, 0]
    array([[19, 25],
           [37, 43]])
    """
    _checks.choice("algorithm", algorithm, ALGORITHMS)
    problem = check_problem(input, weight, bias, stride, padding, dilation, groups)
    convolve = _six_loops if algorithm == "direct" else _multiply_patches
    return _each_group(convolve, problem)


def conv2d_loop(
    input: NDArray[Number],
    weight: NDArray[Number],
    bias: NDArray[Number] | None = None,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> NDArray[Number]:
    """Convolve by the definition: six plain loops, slow and easy to check by hand.

    Parameters
    ----------
    input, weight, bias, stride, padding, dilation, groups
        As for :func:`~convbook.conv2d`.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out) or (C_out, H_out, W_out)
        The same values as :func:`~convbook.conv2d` up to rounding, for every argument.

    Raises
    ------
    ValueError
        As for :func:`~convbook.conv2d`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import conv2d_loop
    >>> image = np.arange(9).reshape(1, 1, 3, 3)
    >>> kernel = np.arange(4).reshape(1, 1, 2, 2)
    >>> conv2d_loop(image, kernel)[0, 0]
    array([[19, 25],
           [37, 43]])
    """
    problem = check_problem(input, weight, bias, stride, padding, dilation, groups)
    return _each_group(_six_loops, problem)


def _six_loops(x: Array, w: Array, sizes: Geometry, y: Array) -> None:
    """Add the convolution of one padded image to `y`, term by term."""
    (s_h, s_w), (d_h, d_w) = sizes.stride, sizes.dilation
    C_out, H_out, W_out = y.shape
    C_in, K_h, K_w = w.shape[1:]
    for o in range(C_out):
        for u in range(H_out):
            for v in range(W_out):
                for c in range(C_in):
                    for i in range(K_h):
                        for j in range(K_w):
                            row, column = s_h * u + d_h * i, s_w * v + d_w * j
                            y[o, u, v] += w[o, c, i, j] * x[c, row, column]


def _multiply_patches(x: Array, w: Array, sizes: Geometry, y: Array) -> None:
    """Write the convolution of one padded image into `y`, tile by tile."""
    kernels = w.reshape(len(w), -1)  # one row each
    taps = kernels.shape[1]
    patches = windows(x, sizes)
    area = TILE_BYTES // (taps * x.itemsize)
    for rows, columns in tiles(sizes.output_size, area):
        tile = patches[..., rows, columns]
        product = kernels @ tile.reshape(taps, -1)  # one column each
        y[:, rows, columns] = product.reshape(len(w), *tile.shape[-2:])


def windows(image: Array, sizes: Geometry, *, writeable: bool = False) -> Array:
    """Show an image as all its windows at once, without copying a pixel.

    Returns a view of shape (..., K_h, K_w, H_out, W_out). Its element
    ``[..., i, j, u, v]`` is the pixel under tap ``(i, j)`` when the kernel
    stands at output position ``(u, v)``.
    """
    (k_h, k_w), (d_h, d_w) = sizes.kernel_size, sizes.dilation
    span = d_h * (k_h - 1) + 1, d_w * (k_w - 1) + 1
    view = sliding_window_view(image, span, axis=(-2, -1), writeable=writeable)
    s_h, s_w = sizes.stride
    view = view[..., ::s_h, ::s_w, ::d_h, ::d_w]
    return np.moveaxis(view, (-2, -1), (-4, -3))


def tiles(size: tuple[int, int], area: int) -> Iterator[tuple[slice, slice]]:
    """Cut a plane into rectangles of at most `area` positions, but at least one."""
    height, width = size
    columns = min(width, max(1, area))
    rows = max(1, area // columns)
    for top in range(0, height, rows):
        for left in range(0, width, columns):
            yield slice(top, top + rows), slice(left, left + columns)


def flip(weight: NDArray[Number]) -> NDArray[Number]:
    r"""Turn kernels by half a turn: reverse their last two axes.

    Cross-correlation with a flipped kernel is convolution in the sense of mathematics and of
    signal processing:

    .. math:: (w * x)_{u,v} = \sum_{i,j} w_{i,j} \; x_{u-i,\, v-j}

    Parameters
    ----------
    weight : ndarray of shape (..., K_h, K_w)
        Kernels.

    Returns
    -------
    ndarray of shape (..., K_h, K_w)
        A new array.

    Raises
    ------
    ValueError
        If `weight` has fewer than two axes or holds no numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import flip
    >>> flip(np.array([[0, 1], [2, 3]]))
    array([[3, 2],
           [1, 0]])
    """
    array = _checks.numbers("weight", weight)
    if array.ndim < 2:
        raise ValueError(f"weight must have at least two axes, got shape {array.shape}")
    return np.flip(array, axis=(-2, -1)).copy()


class Problem(NamedTuple):
    """The checked arguments of one convolution."""

    images: Array
    weight: Array
    bias: Array | None
    sizes: Geometry
    groups: int
    batched: bool


def check_problem(
    input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: Any
) -> Problem:
    """Refuse arguments that do not go together, and spell out the ones that do."""
    images = _checks.numbers("input", input, "N, C_in, H, W", "C_in, H, W")
    kernels = _checks.numbers("weight", weight, "C_out, C_in / groups, K_h, K_w")
    _checks.nonempty("input", images, 3)
    _checks.nonempty("weight", kernels, 4)
    sizes = geometry(images.shape[-2:], kernels.shape[-2:], stride, padding, dilation, "weight")
    groups = _checks.integer("groups", groups, 1)
    _checks.divisible("the first axis of weight", len(kernels), "groups", groups)
    _checks.channels("input", images, kernels.shape[1] * groups)
    if bias is not None:
        bias = _checks.numbers("bias", bias, "C_out")
        _checks.shape("bias", bias, kernels.shape[:1])
    _checks.equal_dtypes(input=images, weight=kernels, bias=bias)
    batched = images.ndim == 4
    return Problem(images if batched else images[None], kernels, bias, sizes, groups, batched)


def silently() -> np.errstate:
    """Let infinities, NaNs and integers that wrap be results, as in torch."""
    return np.errstate(all="ignore")


@silently()
def _each_group(convolve: Algorithm, problem: Problem) -> Array:
    """Convolve image by image and group by group, then add the bias."""
    images, weight, bias, sizes, groups, batched = problem
    dtype = images.dtype
    if dtype == np.float16:  # summed in single precision, as in torch
        images, weight = images.astype(np.float32), weight.astype(np.float32)
    shape = len(images), len(weight), *sizes.output_size
    output = np.zeros(shape, images.dtype)
    kernels = np.split(weight, groups)
    for image, result in zip(images, output, strict=True):
        channels = np.split(add_zeros(image, sizes.sides), groups)
        for x, w, y in zip(channels, kernels, np.split(result, groups), strict=True):
            convolve(x, w, sizes, y)
    if bias is not None:
        output += bias[:, None, None]
    output = output.astype(dtype, copy=False)
    return output if batched else output[0]


def add_zeros(image: Array, sides: Sides) -> Array:
    """Pad with zeros, or return the image itself if there is nothing to add."""
    return pad(image, sides) if any(sides) else image

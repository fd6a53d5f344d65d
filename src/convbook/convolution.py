"""What a convolution is: the definition in plain loops, and the function that chooses how."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from convbook import _checks
from convbook._geometry import Geometry
from convbook._problem import Problem, check_problem, silently
from convbook._typing import Array, Number, Padding, Sides, Size
from convbook.algorithms import FAST, PreparedWeight, run
from convbook.padding import pad

ALGORITHMS = ("auto", "direct", *FAST)


def conv2d(
    input: NDArray[Number],
    weight: NDArray[Number] | PreparedWeight,
    bias: NDArray[Number] | None = None,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
    *,
    algorithm: Literal["auto", "direct", "im2col", "shift", "winograd", "dft", "fft"] = "auto",
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
        One kernel for each output channel, of the same dtype as `input`. Kernels that meet many
        images can be prepared once: see :class:`~convbook.PreparedWeight`.
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
    algorithm : {"auto", "direct", "im2col", "shift", "winograd", "dft", "fft"}
        How it is computed. "auto" estimates which is fastest. "direct" runs the loops of
        :func:`~convbook.conv2d_loop`. "im2col" multiplies patches; it can do every convolution.
        "shift" multiplies shifted images and needs stride 1. The others evaluate tiles of the
        image at some points, multiply, and interpolate: "winograd" at small fractions, "dft" at
        roots of unity, "fft" by the fast Fourier transform. They need real numbers of at most
        double precision and dilation 1; "winograd" at most 5 taps an axis for each phase of the
        stride, "dft" at most 32; "fft" stride 1.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out) or (C_out, H_out, W_out)
        The convolution, in the dtype of `input`. Integers stay exact modulo their width.

    Raises
    ------
    ValueError
        If shapes, dtypes or sizes do not go together, or the algorithm cannot do this
        convolution. The message names the argument.

    Notes
    -----
    Semantics are those of :func:`!torch.nn.functional.conv2d`. The sizes of the result are those
    of :func:`~convbook.output_size`.

    The error of a fast algorithm is small beside the largest output near by, not beside each
    output. A NaN or an infinity reaches exactly the outputs whose window holds it, unless you ask
    for "winograd", "dft" or "fft" by name: these spread it over a tile.

    References
    ----------
    Dumoulin and Visin, *A guide to convolution arithmetic for deep learning*, 2016, section 2.
    Lavin and Gray, *Fast algorithms for convolutional neural networks*, 2016.

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
    kernels = weight.weight if isinstance(weight, PreparedWeight) else weight
    problem = check_problem(input, kernels, bias, stride, padding, dilation, groups)
    if isinstance(weight, PreparedWeight):
        problem = problem._replace(forms=weight.forms)
    return compute(_direct if algorithm == "direct" else partial(run, algorithm), problem)


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
    return compute(_direct, problem)


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


def _direct(problem: Problem, output: Array) -> None:
    """Run the loops for each image and each group of channels."""
    images, weight, _, sizes, groups, *_ = problem
    output[...] = 0
    for image, result in zip(images, output, strict=True):
        channels = np.split(add_zeros(image, sizes.sides), groups)
        kernels, outputs = np.split(weight, groups), np.split(result, groups)
        for x, w, y in zip(channels, kernels, outputs, strict=True):
            _six_loops(x, w, sizes, y)


@silently()
def compute(algorithm: Callable[[Problem, Array], None], problem: Problem) -> Array:
    """Run an algorithm, then add the bias."""
    dtype = problem.images.dtype
    problem = problem.widened()
    shape = len(problem.images), len(problem.weight), *problem.sizes.output_size
    output = np.empty(shape, problem.images.dtype)
    if output.size:
        algorithm(problem, output)
    if problem.bias is not None:
        output += problem.bias[:, None, None]
    output = output.astype(dtype, copy=False)
    return output if problem.batched else output[0]


def add_zeros(image: Array, sides: Sides) -> Array:
    """Pad with zeros, or return the image itself if there is nothing to add."""
    return pad(image, sides) if any(sides) else image

"""What a convolution is: the definition, and the function that chooses how it is computed."""

from __future__ import annotations  # help() shows the names of the types, not what they stand for

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._problem import check_problem
from convbook._typing import Number, Padding, Size
from convbook.algorithms import ALGORITHMS, AlgorithmName, PreparedWeight, convolve


def conv2d(
    input: NDArray[Number],
    weight: NDArray[Number] | PreparedWeight,
    bias: NDArray[Number] | None = None,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
    *,
    algorithm: AlgorithmName = "auto",
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
        Added to every element of its output channel. Its dtype is the input's.
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
        How it is computed. "auto" takes the one that should be fastest. "direct" runs the loops of
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

    See Also
    --------
    conv2d_loop : The definition.
    conv_transpose2d : The transpose of a convolution.
    PreparedWeight : Kernels that meet many images.
    output_size : The size of the result.

    Notes
    -----
    Semantics are those of :func:`torch.nn.functional.conv2d`; [1]_ explains its sizes.

    An output depends on nothing outside its window: neither a NaN nor a very large number reaches
    another. If you ask for "winograd" [2]_, "dft" or "fft" by name, they do: these algorithms
    spread the errors of a tile over all its outputs. "auto" looks at the numbers first, and takes
    one of them only if no window holds much smaller numbers than another.

    References
    ----------
    .. [1] V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
       section 2. https://doi.org/10.48550/arXiv.1603.07285
    .. [2] A. Lavin and S. Gray, "Fast algorithms for convolutional neural networks", CVPR 2016.
       https://doi.org/10.1109/CVPR.2016.435

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import conv2d
    >>> image = np.arange(9).reshape(1, 1, 3, 3)
    >>> kernel = np.arange(4).reshape(1, 1, 2, 2)
    >>> conv2d(image, kernel)[0, 0]
    array([[19, 25],
           [37, 43]])

    Padding adds zeros; a stride of 2 keeps every second position:

    >>> conv2d(image, kernel, padding=1)[0, 0]
    array([[ 0,  3,  8,  4],
           [ 9, 19, 25, 10],
           [21, 37, 43, 16],
           [ 6,  7,  8,  0]])
    >>> conv2d(image, kernel, padding=1, stride=2)[0, 0]
    array([[ 0,  8],
           [21, 43]])

    Two groups: each kernel sees one of two channels.

    >>> two = np.concatenate([image, 10 * image], axis=1)
    >>> conv2d(two, np.concatenate([kernel, kernel]), groups=2)[0, :, 0, 0]
    array([ 19, 190])

    Another algorithm gives the same, up to rounding:

    >>> conv2d(image / 10, kernel / 1, algorithm="winograd")[0, 0]
    array([[1.9, 2.5],
           [3.7, 4.3]])

    What does not go together is refused:

    >>> conv2d(image, kernel / 1)
    Traceback (most recent call last):
    ...
    ValueError: weight must have the dtype of input, int64, got float64
    """
    _checks.choice("algorithm", algorithm, ("auto", *ALGORITHMS))
    kernels = weight.weight if isinstance(weight, PreparedWeight) else weight
    problem = check_problem(input, kernels, bias, stride, padding, dilation, groups)
    if isinstance(weight, PreparedWeight):
        problem = problem._replace(forms=weight.forms)
    return convolve(problem, algorithm)


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
    input : ndarray of shape (N, C_in, H, W) or (C_in, H, W)
        Images.
    weight : ndarray of shape (C_out, C_in / groups, K_h, K_w)
        Kernels.
    bias : ndarray of shape (C_out,), optional
        Added to every element of its output channel.
    stride : int or pair of int
        As for :func:`~convbook.conv2d`.
    padding : int, pair of int, "same" or "valid"
        As for :func:`~convbook.conv2d`.
    dilation : int or pair of int
        As for :func:`~convbook.conv2d`.
    groups : int
        Number of groups of channels.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out) or (C_out, H_out, W_out)
        The same values as :func:`~convbook.conv2d` up to rounding, for every argument.

    Raises
    ------
    ValueError
        As for :func:`~convbook.conv2d`.

    See Also
    --------
    conv2d : The same, faster.

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
    return convolve(problem, "direct")


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

    See Also
    --------
    conv2d : Convolve without the flip.

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

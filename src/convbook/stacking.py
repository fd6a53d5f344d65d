"""How kernels work together: banks of kernels, layers on layers, and pooling."""

from collections.abc import Iterable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._geometry import Geometry, geometry
from convbook._problem import silently
from convbook._typing import Array, Number, Size
from convbook._windows import windows
from convbook.matmul import conv_transpose2d
from convbook.padding import pad


def _kernel(*rows: tuple[float, float, float], scale: float = 1.0) -> NDArray[np.float64]:
    """Make a read-only 3 x 3 kernel."""
    array = np.array(rows) / scale
    array.flags.writeable = False
    return array


KERNELS: Mapping[str, NDArray[np.float64]] = MappingProxyType(
    {
        "identity": _kernel((0, 0, 0), (0, 1, 0), (0, 0, 0)),
        "box blur": _kernel((1, 1, 1), (1, 1, 1), (1, 1, 1), scale=9),
        "gaussian blur": _kernel((1, 2, 1), (2, 4, 2), (1, 2, 1), scale=16),
        "sharpen": _kernel((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
        "top edge": _kernel((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        "side edge": _kernel((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        "outline": _kernel((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        "emboss": _kernel((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    }
)
"""Kernels of 3 x 3 by name. The two edges are Sobel's; applied by :func:`~convbook.conv2d`, they
answer with positive numbers where the picture gets brighter downwards or to the right."""

DETECTORS: Mapping[str, NDArray[np.float64]] = MappingProxyType(
    {
        "side edge": KERNELS["side edge"],
        "top edge": KERNELS["top edge"],
        "slanted gradient": _kernel((-2, -1, 0), (-1, 0, 1), (0, 1, 2)),
        "constant area": KERNELS["box blur"],
    }
)
"""Four detectors of 3 x 3 by name, to be stacked. The first three sum to zero and so are blind to
constant areas; the last one answers to them, with their brightness, and so cannot."""


def stack(kernels: Iterable[NDArray[Number]]) -> NDArray[Number]:
    """Put kernels on top of each other: the weight of one layer.

    Parameters
    ----------
    kernels : iterable of ndarray of shape (C_in, K_h, K_w) or (K_h, K_w)
        One kernel for each output channel, all of one shape and dtype. A kernel without channels
        reads one channel.

    Returns
    -------
    ndarray of shape (C_out, C_in, K_h, K_w)
        The kernels in a new array, as :func:`~convbook.conv2d` takes them.

    Raises
    ------
    ValueError
        If there are no kernels, or their shapes or dtypes differ.

    See Also
    --------
    conv2d : The function that takes them.
    compose : Kernels after each other.

    Examples
    --------
    >>> from convbook import DETECTORS, stack
    >>> stack(DETECTORS.values()).shape
    (4, 1, 3, 3)
    """
    listed = _listed(kernels)
    slices = [_slices(f"kernels[{o}]", w) for o, w in enumerate(listed)]
    _check_alike(slices)
    return np.stack(slices)


def compose(first: NDArray[Number], second: NDArray[Number], stride: Size = 1) -> NDArray[Number]:
    r"""Return the one layer that does what two linear layers do.

    Each tap of the second layer reads the first layer's maps at some distance from where it
    stands, so it stamps the first layer's kernels at that distance, times its weight:

    .. math::

       w_{o,c} = \sum_{h} w^{(2)}_{o,h} * w^{(1)}_{h,c}

    This is a product of matrices whose entries are kernels, and whose multiplication is the
    convolution *with* the flip, over all positions at which two kernels overlap.

    Parameters
    ----------
    first : ndarray of shape (C_mid, C_in, K_h, K_w)
        Weight of the layer that comes first.
    second : ndarray of shape (C_out, C_mid, L_h, L_w)
        Weight of the layer that reads it, of the same dtype.
    stride : int or pair of int
        Stride :math:`s` of the first layer.

    Returns
    -------
    ndarray of shape (C_out, C_in, K_h + s (L_h - 1), K_w + s (L_w - 1))
        The weight. Its layer's stride is the product of the two strides.

    Raises
    ------
    ValueError
        If shapes, dtypes or sizes do not go together.

    See Also
    --------
    conv_transpose2d : The stamping itself.
    stack : Kernels side by side, not after each other.

    Notes
    -----
    It holds for layers without padding, and with nothing between them: no ReLU, no pooling.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import compose
    >>> pair = np.array([[[[1, 1]]]])
    >>> compose(pair, compose(pair, pair))[0, 0]
    array([[1, 3, 3, 1]])
    """
    _check_layers(first, second)
    return conv_transpose2d(second, first, stride=stride)


def max_pool2d(
    input: NDArray[Number],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
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

    Returns
    -------
    ndarray of shape (N, C, H_out, W_out) or (C, H_out, W_out)
        The maxima. A NaN wins in each window that holds it.

    Raises
    ------
    ValueError
        If shapes or sizes do not go together, or the numbers are complex.

    Notes
    -----
    Semantics are those of :func:`!torch.nn.functional.max_pool2d`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import max_pool2d
    >>> max_pool2d(np.arange(16).reshape(1, 4, 4), 2)
    array([[[ 5,  7],
            [13, 15]]])
    """
    images, sizes = _check_pool(input, kernel_size, stride, padding, dilation)
    integral = images.dtype.kind in "iu"
    lowest: Any = np.iinfo(images.dtype).min if integral else -np.inf
    return reduce(np.maximum, _taps(pad(images, sizes.sides, value=lowest), sizes)).copy()


def avg_pool2d(
    input: NDArray[Number],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
) -> NDArray[Number]:
    """Average each window; zeros of the padding count.

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

    Returns
    -------
    ndarray of shape (N, C, H_out, W_out) or (C, H_out, W_out)
        The means, in the dtype of `input`. Means of integers are exact, then cut towards zero.

    Raises
    ------
    ValueError
        If shapes or sizes do not go together, or the numbers are complex.

    Notes
    -----
    Semantics are those of :func:`!torch.nn.functional.avg_pool2d`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import avg_pool2d
    >>> avg_pool2d(np.arange(16.0).reshape(1, 4, 4), 2)
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]])
    """
    images, sizes = _check_pool(input, kernel_size, stride, padding, 1)
    integral = images.dtype.kind in "iu"
    area = sizes.kernel_size[0] * sizes.kernel_size[1]
    wide = _room_for_sums(images, area) if integral else np.result_type(images, np.float32)
    with silently():
        total = reduce(np.add, _taps(pad(images, sizes.sides).astype(wide), sizes))
    mean = np.sign(total) * (abs(total) // area) if integral else total / area
    return mean.astype(images.dtype)


def _listed(kernels: Any) -> list[Any]:
    """Return what an iterable holds, if it holds anything."""
    try:
        listed = list(kernels)
    except TypeError:
        raise ValueError(
            f"kernels must be an iterable of arrays, got {_checks.brief(kernels)}"
        ) from None
    if not listed:
        raise ValueError(f"kernels must hold at least one kernel, got {_checks.brief(kernels)}")
    return listed


def _slices(name: str, kernel: Any) -> Array:
    """Return a kernel with its axis of channels, if it has none with one slice."""
    array = _checks.numbers(name, kernel, "C_in, K_h, K_w", "K_h, K_w")
    _checks.nonempty(name, array, array.ndim)
    return array if array.ndim == 3 else array[None]


def _check_alike(slices: list[Array]) -> None:
    """Refuse kernels that do not fit into one array."""
    named = {f"kernels[{o}]": kernel for o, kernel in enumerate(slices)}
    for name, kernel in named.items():
        _checks.shape(name, kernel, slices[0].shape)
    _checks.equal_dtypes(**named)


def _check_layers(first: Any, second: Any) -> None:
    """Refuse weights of which the second cannot read the maps of the first."""
    kernels = _checks.numbers("first", first, "C_mid, C_in, K_h, K_w")
    readers = _checks.numbers("second", second, "C_out, C_mid, L_h, L_w")
    _checks.nonempty("first", kernels, 4)
    _checks.nonempty("second", readers, 4)
    _checks.shape("second", readers, (len(readers), len(kernels), *readers.shape[2:]))
    _checks.equal_dtypes(first=kernels, second=readers)


def _room_for_sums(images: Array, terms: int) -> Any:
    """Return a dtype in which sums of integers are exact: Python's own integers if need be."""
    largest = max(-int(images.min(initial=0)), int(images.max(initial=0)))
    return np.int64 if terms * largest <= np.iinfo(np.int64).max else object


def _taps(padded: Array, sizes: Geometry) -> list[Array]:
    """List the pixels under each tap of the window, as views."""
    seen = windows(padded, sizes)
    return [seen[..., i, j, :, :] for i, j in np.ndindex(sizes.kernel_size)]


def _check_pool(
    input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[Array, Geometry]:
    """Check the arguments of a pooling function."""
    images = _checks.numbers("input", input, "N, C, H, W", "C, H, W")
    _checks.nonempty("input", images, 3)
    if images.dtype.kind == "c":
        raise ValueError(f"input must be real, for pooling, got dtype {images.dtype}")
    k_h, k_w = _checks.pair("kernel_size", kernel_size, 1)
    p_h, p_w = _checks.pair("padding", padding, 0)
    if 2 * p_h > k_h or 2 * p_w > k_w:
        raise ValueError(
            f"padding must be at most half of kernel_size, got {padding} for {kernel_size}"
        )
    step = kernel_size if stride is None else stride
    return images, geometry(images.shape[-2:], kernel_size, step, padding, dilation)

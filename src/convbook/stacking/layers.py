"""How kernels and layers fit together: many kernels as one weight, two layers as one."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._typing import Array, Number, Size
from convbook.matmul import conv_transpose2d


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
    conv2d : takes the weight.

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
    conv_transpose2d : what is at work here.

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
    _check_layers(first, second, stride)
    return conv_transpose2d(second, first, stride=stride)


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


def _check_layers(first: Any, second: Any, stride: Any) -> None:
    """Refuse weights of which the second cannot read the maps of the first."""
    kernels = _checks.numbers("first", first, "C_mid, C_in, K_h, K_w")
    readers = _checks.numbers("second", second, "C_out, C_mid, L_h, L_w")
    _checks.nonempty("first", kernels, 4)
    _checks.nonempty("second", readers, 4)
    _checks.shape("second", readers, (len(readers), len(kernels), *readers.shape[2:]))
    _checks.equal_dtypes(first=kernels, second=readers)
    steps = zip(
        kernels.shape[2:], _checks.pair("stride", stride, 1), readers.shape[2:], strict=True
    )
    sizes = [k + s * (n - 1) for k, s, n in steps]
    shape = len(readers), kernels.shape[1], *sizes
    _checks.memory("stride", stride, shape, kernels.dtype)

"""The functions of a small network, with the names of :mod:`torch.nn.functional`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._problem import silently, sum_dtype
from convbook._typing import Array, Number


def relu(input: NDArray[Number]) -> NDArray[Number]:
    """Replace negative numbers by zero.

    Parameters
    ----------
    input : ndarray of any shape
        Real numbers or integers.

    Returns
    -------
    ndarray of the shape and dtype of `input`
        The positive part. A NaN stays.

    Raises
    ------
    ValueError
        If `input` is complex or holds no numbers.

    See Also
    --------
    ReLU : the layer.

    Notes
    -----
    Semantics are those of :func:`torch.nn.functional.relu`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import relu
    >>> relu(np.array([-2, 0, 3]))
    array([0, 0, 3])
    """
    array = _checks.numbers("input", input)
    _checks.real("input", array)
    with silently():
        return np.asarray(np.maximum(array, array.dtype.type(0)))


def linear(
    input: NDArray[Number], weight: NDArray[Number], bias: NDArray[Number] | None = None
) -> NDArray[Number]:
    """Multiply by a matrix and add a bias: every output reads every input.

    Parameters
    ----------
    input : ndarray of shape (..., in_features)
        One row of numbers, or a batch of rows.
    weight : ndarray of shape (out_features, in_features)
        The matrix, of the same dtype.
    bias : ndarray of shape (out_features,), optional
        Added to each row of the result. It has the same dtype, too.

    Returns
    -------
    ndarray of shape (..., out_features)
        The rows of `input` times the transpose of `weight`.

    Raises
    ------
    ValueError
        If shapes or dtypes do not go together.

    See Also
    --------
    Linear : the layer.

    Notes
    -----
    Semantics are those of :func:`torch.nn.functional.linear`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import linear
    >>> linear(np.array([1, 2]), np.array([[3, 4], [5, 6]]), np.array([0, 100]))
    array([ 11, 117])
    """
    rows = _checks.numbers("input", input)
    matrix = _checks.numbers("weight", weight, "out_features, in_features")
    _checks.shape("input", rows, (*rows.shape[:-1], matrix.shape[1]))
    if bias is not None:
        bias = _checks.numbers("bias", bias, "out_features")
        _checks.shape("bias", bias, matrix.shape[:1])
    _checks.equal_dtypes(input=rows, weight=matrix, bias=bias)
    wide = sum_dtype(rows.dtype)
    with silently():
        product = rows.astype(wide, copy=False) @ matrix.T.astype(wide, copy=False)
        result = product if bias is None else product + bias
        return np.asarray(result.astype(rows.dtype, copy=False))


def softmax(input: NDArray[Number], dim: int) -> NDArray[Number]:
    """Turn scores into probabilities, ``exp(x) / exp(x).sum()``.

    Parameters
    ----------
    input : ndarray of floats
        Scores.
    dim : int
        The axis along which the probabilities add up to 1.

    Returns
    -------
    ndarray of the shape and dtype of `input`
        The probabilities.

    Raises
    ------
    ValueError
        If `input` holds no floats or has no such axis.

    See Also
    --------
    cross_entropy : the loss of scores, without forming the probabilities.

    Notes
    -----
    Semantics are those of :func:`torch.nn.functional.softmax`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import softmax
    >>> softmax(np.log([1.0, 2.0, 5.0]), dim=0)
    array([0.125, 0.25 , 0.625])
    """
    scores = _checks.numbers("input", input)
    _checks.floats("input", scores)
    axis = _checks.axis("dim", dim, "input", scores)
    with silently():
        return np.asarray(np.exp(_log_softmax(scores, axis)).astype(scores.dtype, copy=False))


def cross_entropy(input: NDArray[Number], target: NDArray[np.integer[Any]]) -> float:
    """Average ``-log(p)`` of the probability p that softmax gives to the right class.

    Parameters
    ----------
    input : ndarray of shape (N, C)
        One row of scores for each picture, as floats.
    target : ndarray of shape (N,)
        The right classes, as integers from 0 to C − 1.

    Returns
    -------
    float
        The mean loss.

    Raises
    ------
    ValueError
        If shapes do not go together, or a class does not exist.

    See Also
    --------
    CrossEntropyLoss : the loss that also finds its gradient.

    Notes
    -----
    Semantics are those of :func:`torch.nn.functional.cross_entropy`.

    Examples
    --------
    Ten equal scores cost ``log(10)``.

    >>> import numpy as np
    >>> from convbook import cross_entropy
    >>> round(cross_entropy(np.zeros((3, 10)), np.array([7, 1, 0])), 4)
    2.3026
    """
    scores, classes = check_classes(input, target)
    with silently():
        return float(-_log_softmax(scores, 1)[np.arange(len(classes)), classes].mean())


def check_classes(input: Any, target: Any) -> tuple[Array, Array]:
    """Refuse scores and classes that do not go together."""
    scores = _checks.numbers("input", input, "N, C")
    _checks.nonempty("input", scores, 2)
    _checks.floats("input", scores)
    classes = _checks.numbers("target", target, "N")
    _checks.shape("target", classes, scores.shape[:1])
    _checks.places("target", classes, scores.shape[1])
    return scores, classes.astype(np.intp)


def _log_softmax(scores: Array, dim: int) -> Array:
    """Take the logarithm of softmax; without the largest score no exponential overflows."""
    scores = scores.astype(sum_dtype(scores.dtype), copy=False)
    shifted = scores - scores.max(axis=dim, keepdims=True, initial=-np.inf)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True)))


def add_up(array: Array, axes: int | tuple[int, ...]) -> Array:
    """Return sums along some axes, in the dtype of the array."""
    return np.asarray(array.sum(axis=axes, dtype=sum_dtype(array.dtype)).astype(array.dtype))

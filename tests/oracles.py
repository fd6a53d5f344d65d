"""How convbook is called, refused, and compared with another answer."""

import re
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest


def arrays_in(*values: object) -> list[np.ndarray]:
    return [value for value in values if isinstance(value, np.ndarray)]


def ours(function: Callable[..., np.ndarray], *args: Any, **kwargs: Any) -> np.ndarray:
    """Call a function of convbook and hold it to what each of them owes its caller.

    The arguments keep every byte, and the result is a writable array that shares
    no memory with them, nor one of its elements with another.
    """
    given = arrays_in(*args, *kwargs.values())
    before = [array.tobytes() for array in given]
    result = function(*args, **kwargs)
    assert [array.tobytes() for array in given] == before, "an argument was changed"
    assert type(result) is np.ndarray
    assert result.flags.writeable
    assert not any(np.shares_memory(result, array) for array in given), "a view of an argument"
    spread = zip(result.strides, result.shape, strict=True)
    assert not result.size or all(step for step, size in spread if size > 1)
    return result


def theirs(
    torch: ModuleType, function: Callable[..., Any], *args: Any, **kwargs: Any
) -> np.ndarray:
    """Call a function of torch with NumPy arrays."""

    def tensor(value: object) -> object:
        # torch has no negative strides and warns of read-only memory: it gets a copy.
        return torch.from_numpy(value.copy(order="C")) if arrays_in(value) else value

    with warnings.catch_warnings(action="ignore"):
        result = function(*map(tensor, args), **{key: tensor(kwargs[key]) for key in kwargs})
    return result.numpy()


def magnitude(torch: ModuleType, function: Callable[..., Any], **kwargs: Any) -> np.ndarray:
    """What torch makes of the absolute values: the scale of the rounding, element by element."""
    absolute = {k: np.abs(v).astype(float) if arrays_in(v) else v for k, v in kwargs.items()}
    return theirs(torch, function, **absolute)


def rounding(dtype: np.dtype, terms: int, scale: np.ndarray | float) -> np.ndarray | float:
    """The farthest apart that two sums of `terms` products may be, whatever their order.

    Each is within `terms * eps / 2` of the truth, relative to the sum of the absolute
    values (Higham 2002, section 3.1), and rounds each factor and product once. A complex product is
    itself a sum, good to 4 roundings. Below the normal numbers the error is absolute.
    """
    info = np.finfo(dtype)
    steps = terms + 2 if info.dtype == dtype else 2 * terms + 8
    return steps * (info.eps * scale + info.smallest_subnormal)


def same(
    result: np.ndarray, expected: np.ndarray, terms: int = 0, scale: np.ndarray | float = 0
) -> None:
    """Same shape and dtype; same values, exactly unless a number of `terms` is given."""
    assert (result.shape, result.dtype) == (expected.shape, expected.dtype)
    if not terms or expected.dtype.kind in "iu":
        np.testing.assert_array_equal(result, expected)
        return
    allowed = np.broadcast_to(rounding(expected.dtype, terms, scale), expected.shape)
    error = np.abs(result.astype(np.result_type(result, float)) - expected)
    assert (error <= allowed).all(), f"{(error / allowed).max():.3g} times the rounding allowed"


def refused(
    says: tuple[object, ...], function: Callable[..., object], *args: Any, **kwargs: Any
) -> None:
    """The call raises ValueError, and the message holds each of these words or values."""
    words = [rf"(?=.*(?<![\w-]){re.escape(str(word))}(?!\w|\.\w))" for word in says]
    with pytest.raises(ValueError, match="(?s)^" + "".join(words)):
        function(*args, **kwargs)


def agree(
    torch: ModuleType,
    native: Callable[..., Any],
    function: Callable[..., np.ndarray],
    call: dict[str, Any],
    terms: Callable[[Any], int] = lambda call: 0,
) -> None:
    """Where torch refuses a call convbook raises ValueError; elsewhere both answer the same."""
    try:
        expected, scale = theirs(torch, native, **call), magnitude(torch, native, **call)
    except (RuntimeError, TypeError, IndexError, ValueError):
        with pytest.raises(ValueError, match=r"must|got"):
            function(**call)
    else:
        same(ours(function, **call), expected, terms(call), scale)


def inner(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.vdot(a, b))

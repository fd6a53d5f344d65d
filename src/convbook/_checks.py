"""Checks of arguments: each refusal names the argument, the rule and the value."""

import math
import reprlib
import sys
from collections.abc import Iterable, Sequence
from numbers import Real
from operator import index
from typing import Any

import numpy as np

from convbook._typing import Array

LARGEST = min(sys.maxsize, 1 << 40)
"""Bytes of an array beyond which a size is a slip: a terabyte, or what can be addressed."""


LINE = 200
"""Characters of a value that a message shows."""


class _Brief(reprlib.Repr):
    """The representation of a value in one short line."""

    def __init__(self) -> None:
        super().__init__()
        self.maxtuple = 12

    def repr_int(self, x: int, level: int) -> str:
        """Count the bits of an integer that is too long to be read."""
        return repr(x) if x.bit_length() < 128 else f"an integer of {x.bit_length()} bits"

    def repr_instance(self, x: Any, level: int) -> str:
        """Look at the values of an array that the message can show, and at no other."""
        if isinstance(x, np.ndarray) and x.size > 8:
            return f"array of shape {x.shape} and dtype {x.dtype}"
        return super().repr_instance(x, level)


def brief(value: Any) -> str:
    """Show a value in one line, however large it is."""
    text = " ".join(_Brief().repr(value).split())
    return text if len(text) <= LINE else f"{text[: LINE - 3]}..."


def numbers(name: str, value: Any, *axes: str) -> Array:
    """Return `value` as an array of numbers whose axes are one of the layouts in `axes`."""
    array = value if type(value) is np.ndarray else _converted(name, value)
    if array.dtype.kind not in "iufc":
        raise ValueError(f"{name} must hold integer, real or complex numbers, got {_kind(value)}")
    for layout in axes:
        if array.ndim == layout.count(",") + 1:
            return array
    if axes:
        layouts = " or ".join(f"({layout})" for layout in axes)
        raise ValueError(f"{name} must have the axes {layouts}, got shape {array.shape}")
    return array


def _converted(name: str, value: Any) -> Array:
    unmasked(name, value)
    try:
        return np.asarray(value)
    except Exception as error:  # whatever the value's own conversion raises
        cause = " ".join(str(error).split())
        raise ValueError(
            f"{name} must be an array, or become one, got {brief(value)}: {cause[:200]}"
        ) from error


def _kind(value: Any) -> str:
    return f"dtype {value.dtype}" if isinstance(value, np.ndarray) else brief(value)


def equal_dtypes(**arrays: Array | None) -> None:
    """Refuse arrays whose dtypes differ: nothing is converted behind the caller's back."""
    first, expected = "", None
    for name, array in arrays.items():
        if array is None:
            continue
        if expected is None:
            first, expected = name, array.dtype
        elif array.dtype != expected:
            raise ValueError(
                f"{name} must have the dtype of {first}, {expected}, got {array.dtype}"
            )


def shape(name: str, array: Array, expected: Sequence[int]) -> None:
    """Refuse an array that does not have exactly the `expected` shape."""
    if array.shape != tuple(expected):
        raise ValueError(f"{name} must have shape {brief(tuple(expected))}, got {array.shape}")


def nonempty(name: str, array: Array, axes: int) -> None:
    """Refuse an array that is empty along one of its last `axes`; an empty batch is fine."""
    if 0 in array.shape[-axes:]:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")


def channels(name: str, array: Array, expected: int, by: str = "weight") -> None:
    """Refuse images that do not have as many channels as the kernels read."""
    if array.shape[-3] != expected:
        raise ValueError(
            f"{name} must have {expected} channels, as {by} and groups ask, "
            f"got {array.shape[-3]} in shape {array.shape}"
        )


def memory(name: str, value: Any, shape: Sequence[int], dtype: np.dtype[Any]) -> None:
    """Refuse a size that asks for an array which no memory holds."""
    if math.prod(shape) * dtype.itemsize > LARGEST:
        raise ValueError(
            f"{name} must ask for an array that memory can hold, got {brief(value)}, "
            f"which makes shape {brief(tuple(shape))}"
        )


def floats(name: str, array: Array) -> None:
    """Refuse an array of integers or complex numbers."""
    if array.dtype.kind != "f":
        raise ValueError(f"{name} must hold floats, got dtype {array.dtype}")


def places(name: str, array: Array, number: int) -> None:
    """Refuse an array that does not hold integers from 0 to `number` - 1."""
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold integers, got dtype {array.dtype}")
    if array.size and (array.min() < 0 or array.max() >= number):
        found = array.min() if array.min() < 0 else array.max()
        raise ValueError(f"{name} must be from 0 to {number - 1}, got {found}")


def integer(name: str, value: Any, minimum: int) -> int:
    """Return `value` as an int of at least `minimum`; a bool or a float is no size."""
    number = value if type(value) is int else _integer(value)
    if number is None or number < minimum:
        rule = _RULES.get(minimum, f"an integer of at least {minimum}")
        raise ValueError(f"{name} must be {rule}, got {brief(value)}")
    return number


def pair(name: str, value: Any, minimum: int) -> tuple[int, int]:
    """Return a height and a width from one integer or a pair of integers."""
    both = value if isinstance(value, tuple | list) and len(value) == 2 else (value, value)
    height, width = both
    if not type(height) is type(width) is int:
        height, width = map(_integer, both)
    if height is None or width is None or height < minimum or width < minimum:
        raise ValueError(f"{name} must be {_RULES[minimum]} or a pair of them, got {brief(value)}")
    return height, width


def number(name: str, value: Any, minimum: float = -math.inf) -> float:
    """Return a finite real number as a float."""
    rule = "a finite number" if minimum < 0 else f"a finite number of at least {minimum:g}"
    try:
        result = float(value) if isinstance(value, Real) and not isinstance(value, bool) else None
    except OverflowError:
        result = None
    if result is None or not math.isfinite(result) or result < minimum:
        raise ValueError(f"{name} must be {rule}, got {brief(value)}")
    return result


def generator(rng: Any) -> np.random.Generator:
    """Refuse a seed or the old global state in place of a generator."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng must be a numpy.random.Generator, got {brief(rng)}")
    return rng


def choice(name: str, value: Any, allowed: Iterable[str]) -> None:
    """Refuse a word that is not one of `allowed`."""
    if not isinstance(value, str) or value not in allowed:
        words = ", ".join(repr(word) for word in allowed)
        raise ValueError(f"{name} must be one of {words}, got {brief(value)[:80]}")


def divisible(name: str, value: int, by: str, divisor: int) -> None:
    """Refuse a count that does not split into equal groups."""
    if value % divisor:
        raise ValueError(f"{name} must be divisible by {by}, got {value} and {brief(divisor)}")


_NESTED = (tuple, list, np.ma.MaskedArray)
_RULES = {0: "a non-negative integer", 1: "a positive integer"}


def _integer(value: Any) -> int | None:
    """Return the value if it is an integer of Python's or NumPy's, else None."""
    if isinstance(value, bool | np.bool_ | np.ndarray):
        return None
    try:
        return index(value)
    except TypeError:
        return None


def unmasked(name: str, value: Any) -> None:
    """Refuse masked arrays, also within lists: NumPy would drop their masks."""
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name} must not be masked, got {brief(value)}")
    if isinstance(value, tuple | list):
        for item in value:
            if isinstance(item, _NESTED):  # no call for each number
                unmasked(name, item)


def real(name: str, array: Array) -> None:
    """Refuse an array of complex numbers."""
    if array.dtype.kind == "c":
        raise ValueError(f"{name} must be real, got dtype {array.dtype}")


def float_dtype(name: str, value: Any) -> np.dtype[Any]:
    """Return a dtype of floats; NumPy would take None for float64, and more besides."""
    rule = f"{name} must be a dtype of floats"
    dtype = _dtype(value) if isinstance(value, str | type | np.dtype) else None
    if dtype is None or dtype.kind != "f":
        raise ValueError(f"{rule}, got {brief(value)}")
    return dtype.newbyteorder("=")


def _dtype(value: Any) -> np.dtype[Any] | None:
    try:
        found: np.dtype[Any] = np.dtype(value)
        return found
    except Exception:  # whatever NumPy raises
        return None


def below(name: str, value: Any, count: int, counted: str) -> int:
    """Return an index, an integer from 0 to `count` - 1."""
    found = _integer(value)
    if found is None or not 0 <= found < count:
        raise ValueError(f"{name} must be an integer below {count}, {counted}, got {brief(value)}")
    return found


def at_most(name: str, value: Any, limit: int, limited: str) -> int:
    """Return a positive integer that is no larger than a limit."""
    found = integer(name, value, 1)
    if found > limit:
        raise ValueError(f"{name} must be at most {limit}, {limited}, got {brief(found)}")
    return found


def kind(name: str, value: Any, expected: type, article: str = "a") -> None:
    """Refuse what is no instance of a class."""
    if not isinstance(value, expected):
        raise ValueError(f"{name} must be {article} {expected.__name__}, got {brief(value)}")


def truth(name: str, value: Any) -> bool:
    """Return True or False, of Python's or NumPy's."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {brief(value)}")
    return bool(value)


def axis(name: str, value: Any, of: str, array: Array) -> int:
    """Return the number of an axis; negative ones count from the last."""
    found = _integer(value)
    if found is None or not -array.ndim <= found < array.ndim:
        raise ValueError(
            f"{name} must be an axis of {of}, of shape {array.shape}, got {brief(value)}"
        )
    return found

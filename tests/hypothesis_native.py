"""The part of Hypothesis that is machine code, in Python: a browser cannot load the other one.

``test_live_library.py`` puts it in the place of ``hypothesis._native``.
"""

import math
import struct

FORMATS = {16: ("!H", "!e"), 32: ("!I", "!f"), 64: ("!Q", "!d")}
SMALLEST = {16: 2.0**-14, 32: 2.0**-126, 64: 2.0**-1022}


def reinterpret(value: float, source: str, target: str) -> float:
    """Read the bits of a number as another format."""
    read: float = struct.unpack(target, struct.pack(source, value))[0]
    return read


def float_of(value: float, width: int) -> float:
    """Round to a width."""
    return reinterpret(float(value), FORMATS[width][1], FORMATS[width][1])


def float_to_int(value: float, width: int = 64) -> int:
    """Return the bits as an integer."""
    return int(reinterpret(value, FORMATS[width][1], FORMATS[width][0]))


def int_to_float(value: int, width: int = 64) -> float:
    """Return the number that has these bits."""
    return reinterpret(value, FORMATS[width][0], FORMATS[width][1])


def is_negative(value: float) -> bool:
    """Tell the sign, of zero too."""
    return math.copysign(1.0, value) < 0


def count_between_floats(x: float, y: float, width: int = 64) -> int:
    """Count the numbers from one to another, both included."""
    if is_negative(x) and not is_negative(y):
        return count_between_floats(x, -0.0, width) + count_between_floats(0.0, y, width)
    return abs(float_to_int(y, width) - float_to_int(x, width)) + 1


def next_up(value: float, width: int = 64) -> float:
    """Return the next larger number."""
    if math.isnan(value) or value == math.inf:
        return value
    if value == 0.0 and is_negative(value):
        return 0.0
    bits = float_to_int(value, width)
    return int_to_float(bits - 1 if is_negative(value) else bits + 1, width)


def next_down(value: float, width: int = 64) -> float:
    """Return the next smaller number."""
    return -next_up(-value, width)


def next_down_normal(value: float, width: int, *, allow_subnormal: bool) -> float:
    """Return the next smaller number, without the subnormal ones if they are not allowed."""
    value = next_down(value, width)
    if not allow_subnormal and 0 < abs(value) < SMALLEST[width]:
        return 0.0 if value > 0 else -SMALLEST[width]
    return value


def next_up_normal(value: float, width: int, *, allow_subnormal: bool) -> float:
    """Return the next larger number, without the subnormal ones if they are not allowed."""
    return -next_down_normal(-value, width, allow_subnormal=allow_subnormal)


def width_smallest_normals(width: int) -> float:
    """Return the smallest normal number."""
    return SMALLEST[width]


def cathetus(h: float, a: float) -> float:
    """Return the other short side of a right triangle."""
    return math.sqrt(h - a) * math.sqrt(h + a) if math.isfinite(h) else h

"""The types that signatures share."""

from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Number = TypeVar("Number", bound=np.number[Any])

Int = int | np.integer[Any]
Size = Int | Sequence[Int]
"""A height and a width; one integer stands for both."""

Padding = Size | Literal["same", "valid"]
Sides = tuple[int, int, int, int]
"""Amounts on the four sides, in the order of `pad`: left, right, top, bottom."""

PadMode = Literal["constant", "reflect", "replicate", "circular"]
PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]

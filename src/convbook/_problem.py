"""One convolution, its arguments checked and spelled out."""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np

from convbook import _checks
from convbook._geometry import Geometry, geometry
from convbook._typing import Array


class Task(NamedTuple):
    """What decides how long a convolution takes: everything but the numbers."""

    images: int
    """How many there are."""
    channels: int
    """How many channels a kernel reads."""
    kernels: int
    """How many kernels a group has."""
    groups: int
    sizes: Geometry
    dtype: np.dtype[Any]
    prepared: bool
    """Whether what is computed from the weight alone is kept from call to call."""


class Problem(NamedTuple):
    """The checked arguments of one convolution."""

    images: Array
    weight: Array
    bias: Array | None
    sizes: Geometry
    groups: int
    batched: bool
    forms: dict[Hashable, Array] | None = None
    """What was computed from the weight, if it is kept for the next call."""

    @property
    def task(self) -> Task:
        """What decides how long it takes."""
        kernels, channels, *_ = self.weight.shape
        each = kernels // self.groups
        kept = self.forms is not None
        dtype = self.images.dtype
        return Task(len(self.images), channels, each, self.groups, self.sizes, dtype, kept)

    def widened(self) -> "Problem":
        """Return the problem in single precision, if it is in half: sums are made there."""
        if self.images.dtype != np.float16:
            return self
        images, weight = self.images.astype(np.float32), self.weight.astype(np.float32)
        return self._replace(images=images, weight=weight)

    def form(self, key: Hashable, make: Callable[[], Array]) -> Array:
        """Return what `make` computes from the weight, only once if it is kept."""
        if self.forms is None:
            return make()
        if key not in self.forms:
            self.forms[key] = make()
        return self.forms[key]


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


def sum_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype in which to add up: half precision is summed in single, and rounded once."""
    return np.dtype(np.float32) if (dtype.kind, dtype.itemsize) == ("f", 2) else dtype

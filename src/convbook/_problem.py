"""One convolution: its checked arguments, and how its output is finished."""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np

from convbook import _checks
from convbook._geometry import Geometry, geometry
from convbook._typing import Array

FORMS = 4
"""How many forms of a weight are kept: the last ones that were made."""


class Workload(NamedTuple):
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

    input: Array
    """The images, always as a batch: (N, C_in, H, W)."""
    weight: Array
    bias: Array | None
    sizes: Geometry
    groups: int
    batched: bool
    """Whether the caller gave a batch."""
    forms: dict[Hashable, Array] | None = None
    """What was computed from the weight, if it is kept for the next call."""

    @property
    def output_shape(self) -> tuple[int, int, int, int]:
        """Shape (N, C_out, H_out, W_out) of the result."""
        return len(self.input), len(self.weight), *self.sizes.output_size

    @property
    def workload(self) -> Workload:
        """What decides how long it takes."""
        kernels, channels, *_ = self.weight.shape
        return Workload(
            len(self.input), channels, kernels // self.groups, self.groups,
            self.sizes, self.input.dtype, self.forms is not None,
        )  # fmt: skip

    def widened(self) -> "Problem":
        """Return the problem in single precision, if it is in half: sums are made there."""
        dtype = sum_dtype(self.input.dtype)
        if dtype == self.input.dtype:
            return self
        return self._replace(input=self.input.astype(dtype), weight=self.weight.astype(dtype))

    def form(self, key: Hashable, make: Callable[[], Array]) -> Array:
        """Return what `make` computes from the weight, only once if it is kept."""
        if self.forms is None:
            return make()
        found = self.forms.get(key)
        if found is None:
            found = self.forms[key] = make()
            for oldest in list(self.forms)[:-FORMS]:
                self.forms.pop(oldest, None)
        return found

    def finish(self, output: Array) -> Array:
        """Add the bias, round to the caller's dtype, and give one image back for one image."""
        output = finished(output, self.bias, self.input.dtype)
        return output if self.batched else output[0]


def sum_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype in which sums are made: the machine's own, single precision for half."""
    half = dtype.kind == "f" and dtype.itemsize == 2  # in either byte order
    return np.dtype(np.float32) if half else dtype.newbyteorder("=")


def finished(output: Array, bias: Array | None, dtype: np.dtype[Any]) -> Array:
    """Add the bias in place, then round to a dtype: half precision is rounded here alone."""
    if bias is not None:
        output += bias[:, None, None]
    return output if output.dtype == dtype else output.astype(dtype)


def check_problem(
    input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: Any,
    argument: str = "weight",
) -> Problem:  # fmt: skip
    """Refuse arguments that do not go together, and spell out the ones that do.

    The messages call the weight by the name of the caller's `argument`.
    """
    images = _checks.numbers("input", input, "N, C_in, H, W", "C_in, H, W")
    kernels = _checks.numbers(argument, weight, "C_out, C_in / groups, K_h, K_w")
    _checks.nonempty("input", images, 3)
    _checks.nonempty(argument, kernels, 4)
    sizes = geometry(images.shape[-2:], kernels.shape[-2:], stride, padding, dilation, argument)
    groups = _checks.integer("groups", groups, 1)
    _checks.divisible(f"the first axis of {argument}", len(kernels), "groups", groups)
    _checks.channels("input", images, kernels.shape[1] * groups, argument)
    if bias is not None:
        bias = _checks.numbers("bias", bias, "C_out")
        _checks.shape("bias", bias, kernels.shape[:1])
    _checks.equal_dtypes(input=images, **{argument: kernels}, bias=bias)
    batched = images.ndim == 4
    problem = Problem(images if batched else images[None], kernels, bias, sizes, groups, batched)
    _checks.memory("padding", padding, problem.output_shape, images.dtype)
    return problem


def silently() -> np.errstate:
    """Let infinities, NaNs and integers that wrap be results, as in torch."""
    return np.errstate(all="ignore")

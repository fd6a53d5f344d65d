"""Kernels whose transforms are kept."""

from collections.abc import Hashable
from typing import Any

from convbook import _checks
from convbook._typing import Array


class PreparedWeight:
    """Kernels that :func:`~convbook.conv2d` prepares at the first call and keeps prepared.

    A fast algorithm first turns the kernels into another form. Where the same kernels meet many
    images, as in a trained network, this needs to be done once.

    Parameters
    ----------
    weight : ndarray of shape (C_out, C_in / groups, K_h, K_w)
        Kernels. The attribute `weight` is a copy of them that cannot be written to: what happens
        to the original changes nothing.

    Raises
    ------
    ValueError
        If `weight` does not hold numbers, is empty, or does not have four axes.

    Notes
    -----
    The forms need room: Winograd's takes four times that of 3×3 kernels.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import PreparedWeight, conv2d
    >>> kernels = PreparedWeight(np.arange(4.0).reshape(1, 1, 2, 2))
    >>> conv2d(np.arange(9.0).reshape(1, 3, 3), kernels)
    array([[[19., 25.],
            [37., 43.]]])
    """

    def __init__(self, weight: Any) -> None:
        kernels = _checks.numbers("weight", weight, "C_out, C_in / groups, K_h, K_w")
        _checks.nonempty("weight", kernels, 4)
        self.weight: Array = kernels.copy(order="C")
        self.weight.flags.writeable = False
        self.forms: dict[Hashable, Array] = {}

    def __repr__(self) -> str:
        return f"PreparedWeight(shape={self.weight.shape}, dtype={self.weight.dtype})"

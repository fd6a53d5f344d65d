"""Kernels whose transforms are kept."""

from collections.abc import Hashable
from typing import Any

import numpy as np

from convbook import _checks
from convbook._typing import Array


class PreparedWeight:
    """Kernels that :func:`~convbook.conv2d` prepares at the first call and keeps prepared.

    A fast algorithm first turns the kernels into another form. Where the same kernels meet many
    images, as in a trained network, this needs to be done once.

    Parameters
    ----------
    weight : ndarray of shape (C_out, C_in / groups, K_h, K_w)
        Kernels. They are copied: what happens to the original changes nothing.

    Raises
    ------
    ValueError
        If `weight` does not hold numbers, is empty, or does not have four axes.

    See Also
    --------
    conv2d : The function that takes them.

    Notes
    -----
    Its attribute `weight` is the copy, which cannot be written to nor replaced. Copies of the
    object, and what is restored from a pickle, hold the same kernels.

    The forms need memory: Winograd's takes four times that of 3×3 kernels. At most four forms are
    kept, for sizes of the image that ask for different ones.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import PreparedWeight, conv2d
    >>> kernels = PreparedWeight(np.arange(4.0).reshape(1, 1, 2, 2))
    >>> conv2d(np.arange(9.0).reshape(1, 3, 3), kernels)
    array([[[19., 25.],
            [37., 43.]]])
    """

    __slots__ = ("_forms", "_weight")

    def __init__(self, weight: Any) -> None:
        kernels = _checks.numbers("weight", weight, "C_out, C_in / groups, K_h, K_w")
        _checks.nonempty("weight", kernels, 4)
        copied = np.frombuffer(kernels.tobytes(), kernels.dtype)  # nobody can write to bytes
        self._weight: Array = copied.reshape(kernels.shape)
        self._forms: dict[Hashable, Array] = {}

    @property
    def weight(self) -> Array:
        """The kernels: a new view of them each time, for a view's shape can be assigned to."""
        return self._weight.view()

    @property
    def forms(self) -> dict[Hashable, Array]:
        """What algorithms have made of the kernels; they keep it here themselves."""
        return self._forms

    def __copy__(self) -> "PreparedWeight":
        return self

    def __deepcopy__(self, memo: object) -> "PreparedWeight":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return PreparedWeight, (self.weight,)

    def __repr__(self) -> str:
        return f"PreparedWeight(shape={self._weight.shape}, dtype={self._weight.dtype})"

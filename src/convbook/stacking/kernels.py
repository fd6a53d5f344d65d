"""Kernels of 3 x 3 that have names."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray


def _kernel(*rows: tuple[float, float, float], scale: float = 1.0) -> NDArray[np.float64]:
    """Make a read-only 3 x 3 kernel."""
    array = np.array(rows) / scale
    array.flags.writeable = False
    return array


KERNELS: Mapping[str, NDArray[np.float64]] = MappingProxyType(
    {
        "identity": _kernel((0, 0, 0), (0, 1, 0), (0, 0, 0)),
        "box blur": _kernel((1, 1, 1), (1, 1, 1), (1, 1, 1), scale=9),
        "gaussian blur": _kernel((1, 2, 1), (2, 4, 2), (1, 2, 1), scale=16),
        "sharpen": _kernel((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
        "top edge": _kernel((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        "side edge": _kernel((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        "outline": _kernel((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        "emboss": _kernel((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    }
)
"""Kernels of 3 x 3 by name. The two edges are Sobel's; applied by :func:`~convbook.conv2d`, they
answer with positive numbers where the picture gets brighter downwards or to the right."""

DETECTORS: Mapping[str, NDArray[np.float64]] = MappingProxyType(
    {
        "side edge": KERNELS["side edge"],
        "top edge": KERNELS["top edge"],
        "slanted gradient": _kernel((-2, -1, 0), (-1, 0, 1), (0, 1, 2)),
        "bright area": KERNELS["box blur"],
    }
)
"""Four detectors of 3 x 3 by name, to be stacked. The first three sum to zero and so are blind to
constant areas; the last one answers to them, with their brightness, and so cannot."""

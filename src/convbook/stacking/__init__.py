"""How kernels work together: banks of kernels, layers on layers, and pooling."""

from convbook.stacking.kernels import DETECTORS, KERNELS
from convbook.stacking.layers import compose, stack
from convbook.stacking.pooling import avg_pool2d, max_pool2d

__all__ = ["DETECTORS", "KERNELS", "avg_pool2d", "compose", "max_pool2d", "stack"]

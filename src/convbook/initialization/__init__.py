"""How large the weights start: the scale that keeps a signal alive, and the draws."""

from convbook.initialization.draws import (
    kaiming_normal,
    kaiming_uniform,
    torch_default,
    xavier_normal,
    xavier_uniform,
)
from convbook.initialization.scale import calculate_gain, fans

__all__ = [
    "calculate_gain",
    "fans",
    "kaiming_normal",
    "kaiming_uniform",
    "torch_default",
    "xavier_normal",
    "xavier_uniform",
]

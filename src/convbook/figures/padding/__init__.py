"""Figures of the chapter "Padding: what happens at the border?"."""

from convbook.figures._stepper import stepper
from convbook.figures.padding.errors import border_errors, damage
from convbook.figures.padding.layers import (
    leak,
    lost_rings,
    signal_by_layer,
    where_the_signal_dies,
)
from convbook.figures.padding.modes import (
    by_hand,
    continuations,
    continued_row,
    rotated,
    strided_windows,
)

__all__ = ["border_errors", "by_hand", "continuations", "continued_row", "damage", "leak",
           "lost_rings", "rotated", "signal_by_layer", "stepper", "strided_windows",
           "where_the_signal_dies"]  # fmt: skip

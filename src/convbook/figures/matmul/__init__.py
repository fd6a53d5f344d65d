"""Figures of the chapter "Matrix product: why is a convolution one?"."""

from convbook.figures._linked import linked_matrix
from convbook.figures.matmul.costs import sizes_to_scale, times
from convbook.figures.matmul.edits import border_blocks, other_edits, padding_edits
from convbook.figures.matmul.transposed import blind_spot, transpose_view, undoing
from convbook.figures.matmul.views import (
    equation_view,
    matrix_view,
    network_view,
    patch_view,
    window_view,
)
from convbook.figures.matmul.whole import matrix_at_scale, photograph

__all__ = ["blind_spot", "border_blocks", "equation_view", "linked_matrix",
           "matrix_at_scale", "matrix_view", "network_view", "other_edits",
           "padding_edits", "patch_view", "photograph", "sizes_to_scale", "times",
           "transpose_view", "undoing", "window_view"]  # fmt: skip

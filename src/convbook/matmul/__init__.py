"""Convolution as a matrix product: the matrix, its unfolded form, and its transpose."""

from convbook.matmul.gradients import conv2d_input, conv2d_weight
from convbook.matmul.matrix import convolution_matrix
from convbook.matmul.transposed import conv_transpose2d
from convbook.matmul.unfolding import fold, unfold

__all__ = [
    "conv2d_input",
    "conv2d_weight",
    "conv_transpose2d",
    "convolution_matrix",
    "fold",
    "unfold",
]

"""The library of the executable book on convolution.

Names, arguments and results are those of :mod:`!torch.nn.functional` and :mod:`!torch.nn.grad`;
arrays are NumPy's. The chapters of the book print the source.
"""

from convbook.convolution import conv2d, conv2d_loop, flip
from convbook.matmul import (
    conv2d_input,
    conv2d_weight,
    conv_transpose2d,
    convolution_matrix,
    fold,
    unfold,
)
from convbook.padding import pad, same_padding
from convbook.stacking import KERNELS, avg_pool2d, max_pool2d
from convbook.stride import output_size

__all__ = [
    "KERNELS",
    "avg_pool2d",
    "conv2d",
    "conv2d_input",
    "conv2d_loop",
    "conv2d_weight",
    "conv_transpose2d",
    "convolution_matrix",
    "flip",
    "fold",
    "max_pool2d",
    "output_size",
    "pad",
    "same_padding",
    "unfold",
]

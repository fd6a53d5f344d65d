"""The library of the executable book on convolution.

Names, arguments and results are those of :mod:`!torch.nn.functional`, :mod:`!torch.nn.grad` and
:mod:`!torch.nn.init`; arrays are NumPy's. The chapters of the book print the source.
"""

from convbook.channels import (
    REC_601,
    REC_709,
    decode_srgb,
    encode_srgb,
    frog,
    luma,
    luminance,
    share_across_channels,
)
from convbook.convolution import conv2d, conv2d_loop, flip
from convbook.initialization import (
    calculate_gain,
    fans,
    kaiming_normal,
    kaiming_uniform,
    torch_default,
    xavier_normal,
    xavier_uniform,
)
from convbook.matmul import (
    conv2d_input,
    conv2d_weight,
    conv_transpose2d,
    convolution_matrix,
    fold,
    unfold,
)
from convbook.padding import pad, same_padding
from convbook.stacking import DETECTORS, KERNELS, avg_pool2d, compose, max_pool2d, stack
from convbook.stride import Cost, Field, Layer, budget, output_size, receptive_field

__all__ = [
    "DETECTORS",
    "KERNELS",
    "REC_601",
    "REC_709",
    "Cost",
    "Field",
    "Layer",
    "avg_pool2d",
    "budget",
    "calculate_gain",
    "compose",
    "conv2d",
    "conv2d_input",
    "conv2d_loop",
    "conv2d_weight",
    "conv_transpose2d",
    "convolution_matrix",
    "decode_srgb",
    "encode_srgb",
    "fans",
    "flip",
    "fold",
    "frog",
    "kaiming_normal",
    "kaiming_uniform",
    "luma",
    "luminance",
    "max_pool2d",
    "output_size",
    "pad",
    "receptive_field",
    "same_padding",
    "share_across_channels",
    "stack",
    "torch_default",
    "unfold",
    "xavier_normal",
    "xavier_uniform",
]

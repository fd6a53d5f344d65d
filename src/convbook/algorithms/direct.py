"""The definition itself, in plain loops."""

import numpy as np

from convbook._geometry import Geometry
from convbook._problem import Problem
from convbook._typing import Array
from convbook._windows import add_zeros


def direct(problem: Problem, output: Array) -> None:
    """Run the loops for each image and each group of channels."""
    sizes, groups = problem.sizes, problem.groups
    output[...] = 0
    for image, result in zip(problem.input, output, strict=True):
        inputs = np.split(add_zeros(image, sizes.sides), groups)
        weights, outputs = np.split(problem.weight, groups), np.split(result, groups)
        for x, w, y in zip(inputs, weights, outputs, strict=True):
            six_loops(x, w, sizes, y)


def six_loops(x: Array, w: Array, sizes: Geometry, y: Array) -> None:
    """Add the convolution of one padded image to `y`, term by term."""
    (s_h, s_w), (d_h, d_w) = sizes.stride, sizes.dilation
    C_out, H_out, W_out = y.shape
    C_in, K_h, K_w = w.shape[1:]
    for o in range(C_out):
        for u in range(H_out):
            for v in range(W_out):
                for c in range(C_in):
                    for i in range(K_h):
                        for j in range(K_w):
                            row, column = s_h * u + d_h * i, s_w * v + d_w * j
                            y[o, u, v] += w[o, c, i, j] * x[c, row, column]

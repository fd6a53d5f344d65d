"""Convolutions as courses write them: stride 1, no groups, on a batch that is already padded."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convbook._typing import Array


def loops(x: Array, w: Array) -> Array:
    """Sum by the definition, in seven nested loops."""
    (N, C_in, H, W), (C_out, _, k, _) = x.shape, w.shape
    y = np.zeros((N, C_out, H - k + 1, W - k + 1), x.dtype)
    for n in range(N):
        for o in range(C_out):
            for u in range(H - k + 1):
                for v in range(W - k + 1):
                    for c in range(C_in):
                        for i in range(k):
                            for j in range(k):
                                y[n, o, u, v] += w[o, c, i, j] * x[n, c, u + i, v + j]
    return y


def windows(x: Array, w: Array) -> Array:
    """Show every window of the batch: (N, C_in, H_out, W_out, k, k)."""
    return sliding_window_view(x, w.shape[2:], axis=(2, 3))


def einsum(x: Array, w: Array) -> Array:
    """Sum over windows."""
    y: Array = np.einsum("nchwij,ocij->nohw", windows(x, w), w)
    return y


def einsum_optimized(x: Array, w: Array) -> Array:
    """Sum over windows, and let NumPy find the matrix product in it."""
    y: Array = np.einsum("nchwij,ocij->nohw", windows(x, w), w, optimize=True)
    return y


def tensordot(x: Array, w: Array) -> Array:
    """Sum over windows as a tensor product, and put the channels back in their place."""
    y = np.tensordot(windows(x, w), w, axes=((1, 4, 5), (1, 2, 3)))
    return np.ascontiguousarray(y.transpose(0, 3, 1, 2))


def fancy_im2col(x: Array, w: Array) -> Array:
    """Gather all patches with three arrays of indices, as courses with im2col do."""
    (N, C_in, H, W), (C_out, _, k, _) = x.shape, w.shape
    h, v = H - k + 1, W - k + 1
    channel, i, j = (index.reshape(-1, 1) for index in np.indices((C_in, k, k)))
    row, column = (index.reshape(1, -1) for index in np.indices((h, v)))
    patches = x[:, channel, i + row, j + column]  # (N, taps, positions)
    columns = patches.transpose(1, 2, 0).reshape(C_in * k * k, -1)
    y = (w.reshape(C_out, -1) @ columns).reshape(C_out, h, v, N)
    return np.ascontiguousarray(y.transpose(3, 0, 1, 2))


def full_im2col(x: Array, w: Array) -> Array:
    """Copy all windows into one matrix for each image, and multiply."""
    N, C_out = len(x), len(w)
    view = windows(x, w)
    h, v = view.shape[2:4]
    columns = view.transpose(0, 1, 4, 5, 2, 3).reshape(N, -1, h * v)
    y: Array = (w.reshape(C_out, -1) @ columns).reshape(N, C_out, h, v)
    return y


def whole_fft(x: Array, w: Array) -> Array:
    """Multiply the Fourier transforms of whole images and of kernels padded to their size."""
    (H, W), k = x.shape[2:], w.shape[2]
    X = np.fft.rfft2(x)
    F = np.fft.rfft2(w, (H, W)).conj()
    Y = np.einsum("nchw,ochw->nohw", X, F, optimize=True)
    return np.ascontiguousarray(np.fft.irfft2(Y, (H, W))[:, :, : H - k + 1, : W - k + 1])

"""What the page of conventions says of PyTorch and ONNX Runtime, run there."""

from typing import Any

import numpy as np
import pytest

from convbook import Layer, avg_pool2d, budget, conv2d, conv_transpose2d, max_pool2d
from requirements import need
from test_conformance import onnxruntime


def test_pytorch_counts_a_multiply_add_twice(torch: Any) -> None:
    counter = need("torch.utils.flop_counter").FlopCounterMode(display=False)
    with counter:
        torch.nn.functional.conv2d(torch.zeros(1, 3, 8, 8), torch.zeros(16, 3, 5, 5))
    work = budget([Layer(5, channels=16)], (3, 8, 8))[0].multiply_adds
    assert counter.get_total_flops() == 2 * work


@pytest.mark.parametrize("counts", [True, False])
def test_the_divisor_of_an_average(torch: Any, counts: bool) -> None:
    ones = np.ones((1, 1, 3, 3), np.float32)
    ours = avg_pool2d(ones, 2, 2, 1, count_include_pad=counts)
    theirs = torch.nn.functional.avg_pool2d(
        torch.from_numpy(ones), 2, 2, 1, count_include_pad=counts
    )
    assert (ours == theirs.numpy()).all()
    assert ours[0, 0, 0, 0] == (0.25 if counts else 1)


def test_onnx_does_not_count_zeros_unless_asked() -> None:
    ones = np.ones((1, 1, 4, 4), np.float32)
    sizes: dict[str, Any] = {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [1, 1, 1, 1]}
    silent = onnxruntime("AveragePool", {"X": ones}, **sizes)
    asked = onnxruntime("AveragePool", {"X": ones}, count_include_pad=1, **sizes)
    assert (silent == avg_pool2d(ones, 2, 2, 1, count_include_pad=False)).all()
    assert (asked == avg_pool2d(ones, 2, 2, 1)).all()


def test_a_window_that_does_not_fit_is_kept_on_request(torch: Any) -> None:
    row = np.arange(6, dtype=np.float32).reshape(1, 1, 1, 6)
    for asked in (False, True):
        theirs = torch.nn.functional.max_pool2d(
            torch.from_numpy(row), (1, 3), (1, 2), ceil_mode=asked
        )
        runtime = onnxruntime(
            "MaxPool", {"X": row}, kernel_shape=[1, 3], strides=[1, 2], ceil_mode=int(asked)
        )
        ours = max_pool2d(row, (1, 3), (1, 2), ceil_mode=asked)
        assert (ours == theirs.numpy()).all()
        assert (ours == runtime).all()


def test_a_transposed_convolution_takes_the_same_kernel(torch: Any) -> None:
    """What JAX does by default is a convolution with the kernel as it is, which differs."""
    rng = np.random.default_rng(0)
    image, kernel = (rng.integers(-3, 4, (1, 1, n, n)).astype(np.float32) for n in (3, 2))
    theirs = torch.nn.functional.conv_transpose2d(torch.from_numpy(image), torch.from_numpy(kernel))
    assert (conv_transpose2d(image, kernel) == theirs.numpy()).all()
    assert (conv2d(image, kernel, padding=1) != theirs.numpy()).any()


def test_a_function_has_no_bias_and_a_layer_has_one(torch: Any) -> None:
    assert torch.nn.Conv2d(1, 1, 3).bias is not None
    zeros = torch.nn.functional.conv2d(torch.zeros(1, 1, 3, 3), torch.ones(1, 1, 3, 3))
    assert zeros.item() == 0

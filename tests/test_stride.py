"""The stride chapter's function: output_size."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convbook import conv2d, output_size
from oracles import refused
from strategies import both, convolutions, reach


@settings(max_examples=500)
@given(
    n=st.integers(1, 40), k=st.integers(1, 9), s=st.integers(1, 9), p=st.integers(0, 9),
    d=st.integers(1, 5),
)  # fmt: skip
def test_counts_the_positions(n, k, s, p, d):
    starts = range(-p, n + p, s)
    count = sum(start + (k - 1) * d < n + p for start in starts)
    if count:
        size = output_size(n, k, s, p, d)
        assert (type(size), size) == (int, count)
        assert output_size((n, n), k, s, p, d) == (count, count)
    else:
        refused(("kernel_size", k), output_size, n, k, s, p, d)


@given(call=convolutions())
def test_is_the_size_of_conv2d(call):
    sizes = {name: call[name] for name in ("stride", "padding", "dilation")}
    size = output_size(call["input"].shape[-2:], call["weight"].shape[-2:], **sizes)
    assert size == conv2d(**call).shape[-2:]


@given(call=convolutions())
def test_is_the_shape_of_torch(torch, call):
    """On torch's meta device a shape costs no arithmetic."""
    sizes = {name: call[name] for name in ("stride", "padding", "dilation", "groups")}
    arrays = [torch.empty(call[name].shape, device="meta") for name in ("input", "weight")]
    with warnings.catch_warnings(action="ignore"):
        shape = tuple(torch.nn.functional.conv2d(*arrays, **sizes).shape[-2:])
    del sizes["groups"]
    assert output_size(call["input"].shape[-2:], call["weight"].shape[-2:], **sizes) == shape


@pytest.mark.parametrize("pair", [(5, 5), [5, 5], (np.int64(5), 5)])
@pytest.mark.parametrize("place", range(5))
def test_any_pair_gives_a_pair(place, pair):
    sizes = [5, 1, 1, 0, 1]
    pair = pair if place == 0 else type(pair)([sizes[place]] * 2)
    assert output_size(*[pair if i == place else size for i, size in enumerate(sizes)]) == (5, 5)


def test_ints_give_an_int():
    assert type(output_size(np.int32(5), np.uint8(3))) is int
    assert output_size(5, 2, padding="same") == 5
    assert output_size(5, 2, padding="valid") == 4


@pytest.mark.parametrize("name", ["input_size", "kernel_size", "stride", "padding", "dilation"])
@pytest.mark.parametrize("wrong", [-1, 1.0, True, (1, -1), (1,), (1, 2, 3), "3", None, {1, 2}])
def test_refuses_what_is_no_size(name, wrong):
    sizes = {"input_size": 5, "kernel_size": 3, name: wrong}
    refused((name, repr(wrong)), output_size, **sizes)


@pytest.mark.parametrize("name", ["input_size", "kernel_size", "stride", "dilation"])
def test_refuses_zero(name):
    refused((name, 0), output_size, **{"input_size": 5, "kernel_size": 3, name: 0})


def test_refuses_same_with_a_stride():
    refused(("padding", "stride", (2, 2)), output_size, 5, 3, stride=2, padding="same")


def test_reach_of_the_strategies_is_the_formula():
    """The strategies count with their own formula; the smallest input that fits gives size 1."""
    for k, d in np.ndindex(5, 5):
        assert output_size(reach(k + 1, d + 1), k + 1, dilation=d + 1) == 1
    assert both(3) == (3, 3)

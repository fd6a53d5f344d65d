"""How a kernel of one size meets an image of one size."""

from typing import Any, NamedTuple

from convbook import _checks
from convbook._typing import Sides
from convbook.padding import same_padding


class Geometry(NamedTuple):
    """The sizes of one convolution, checked and spelled out as pairs."""

    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    sides: Sides
    dilation: tuple[int, int]
    output_size: tuple[int, int]


def geometry(
    input_size: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any,
    argument: str = "kernel_size",
) -> Geometry:  # fmt: skip
    """Check the sizes of a convolution; `argument` is where the caller got the kernel from."""
    height, width = _checks.pair("input_size", input_size, 1)
    k_h, k_w = kernel_size = _checks.pair(argument, kernel_size, 1)
    s_h, s_w = stride = _checks.pair("stride", stride, 1)
    d_h, d_w = dilation = _checks.pair("dilation", dilation, 1)
    left, right, top, bottom = sides = _sides(padding, kernel_size, stride, dilation)
    room = height + top + bottom, width + left + right
    span = d_h * (k_h - 1) + 1, d_w * (k_w - 1) + 1
    if span[0] > room[0] or span[1] > room[1]:
        raise ValueError(
            f"{argument} must fit into the padded input of size {room}, "
            f"got {kernel_size} with dilation {dilation}, which spans {span}"
        )
    size = (room[0] - span[0]) // s_h + 1, (room[1] - span[1]) // s_w + 1
    return Geometry(kernel_size, stride, sides, dilation, size)


def _sides(
    padding: Any, kernel_size: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]
) -> Sides:
    """Spell padding out as amounts on the four sides."""
    if not isinstance(padding, str):
        p_h, p_w = _checks.pair("padding", padding, 0)
        return p_w, p_w, p_h, p_h
    _checks.choice("padding", padding, ("same", "valid"))
    if padding == "valid":
        return 0, 0, 0, 0
    if stride != (1, 1):
        raise ValueError(f'padding must not be "same" unless stride is 1, got stride {stride}')
    return same_padding(kernel_size, dilation)

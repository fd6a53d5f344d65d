"""How a kernel of one size meets an image of one size."""

from typing import Any, NamedTuple

from convbook import _checks
from convbook._typing import Sides


class Geometry(NamedTuple):
    """The sizes of one convolution, checked and spelled out as pairs."""

    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    sides: Sides
    """Zeros added on each side; a negative number cuts pixels off."""
    dilation: tuple[int, int]
    output_size: tuple[int, int]

    @property
    def span(self) -> tuple[int, int]:
        """Height and width of a window, from its first tap to its last."""
        return _span(self.kernel_size, self.dilation)


def geometry(
    input_size: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any,
    argument: str = "kernel_size",
) -> Geometry:  # fmt: skip
    """Check the sizes of a convolution; `argument` is where the caller got the kernel from.

    A dilation between the taps of one tap, and a stride beyond the last window, say nothing. They
    are set to the smallest numbers that say the same.
    """
    height, width = _checks.pair("input_size", input_size, 1)
    kernel_size = _checks.pair(argument, kernel_size, 1)
    stride = _checks.pair("stride", stride, 1)
    dilation = _checks.pair("dilation", dilation, 1)
    left, right, top, bottom = sides = _sides(padding, kernel_size, stride, dilation)
    room = height + top + bottom, width + left + right
    span = _span(kernel_size, dilation)
    if span[0] > room[0] or span[1] > room[1]:
        brief = _checks.brief
        raise ValueError(
            f"{argument} must fit into the padded input of size {brief(room)}, "
            f"got {brief(kernel_size)} with dilation {brief(dilation)}, which spans {brief(span)}"
        )
    (k_h, k_w), (d_h, d_w) = kernel_size, dilation
    free = room[0] - span[0], room[1] - span[1]  # how far the kernel can move
    return Geometry(
        kernel_size,
        stride=(min(stride[0], max(free[0] + 1, k_h)), min(stride[1], max(free[1] + 1, k_w))),
        sides=sides,
        dilation=(d_h if k_h > 1 else 1, d_w if k_w > 1 else 1),
        output_size=(free[0] // stride[0] + 1, free[1] // stride[1] + 1),
    )


def same_sides(kernel_size: tuple[int, int], dilation: tuple[int, int]) -> Sides:
    """Amounts that keep the image's size at stride 1; an odd one goes right, or to the bottom."""
    height, width = _span(kernel_size, dilation)
    rows, columns = height - 1, width - 1
    return columns // 2, columns - columns // 2, rows // 2, rows - rows // 2


def _span(kernel_size: tuple[int, int], dilation: tuple[int, int]) -> tuple[int, int]:
    (k_h, k_w), (d_h, d_w) = kernel_size, dilation
    return d_h * (k_h - 1) + 1, d_w * (k_w - 1) + 1


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
        raise ValueError(
            f'padding must not be "same" unless stride is 1, got stride {_checks.brief(stride)}'
        )
    return same_sides(kernel_size, dilation)

"""What is measured: convolutions of square images with square kernels, by name."""

from typing import Any, NamedTuple


class SizedLayer(NamedTuple):
    """A convolution; an odd kernel at stride 1 keeps the size of the image."""

    batch: int
    c_in: int
    side: int
    c_out: int
    k: int
    stride: int = 1
    groups: int = 1

    @property
    def name(self) -> str:
        """What tables and the recorded JSON call it."""
        name = f"{self.batch}x{self.c_in}x{self.side} to {self.c_out}, {self.k}x{self.k}"
        name += f", stride {self.stride}" if self.stride > 1 else ""
        return name + (f", {self.groups} groups" if self.groups > 1 else "")

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """The shape of the images."""
        return self.batch, self.c_in, self.side, self.side

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """The shape of the kernels."""
        return self.c_out, self.c_in // self.groups, self.k, self.k

    @property
    def output_shape(self) -> tuple[int, int, int, int]:
        """The shape of the result."""
        side = (self.side + 2 * self.padding - self.k) // self.stride + 1
        return self.batch, self.c_out, side, side

    @property
    def padding(self) -> int:
        """Zeros on each side."""
        return self.k // 2

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of conv2d besides the arrays."""
        return {"stride": self.stride, "padding": self.padding, "groups": self.groups}

    @property
    def flops(self) -> int:
        """Multiplications and additions by the definition, counted separately."""
        n, c_out, h, w = self.output_shape
        return 2 * n * c_out * h * w * self.c_in // self.groups * self.k**2


RESNET = [
    SizedLayer(batch, channels, side, channels, 3)
    for batch in (1, 8)
    for channels, side in ((64, 56), (128, 28), (256, 14), (512, 7))
]
LADDER = RESNET[0]
TOYS = [SizedLayer(1, 1, 28, 16, 5), SizedLayer(32, 1, 28, 16, 5)]

LAYERS = {
    "resnet": RESNET,
    "vgg": [SizedLayer(1, 3, 224, 64, 3), SizedLayer(1, 64, 224, 64, 3)],
    "pointwise": [
        SizedLayer(1, 64, 56, 256, 1),
        SizedLayer(1, 256, 56, 64, 1),
        SizedLayer(1, 512, 28, 128, 1),
        SizedLayer(1, 2048, 7, 512, 1),
    ],
    "strided": [SizedLayer(1, 128, 56, 128, 3, 2)],
    "stem": [SizedLayer(1, 3, 224, 64, 7, 2)],
    "kernels": [
        *(SizedLayer(1, 64, 56, 64, k) for k in (5, 7, 11, 15)),
        SizedLayer(1, 32, 64, 32, 5),
    ],
    "depthwise": [SizedLayer(1, c, side, c, 3, 1, c) for c, side in ((64, 56), (512, 14))],
    "images": [
        *(SizedLayer(1, 1, 512, 1, k) for k in (3, 5, 7, 9, 11, 15, 31, 63)),
        SizedLayer(1, 1, 1024, 1, 31),
    ],
    "toy": TOYS,
}
"""The benchmark set."""

GROWTH = {
    "growth of the side": [SizedLayer(1, 64, side, 64, 3) for side in (4, 7, 14, 28, 56, 112, 224)],
    "growth of the channels": [
        SizedLayer(1, c, 56, c, 3) for c in (1, 2, 4, 8, 16, 32, 64, 128, 256)
    ],
    "growth of the kernel": [SizedLayer(1, 64, 56, 64, k) for k in (1, 3, 5, 7, 9, 11, 13, 15)],
    "map": [
        SizedLayer(1, c, 56, c, k)
        for k in (1, 3, 5, 7, 9, 11, 15)
        for c in (1, 4, 16, 64, 128, 256)
    ],
}
"""Series of layers, of which some are in the benchmark set, too."""

GROUPS = LAYERS | GROWTH

SHORT = [
    *RESNET,
    SizedLayer(1, 3, 224, 64, 7, 2),
    SizedLayer(1, 64, 56, 64, 7),
    SizedLayer(1, 64, 56, 64, 3, 1, 64),
    SizedLayer(1, 1, 512, 1, 11),
]
"""A minute's selection."""


def selected(words: list[str]) -> list[SizedLayer]:
    """Return the layers of some groups, or whose name holds a word; each once, all if no word."""
    everything = {layer.name: layer for group in GROUPS.values() for layer in group}
    found: dict[SizedLayer, None] = {}
    for word in words or GROUPS:
        by_name = [everything[word]] if word in everything else []
        partly = [layer for name, layer in everything.items() if word in name]
        found |= dict.fromkeys(GROUPS.get(word) or by_name or partly)
    return list(found)

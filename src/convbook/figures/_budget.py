"""What the layers of a network cost: as a drawing, and as a bench where they can be changed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convbook import Layer, budget, receptive_field
from convbook.figures._explorable import Explorable
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import Mark, by
from convbook.figures._panel import Panel
from convbook.stride import Cost

Network = tuple[tuple[int, int, int], Sequence[Layer]]


def _same(channels: Sequence[int]) -> list[Layer]:
    """Stack 3×3 convolutions that keep the size."""
    return [Layer(3, 1, 1, channels=c) for c in channels]


def _dense(*channels: int, first: int) -> list[Layer]:
    """Return dense layers; the first reads a whole image of a size."""
    sizes = [first, *(len(channels) - 1) * [1]]
    return [Layer(size, channels=c) for size, c in zip(sizes, channels, strict=True)]


def _vgg16() -> list[Layer]:
    """Return VGG-16, as table 1 of its paper describes it."""
    blocks = ([c] * n for c, n in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)))
    layers = [layer for block in blocks for layer in (*_same(block), Layer(2, 2))]
    return layers + _dense(4096, 4096, 1000, first=7)


def _alexnet() -> list[Layer]:
    """Return AlexNet in the one-column version that torchvision has."""
    pool = Layer(3, 2)
    return [
        Layer(11, 4, 2, channels=64), pool, Layer(5, 1, 2, channels=192), pool,
        *_same([384, 256, 256]), pool, *_dense(4096, 4096, 1000, first=6),
    ]  # fmt: skip


def _plain34() -> list[Layer]:
    """Return the 34 layers of ResNet-34 without its shortcuts, biases and normalisation."""
    layers = [Layer(7, 2, 3, channels=64, bias=False), Layer(3, 2, 1)]
    for number, (channels, count) in enumerate(((64, 6), (128, 8), (256, 12), (512, 6))):
        for k in range(count):
            stride = 2 if number and not k else 1
            layers.append(Layer(3, stride, 1, channels=channels, bias=False))
    return [*layers, Layer(7), Layer(1, channels=1000)]


def _mobilenet() -> list[Layer]:
    """Return MobileNet without normalisation: depthwise layers and 1×1 layers in turn."""
    layers, arriving = [Layer(3, 2, 1, channels=32, bias=False)], 32
    strides = [1, 2, 1, 2, 1, 2, *5 * [1], 2, 1]
    widths = [64, 128, 128, 256, 256, *6 * [512], 1024, 1024]
    for stride, width in zip(strides, widths, strict=True):
        layers.append(Layer(3, stride, 1, channels=arriving, groups=arriving, bias=False))
        layers.append(Layer(1, channels=width, bias=False))
        arriving = width
    return [*layers, Layer(7), Layer(1, channels=1000)]


NETWORKS: Mapping[str, Network] = {
    "LeNet-5": (
        (1, 32, 32),
        [Layer(5, channels=6), Layer(2, 2), Layer(5, channels=16), Layer(2, 2),
         *_dense(120, 84, 10, first=5)],
    ),
    "AlexNet": ((3, 224, 224), _alexnet()),
    "VGG-16": ((3, 224, 224), _vgg16()),
    "ResNet-34, plain": ((3, 224, 224), _plain34()),
    "MobileNet": ((3, 224, 224), _mobilenet()),
}  # fmt: skip


COSTS = {"activations": "output", "multiply-adds": "gradient", "parameters": "kernel"}
"""What a layer costs, and the role of its bars."""


@drawing
def network_budget(names: Sequence[str], costs: Sequence[Cost]) -> Figure:
    """Draw activations, multiply-adds and parameters of each layer of a network as bars.

    Parameters
    ----------
    names : sequence of str
        What each layer is.
    costs : sequence of Cost
        What each layer costs, in the same order.
    """
    fig = Figure()
    ax = fig.panel(24, len(costs) + 2.9)
    for row, (name, cost) in enumerate(zip(names, costs, strict=True)):
        ax.note(name, (0.1, row + 2.95), ha="left", size="small")
        ax.note(by(cost.shape), (8.6, row + 2.95), ha="right", size="small")
    fig.say("Bars for the layers of a network, from the image down, with the shape of each output.")
    places = (9.3, 13.9, 19.5), (0.75, 1.75, 2.95)
    for bars in _draw_costs(ax, costs, *places):
        bars.derive(all=lambda values: values.sum() / 1e6, most=lambda values: values.max() / 1e6,
                    layer=lambda values: int(np.argmax(values)) + 1)  # fmt: skip
        fig.say("{0:name}: {0:all ,.1f} million, {0:most ,.1f} of them in layer {0:layer}.", bars)
    return fig


def _draw_costs(
    ax: Panel, costs: Sequence[Cost], across: Sequence[float], down: Sequence[float]
) -> list[Mark]:
    """Draw a column of bars for each sort of costs, below its name and its sum."""
    ax.note("in all", (0.1, down[1]), ha="left", size="small")
    marks = []
    for x, (name, role) in zip(across, COSTS.items(), strict=True):
        values = np.array([getattr(cost, name.replace("-", "_")) for cost in costs])
        ax.note(name, (x, down[0]), role=role, ha="left", size="small")
        ax.note(_short(values.sum()), (x, down[1]), ha="left", size="small")
        marks.append(ax.bars(values, role=role, name=name, at=(x, down[2]),
                             unit=3.8 / values.max()))  # fmt: skip
    return marks


@drawing
def budget_bench(layers: Sequence[Layer], input_shape: tuple[int, int, int]) -> Figure:
    """Show what a few layers cost; in the page they can be changed, added and taken away.

    Parameters
    ----------
    layers : sequence of Layer
        The network, from the image upwards, with square kernels.
    input_shape : tuple of int
        Channels, height and width of the image.
    """
    costs, fields = budget(layers, input_shape), receptive_field(layers)
    settings = {
        "label": "a column of layers and their costs",
        "image": "x".join(map(str, input_shape)),
        "layers": ",".join(map(_written, layers)),
        "which": "0",
        "networks": {
            name: {"image": "x".join(map(str, image)), "layers": ",".join(map(_written, net))}
            for name, (image, net) in NETWORKS.items()
        },
    }
    fig = Explorable("budget", settings, (43, 65))
    ax = fig.panel(24, len(costs) + 2.3)
    _draw_costs(ax, costs, (9.3, 13.8, 19.6), (0.6, 1.5, 2.65))
    fig.marks["activations"].derive(image=by(input_shape))
    fig.say("{activations:count} layers on an image of {activations:image}, with bars for their "
            "costs.")  # fmt: skip
    for row, (layer, cost, field) in enumerate(zip(layers, costs, fields, strict=True)):
        ax.note(_called(layer), (0.1, row + 2.65), ha="left", size="small")
        mark = ax.note(
            by(cost.shape), (8.9, row + 2.65), ha="right", size="small", name=f"layer {row}"
        )
        mark.derive(kind=_called(layer), sees=field.size, **cost._asdict())
        fig.say("{0:kind} makes {0:item}: {0:activations ,d} activations, {0:multiply_adds ,d} "
                "multiply-adds, {0:parameters ,d} parameters; each output sees {0:sees} pixels.",
                mark)  # fmt: skip
    fig.say("On the web page the layers can be changed.")
    return fig


def _written(layer: Layer) -> str:
    """Write a layer as a link does: c64k3s2p1 for 64 kernels of 3×3, mk2s2 for a pooling."""
    k, s, p, d, channels, groups, bias = layer
    sizes = {"s": (s, 1), "p": (p, 0), "d": (d, 1), "g": (groups, 1)}
    unusual = (f"{name}{size}" for name, (size, usual) in sizes.items() if size != usual)
    return (f"c{channels}" if channels else "m") + f"k{k}{''.join(unusual)}{'' if bias else 'n'}"


def _called(layer: Layer) -> str:
    """Name a layer shortly."""
    kind = "" if layer.channels else "pool "
    step = f" / {layer.stride}" if layer.stride != 1 else ""
    return f"{kind}{layer.kernel_size}×{layer.kernel_size}{step}"


def _short(number: Any) -> str:
    """Write a count with three digits at most and its thousands as a letter."""
    for unit, letter in (1e9, " G"), (1e6, " M"), (1e3, " k"):
        if number >= unit:
            return f"{number / unit:.3g}{letter}"
    return f"{number}"

"""The depth curve: signal, difference and gradient from layer to layer, to be touched."""

from typing import Any, Literal

import numpy as np

from convbook import conv2d, flip, pad, torch_default
from convbook._typing import Array
from convbook.figures._explorable import Explorable
from convbook.figures._figure import Figure, drawing

Activation = Literal["relu", "leaky relu", "tanh", "none"]

CODE = [
    "import numpy as np",
    "from convbook import conv2d, pad",
    "rng = np.random.default_rng(0)",
    "x, n = rng.standard_normal((2, {width}, 8, 8)), 9 * {width}",
    "for _ in range({depth}):",
    "    weight = rng.uniform(-1, 1, ({width}, {width}, 3, 3)) * np.sqrt(3 * {variance} / n)",
    "    bias = {bias}",
    '    z = conv2d(pad(x, (1, 1, 1, 1), mode="circular"), weight, bias)',
    "    x = {activation}",
    "(z**2).mean(), ((z[0] - z[1]) ** 2).mean() / 2",
]
ACTIVATIONS = {
    "relu": "np.maximum(z, 0)",
    "leaky relu": "np.where(z > 0, z, 0.2 * z)",
    "tanh": "np.tanh(z)",
    "none": "z",
}
BIASES = {"true": "rng.uniform(-1, 1, len(weight)) / np.sqrt(n)", "false": "None"}

NAMES = {"signal": "signal", "difference": "what two\ninputs\ndiffer in", "gradient": "gradient"}
ROLES = {"signal": "output", "difference": "kernel", "gradient": "gradient"}


def activate(z: Array, activation: Activation) -> Array:
    """Apply an activation."""
    functions: Any = {
        "relu": lambda z: np.maximum(z, 0),
        "leaky relu": lambda z: np.where(z > 0, z, 0.2 * z),
        "tanh": np.tanh,
        "none": lambda z: z,
    }
    result: Array = functions[activation](z)
    return result


def slope(z: Array, activation: Activation) -> Array:
    """Return the derivative of an activation."""
    slopes: Any = {
        "relu": lambda z: 1.0 * (z > 0),
        "leaky relu": lambda z: np.where(z > 0, 1, 0.2),
        "tanh": lambda z: 1 - np.tanh(z) ** 2,
        "none": np.ones_like,
    }
    result: Array = slopes[activation](z)
    return result


def follow(
    inputs: Array,
    gradient: Array,
    layers: list[tuple[Array, Array]],
    activation: Activation = "relu",
) -> dict[str, list[float]]:
    """Measure mean squares in a net on rings, from its input to its last layer.

    Parameters
    ----------
    inputs : ndarray of shape (2, C, H, W)
        Two inputs.
    gradient : ndarray of shape (C, H, W)
        Gradient with respect to the last layer's activations.
    layers : list of pair of ndarray
        Weight (C, C, 3, 3) and bias (C,) of each layer.
    activation : str
        What follows each layer.

    Returns
    -------
    dict of list of float
        "signal": of the sums; "difference": half that of what the two inputs differ in;
        "gradient": that of the first input, with respect to what each layer reads, and last the
        given one.
    """
    sums = [inputs]
    for weight, bias in layers:
        x = activate(sums[-1], activation) if len(sums) > 1 else inputs
        sums.append(conv2d(pad(x, (1, 1, 1, 1), mode="circular"), weight, bias))
    back = [gradient]
    for (weight, _), z in zip(layers[::-1], sums[:0:-1], strict=True):
        gated = pad(back[0] * slope(z[0], activation), (1, 1, 1, 1), mode="circular")
        back.insert(0, conv2d(gated, flip(weight).swapaxes(0, 1)))
    return {
        "signal": [float((z**2).mean()) for z in sums],
        "difference": [float(((z[0] - z[1]) ** 2).mean() / 2) for z in sums],
        "gradient": [float((g**2).mean()) for g in back],
    }


def _draws(depth: int, width: int, count: int) -> dict[str, Array]:
    """Follow a few nets with PyTorch's start; arrays are (draw, layer)."""
    found = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        inputs, gradient = rng.standard_normal((2, width, 8, 8)), rng.standard_normal((width, 8, 8))
        shape = (width, width, 3, 3)
        layers = [torch_default(shape, rng=rng) for _ in range(depth)]
        found.append(follow(inputs, gradient, layers))
    return {name: np.array([one[name] for one in found]) for name in ROLES}


@drawing
def depth_curve(depth: int = 12, width: int = 16, draws: int = 20) -> Figure:
    """Draw signal, difference and gradient in nets with PyTorch's start, layer by layer.

    In the page depth, width, activation, variance and biases can be changed.

    Parameters
    ----------
    depth, width : int
        Layers, and channels of each.
    draws : int
        Nets that are drawn; lines are medians, bands reach from the lowest to the highest.
    """
    curves = _draws(depth, width, draws)
    settings = {
        "label": "a net of many layers", "depth": str(depth), "width": str(width), "draws": draws,
        "activation": "relu", "variance": f"{1 / 3:.12g}", "bias": "true",
        "code": CODE, "activations": ACTIVATIONS, "biases": BIASES,
    }  # fmt: skip
    fig = Explorable("depth", settings, (48, 55.5))
    plot = fig.plot(0.68)
    plot.ax.set(yscale="log", xlim=(0, depth), xticks=range(0, depth + 1, 2), xlabel="layer",
                ylabel="mean square")  # fmt: skip
    plot.ax.grid(axis="y")
    fig.say("Lines over layers on a logarithmic scale.")
    for name, values in curves.items():
        mark = plot.curve(range(depth + 1), values, role=ROLES[name], name=name, band=1.0)
        plot.note(NAMES[name], (depth * 1.03, mark.values[-1]), role=ROLES[name], ha="left")
        mark.derive(nets=draws, width=width, depth=depth)
        end = "{0:first .1e} at the first" if name == "gradient" else "{0:last .1e} at the last"
        fig.say("{0:name}: " + end + " layer.", mark)
    fig.say("The line is the {0:middle} of {0:nets} nets of {0:width} channels and {0:depth} "
            "layers with PyTorch's start, the band holds {0:band} of them. The signal levels off, "
            "the difference falls to nothing, and the gradient falls to nothing towards the first "
            "layer. In the page on the web depth, width, activation and start can be changed.",
            mark)  # fmt: skip
    return fig

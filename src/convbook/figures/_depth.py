"""Signal, difference and gradient from layer to layer; one figure of them can be touched."""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from convbook import conv2d, flip, pad, torch_default
from convbook._typing import Array
from convbook.figures._explorable import Explorable
from convbook.figures._figure import Figure, drawing
from convbook.figures._plot import Plot

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


FUNCTIONS: dict[Activation, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "relu": (lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0)),
    "leaky relu": (lambda z: np.where(z > 0, z, 0.2 * z), lambda z: np.where(z > 0, 1, 0.2)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "none": (lambda z: z, np.ones_like),
}
"""Each activation, and its derivative."""


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
    activate, slope = FUNCTIONS[activation]
    sums = [inputs]
    for weight, bias in layers:
        x = activate(sums[-1]) if len(sums) > 1 else inputs
        sums.append(conv2d(pad(x, (1, 1, 1, 1), mode="circular"), weight, bias))
    back = [gradient]
    for (weight, _), z in zip(layers[::-1], sums[:0:-1], strict=True):
        gated = pad(back[0] * slope(z[0]), (1, 1, 1, 1), mode="circular")
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
            "layer. On the web page depth, width, activation and start can be changed.",
            mark)  # fmt: skip
    return fig


@drawing
def decay(levels: Mapping[str, Array], factors: Mapping[str, float]) -> Figure:
    """Draw the mean square after each layer beside what theory says.

    Parameters
    ----------
    levels : mapping of str to ndarray of shape (seeds, layers + 1)
        Mean squares of at most four starts, from the input on.
    factors : mapping of str to float
        What theory says that a layer multiplies by, for each start.
    """
    fig = Figure()
    plot = fig.plot(0.72)
    fig.say("Lines on a logarithmic scale: the mean square after each layer, beside a dashed "
            "straight line of theory. All start at the same point.")  # fmt: skip
    for (name, level), role in zip(
        levels.items(), ("output", "gradient", "negative", "kernel"), strict=True
    ):
        layers = np.arange(level.shape[1])
        theory = factors[name] ** layers
        mark = plot.curve(layers, level, role=role, name=name, band=1.0)
        plot.line(layers, theory, role="ink", width=1, linestyle=(0, (2, 2)))
        plot.note(name, (layers[-1] + 0.4, theory[-1]), role=role, ha="left")
        fig.say("{0:name} ends at {0:last .1e}.", mark.derive(seeds=len(level)))
    fig.say("The line is the {0:middle} of {0:seeds} seeds, the band holds {0:band} of them.", mark)
    _log_axes(plot, layers[-1])
    return fig


@drawing
def hidden_collapse(
    levels: Mapping[str, Array], differences: Mapping[str, Array], floor: float
) -> Figure:
    """Draw the signal's mean square and that of the difference of two inputs, layer by layer.

    Parameters
    ----------
    levels, differences : mapping of str to ndarray of shape (seeds, layers + 1)
        Mean squares of the signal and of what differs between two inputs, for each start.
    floor : float
        Where theory says that the signal of the first start comes to rest.
    """
    fig = Figure()
    fig.say("Plots side by side on one logarithmic scale: the signal, and the difference that a "
            "pair of inputs makes.")  # fmt: skip
    for plot, name in zip(fig.plots(len(levels), 1.05), levels, strict=True):
        last = levels[name].shape[1] - 1
        for values, role, what in (
            (levels[name], "output", "signal"), (differences[name], "kernel", "difference")
        ):  # fmt: skip
            mark = plot.curve(range(last + 1), values, role=role, name=f"{what}, {name}", band=1.0)
            above = what == "signal"
            place = (
                (last, mark.values[-1] * 6) if above else (0.5 * last, mark.values[last // 2] / 15)
            )
            plot.note(what, place, role=role, ha="right")
            fig.say("{0:name}: {0:last .1e} at the end.", mark.derive(seeds=len(values)))
        plot.title(name, bold=True)
        _log_axes(plot, last)
    first = fig.rows[0][0]
    assert isinstance(first, Plot)
    first.level(floor, name="floor")
    first.note("the floor", (last, floor / 6), ha="right", role="quiet")
    fig.say("The lines are {0:middle}s of {0:seeds} seeds. On the left the signal levels off at a "
            "dashed line, the floor at {floor:item .1e}, while the difference falls in a straight "
            "line; on the right both stay high.", mark)  # fmt: skip
    return fig


def _log_axes(plot: Plot, layers: int) -> None:
    """Label the powers of ten and the layers."""
    powers = range(-10, 1, 2)
    plot.ax.set(yscale="log", xlim=(0, layers), ylim=(10**-10.4, 10**0.9), xlabel="layer")
    plot.ax.set_yticks([10.0**power for power in powers], [_power(power) for power in powers])
    plot.ax.minorticks_off()
    plot.ax.set_xticks(range(0, layers + 1, 2))
    plot.ax.set_ylabel("mean square")
    plot.ax.grid(axis="y")


def _power(exponent: int) -> str:
    """Write a power of ten with raised digits, which need no second font size."""
    raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if exponent else "1"

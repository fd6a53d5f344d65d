"""The figure of the spreadsheet twin, in the chapter on stacking."""

from matplotlib.axes import Axes

from convbook.figures import _draw as draw
from convbook.figures._figure import Figure, drawing
from convbook.figures._palette import LIGHT
from convbook.figures.spreadsheet._layout import BLOCKS
from convbook.figures.spreadsheet._network import Floats, Network

WIDTH, HEIGHT = 66.0, 131.0


@drawing
def sheet_traced(network: Network, row: int, column: int) -> Figure:
    """Show all layers of the sheet's network, and what one pooled number depends on."""
    planes = network.planes()
    probabilities = planes["probabilities"][:, 0]
    answer = int(probabilities.argmax())
    fig = Figure(5.0, 5.0 * HEIGHT / WIDTH)
    ax = draw.canvas(fig, WIDTH, HEIGHT)
    stages = (
        ("input", ["image"], 6, 3.5), ("convolution 1 and ReLU", ["conv1_0", "conv1_1"], 4, 37),
        ("convolution 2 and ReLU", ["conv2_0", "conv2_1"], 2, 68.5),
        ("max-pooling", ["pooled_0", "pooled_1"], 1, 98),
    )  # fmt: skip
    place = {6: (2 * row, 2 * column), 4: (2 * row, 2 * column), 2: (2 * row, 2 * column)}
    place[1] = row, column
    for title, names, seen, top in stages:
        role = "input" if names == ["image"] else "output"
        shape = " × ".join(map(str, (len(names), *planes[names[0]].shape)))
        draw.label(ax, 1, top - 1.8, f"{title}, {shape}", role, ha="left", fontweight="bold")
        group = [planes[name] for name in names]
        largest = max(float(plane.max()) for plane in group)
        for x, name in zip((1, 36), names, strict=False):
            _draw_plane(fig, planes[name], (x, top), largest)
            block = BLOCKS[name]
            if seen > 2 or name.endswith("_0"):
                y, at = top + place[seen][0], x + place[seen][1]
                draw.frame(ax, (at, y), seen, seen, "kernel")
            if name.startswith("pooled"):
                draw.label(ax, x + 13.5, top + 3, f"{name}\n{block.range}", ha="left", va="top")
    draw.label(
        ax, 31, 4.5,
        f"The number {planes['pooled_0'][row, column]:.1f} in the\nlast frame depends on\n"
        "2 × 2 numbers of layer 2,\n4 × 4 of each map of layer 1,\n6 × 6 pixels.",
        "kernel", ha="left", va="top", linespacing=1.5,
    )  # fmt: skip
    _draw_probabilities(ax, probabilities, 118)
    fig.alt = (
        "From top to bottom the arrays of the spreadsheet: a three drawn in 28 by 28 pixels; two "
        "maps of 26 by 26, one bright at the upper sides of its strokes, one at the left sides; "
        "two maps of 24 by 24, one for flat and one for upright strokes; two pooled maps of 12 by "
        f"12. The pooled number {planes['pooled_0'][row, column]:.1f} at row {row}, column "
        f"{column} is framed, and so is what it depends on: 2 by 2, 4 by 4 in both maps, 6 by 6 "
        f"pixels. At the bottom ten bars: the {answer} has {probabilities[answer]:.1%}."
    )
    return fig


def _draw_plane(fig: Figure, plane: Floats, at: tuple[float, float], largest: float) -> None:
    """Draw a plane in the scale of the canvas, bright for large numbers, black for zero."""
    height, width = plane.shape
    x, y = at[0] / WIDTH, 1 - (at[1] + height) / HEIGHT
    inset = fig.add_axes((x, y, width / WIDTH, height / HEIGHT), zorder=-1)
    draw.draw_image(inset, plane, low=0, high=largest)


def _draw_probabilities(ax: Axes, probabilities: Floats, top: float) -> None:
    """Draw ten bars and write the largest probability on its bar."""
    draw.label(ax, 1, top - 3.6, "softmax, 10", "output", ha="left", fontweight="bold")
    ax.plot([1, 65], [top + 8.5, top + 8.5], color=LIGHT["line"], linewidth=1)
    for digit, probability in enumerate(probabilities):
        x, height = 2 + 6.3 * digit, 7 * float(probability)
        draw.box(ax, (x, top + 8.5 - height), 4.5, height, "output", 0.5)
        draw.label(ax, x + 2.25, top + 10.6, str(digit))
    best = int(probabilities.argmax())
    draw.label(ax, 4.25 + 6.3 * best, top - 0.4, f"{probabilities[best]:.1%}", "output")

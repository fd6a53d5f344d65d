"""The figure of the spreadsheet twin, in the chapter on stacking."""

from convbook.figures._figure import Figure, drawing
from convbook.figures._panel import Panel
from convbook.figures.spreadsheet._layout import AREAS
from convbook.figures.spreadsheet._network import Floats, Network

TIMES = "\N{MULTIPLICATION SIGN}"


@drawing
def sheet_traced(network: Network, row: int, column: int) -> Figure:
    """Show all layers of the sheet's network, and what one pooled number depends on.

    Parameters
    ----------
    network : Network
        The network and its image.
    row, column : int
        Place of the number in the first pooled map.
    """
    planes = network.planes()
    corner = 2 * row, 2 * column
    fig = Figure()
    image, words = fig.row((30, 32), (30, 14))
    _draw_plane(image, "image", planes, corner, 6)
    number = planes["pooled_0"][row, column]
    said = (
        f"The number {number:.1f} in the\nlast frame depends on\n2 {TIMES} 2 numbers of layer 2,\n"
        f"4 {TIMES} 4 of each map of layer 1,\n6 {TIMES} 6 pixels."
    )
    mark = words.note(said, (1, 6), role="kernel", ha="left", name="traced", values=number)
    mark.derive(row=row, column=column)
    maps = {"conv1_0": 4, "conv1_1": 4, "conv2_0": 2, "conv2_1": 0}
    for panel, (name, seen) in zip(fig.row(*[(27, 32)] * 4), maps.items(), strict=True):
        _draw_plane(panel, name, planes, corner, seen)
    *pooled, chances = fig.row((14, 19), (14, 19), (32, 19))
    for panel, name, seen in zip(pooled, ("pooled_0", "pooled_1"), (1, 0), strict=True):
        _draw_plane(panel, name, planes, (row, column), seen)
    _draw_probabilities(chances, planes["probabilities"][:, 0])
    fig.say("From top to bottom the arrays of the spreadsheet: a digit drawn in {image:size} "
            "pixels; maps of {conv1_0:size}, one bright at the upper sides of its strokes, one at "
            "the left sides; maps of {conv2_0:size}, one for flat and one for upright strokes; "
            "pooled maps of {pooled_0:size}. The pooled number {traced:item .1f} at row "
            "{traced:row}, column {traced:column} is framed, and so is what it depends on: "
            "{conv2_0:seen}, {conv1_0:seen} in both maps, {image:seen} pixels. At the bottom "
            "bars: the digit {probabilities:digit} has {probabilities:max .1%}.")  # fmt: skip
    return fig


def _draw_plane(
    ax: Panel, name: str, planes: dict[str, Floats], corner: tuple[int, int], seen: int
) -> None:
    """Draw a plane, bright for large numbers, black for zero, and frame what is seen."""
    plane = planes[name]
    layer = [planes[other] for other in planes if other.startswith(name.partition("_")[0])]
    top = ax.ax.get_ylim()[0] - len(plane) - 0.5
    largest = max(float(other.max()) for other in layer)
    mark = ax.picture(plane, role="image", name=name, at=(0.5, top), low=0, high=largest)
    words = f"{name}, {' × '.join(map(str, plane.shape))}\n{AREAS[name].range}"
    ax.note(words, (0.5, top - 0.8), ha="left", va="bottom", size="small")
    if seen:
        place = 0.5 + corner[1], top + corner[0]
        ax.frame(place, (seen, seen), role="kernel", name=f"frame in {name}")
        mark.derive(seen=f"{seen} by {seen}")


def _draw_probabilities(ax: Panel, probabilities: Floats) -> None:
    """Draw ten bars and write the largest probability on its bar."""
    best = int(probabilities.argmax())
    bars = ax.bars(-probabilities, role="output", name="probabilities", at=(3, 15.5), unit=9,
                   pitch=2.9, width=2, upright=True)  # fmt: skip
    bars.derive(digit=best, max=probabilities.max())
    ax.line([1, 31], [15.5, 15.5], role="line", width=1)
    for digit in range(len(probabilities)):
        ax.note(f"{digit}", (3 + 2.9 * digit, 17), size="small")
    ax.note("softmax", (1, 1), role="output", ha="left")
    ax.note(f"{bars:max .1%}", (3 + 2.9 * best, 5.5), role="output", size="small")

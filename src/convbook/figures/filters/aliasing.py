"""What a stride makes of fine stripes."""

from collections.abc import Mapping, Sequence

from convbook._typing import Array
from convbook.figures._blocks import tinted, title
from convbook.figures._figure import Figure, drawing


@drawing
def aliasing(photo: Array, weight: Array, maps: Mapping[str, Sequence[Array]]) -> Figure:
    """Show a filter's map at some strides, of a photograph and of the same moved by a pixel.

    Parameters
    ----------
    photo : ndarray of shape (H, W, 3)
        Photograph.
    weight : ndarray of shape (3, K, K)
        Filter.
    maps : mapping of str to pair of ndarray of shape (H', W')
        By stride, the map and that of the moved photograph, all on one scale.
    """
    fig = Figure()
    left, right = fig.row((4.6, 5.6), (4.6, 5.6))
    left.picture(photo, role="colour", name="photograph", at=(0.05, 1), size=(4.5, 4.5))
    title(left, "photograph", (2.3, 1))
    size = 4.5 * weight.shape[-1] / photo.shape[0]
    right.picture(tinted(weight, float(abs(weight).max())), role="colour", name="filter",
                  at=(0.05, 1), size=(1.8, 1.8))  # fmt: skip
    title(right, "filter", (0.95, 1))
    right.box((0.05, 3.2), (size, size), role="ink", strength=0)
    right.note("its true size", (0.05 + size + 0.2, 3.2 + size / 2), ha="left", size="small")
    high = float(max(abs(pair[0]).max() for pair in maps.values()))
    rows = [{name: pair[0] for name, pair in maps.items()},
            {f"{name}, moved": pair[1] for name, pair in maps.items()}]  # fmt: skip
    for row in rows:
        fig.pictures(row, columns=3, low=-high, high=high)
    fig.say("A photograph with fine stripes, a filter of fine stripes, and maps of the one seen "
            "through the other, also with the photograph moved by a pixel.")  # fmt: skip
    first, *_, last = zip(*rows, strict=True)
    fig.say("{0:name} and {1:name}: the same steep stripes.",
            *(fig.marks[name] for name in first))  # fmt: skip
    fig.say("{0:name} and {1:name}: broad level stripes, which are in neither the photograph nor "
            "the filter, and black and white have changed places.",
            *(fig.marks[name] for name in last))  # fmt: skip
    return fig


@drawing
def aliased(shares: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw which share of each filter's map is alias, a panel for each stride, a row for each size.

    Parameters
    ----------
    shares : mapping of str to mapping of str to ndarray of shape (filters,)
        Shares by size, by stride.
    """
    fig = Figure()
    fig.say("Strips of dots, a dot for each filter, on a scale of the share that is alias.")
    for plot, (stride, sizes) in zip(fig.plots(len(shares), 0.62), shares.items(), strict=True):
        for y, (size, share) in enumerate(sizes.items()):
            strip = plot.strip(y, share, role="kernel", name=f"{size}, {stride}", band=0.5)
            plot.note(f"{size}: median {strip:median .0%}", (0, y - 0.42), ha="left", va="bottom")
            fig.say("{0:name}: median {0:median .0%}, {0:band} of them on the bar.", strip)
        plot.ax.set(xlim=(0, 1), ylim=(len(sizes) - 0.5, -0.9), yticks=[], title=stride)
        plot.ax.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"])
        plot.ax.spines["left"].set_visible(False)
    return fig

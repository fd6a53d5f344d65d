"""Figures of the chapter "What do the filters learn?"."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import to_rgb

from convbook._typing import Array
from convbook.figures import _draw as draw
from convbook.figures._figure import Figure, drawing
from convbook.figures._palette import LIGHT
from convbook.filters import FILTER_KINDS

ARROW = "\N{RIGHTWARDS ARROW}"


@drawing
def nine_filters(filters: Array, kinds: Sequence[str]) -> Figure:
    """Show nine colour filters large, each with its kind."""
    fig = Figure(5.0, 5.7)
    for place, (weight, kind) in enumerate(zip(filters, kinds, strict=True)):
        row, column = divmod(place, 3)
        x, bottom = 0.005 + 0.337 * column, 0.715 - 0.333 * row
        ax = fig.add_axes((x, bottom, 0.31, 0.272))
        draw.draw_image(ax, _tinted(weight))
        fig.text(x, bottom - 0.025, kind, fontsize=11.5, va="center")
    told = ", ".join(f"{count} named {kind}" for kind, count in Counter(kinds).items())
    fig.alt = (
        f"Nine colour tiles of {_size(filters)} pixels: {told}. Edges are bright beside dark, "
        "gratings grey stripes, colour blobs one plain colour, opponent edges one colour beside "
        "another."
    )
    return fig


@drawing
def by_hand(image: Array, outputs: Array, pooled: int, unpooled: Array, projected: Array) -> Figure:
    """Draw the running example on its way up to one number, and back down to the pixels."""
    fig = Figure(5.0, 3.9)
    ax = draw.canvas(fig, 12, 9.36)
    at = ((0.4, 1.0), (5.2, 1.5), (9.6, 2.0))
    names = ("image", "convolved", "pooled")
    for array, place, role, name in zip(
        (image, outputs, np.array([[pooled]])), at, ("input", "output", "output"), names,
        strict=True,
    ):  # fmt: skip
        draw.draw_cells(ax, array, role, place, fontsize=13)
        draw.label(ax, place[0] + array.shape[1] / 2, 0.45, name)
    low = 5.4
    back = (projected, unpooled, np.array([[1]]))
    for array, (x, y), role in zip(back, at, ("gradient",) * 3, strict=True):
        draw.draw_cells(ax, array, role, (x, y + low - 1), fontsize=13)
    draw.frame(ax, (at[1][0] + 1, at[1][1] + 1), 1, 1, "gradient")
    draw.label(ax, 4.3, 4.25, "the switch: which of the four won", "gradient", ha="left")
    for x in (3.6, 7.4):
        draw.arrow(ax, (x, 2.5), (x + 1.3, 2.5))
        draw.arrow(ax, (x + 1.3, low + 1.5), (x, low + 1.5))
    draw.label(ax, 10.1, low + 3.55, "start with 1")
    draw.label(ax, 6.2, low + 3.55, "put at the switch")
    draw.label(ax, 1.9, low + 3.55, "kernel stamped")
    fig.alt = (
        f"Upper row, from left to right: the image {draw.listed(image)}, the four outputs "
        f"{draw.listed(outputs)}, and the largest of them, {pooled}; the place it came from is "
        "marked as the switch. Lower row, from right to left: a 1, the 1 put back where the switch "
        f"says with zeros elsewhere, {draw.listed(unpooled)}, and the kernel stamped at that place "
        f"of the image, {draw.listed(projected)}."
    )
    return fig


@drawing
def learning_curves(losses: Array, right: Array) -> Figure:
    """Draw loss and accuracy after each epoch; arrays are (seed, epoch)."""
    fig = Figure(5.0, 4.9)
    epochs = np.arange(1, losses.shape[1] + 1)
    panels = ((losses, "training loss", "kernel"), (100 * right, "held out, % right", "output"))
    for row, (values, name, role) in enumerate(panels):
        ax = fig.add_axes((0.13, 0.59 - 0.47 * row, 0.83, 0.34))
        ax.plot(epochs, values.T, color=(LIGHT[role], 0.45), lw=1.2)
        ax.plot(epochs, values.mean(axis=0), "o-", color=LIGHT[role], ms=5)
        ax.set_title(name, loc="left", fontsize=12, fontweight="bold", x=-0.13)
        ax.set(xlim=(0.8, epochs[-1] + 0.2), xticks=epochs)
        ax.tick_params(labelsize=11)
        ax.grid(axis="y")
        ax.set_axisbelow(True)
    ax.set_xlabel("epoch", fontsize=11.5)
    ends = 100 * right[:, -1]
    fig.alt = (
        f"Two panels with a thin line for each of {len(losses)} seeds and a thick line for their "
        f"mean, over {epochs[-1]} epochs. The training loss falls from {losses[:, 0].mean():.2f} "
        f"to {losses[:, -1].mean():.2f}. The share of held-out digits that are right rises from "
        f"{100 * right[:, 0].mean():.1f} % to {ends.mean():.1f} %, from {ends.min():.1f} to "
        f"{ends.max():.1f} % at the end."
    )
    return fig


@drawing
def confusion(matrix: Array) -> Figure:
    """Draw how often digits of each class (row) were taken for each class (column)."""
    fig = Figure(5.0, 5.1)
    classes = len(matrix)
    ax = draw.canvas(fig, classes + 1.3, classes + 1.55)
    draw.label(ax, 1.2 + classes / 2, 0.3, "what the network says", fontsize=11.5)
    draw.label(ax, 0.25, 1.5 + classes / 2, "what it is", fontsize=11.5, rotation=90)
    for k in range(classes):
        draw.label(ax, 1.7 + k, 1.05, str(k), "quiet", fontsize=12)
        draw.label(ax, 0.85, 2.0 + k, str(k), "quiet", fontsize=12)
    for (row, column), count in np.ndenumerate(matrix):
        role = "output" if row == column else "kernel"
        draw.box(ax, (1.2 + column, 1.5 + row), 1, 1, role, 0.3 if count else 0, edge="line")
        if count:
            draw.label(ax, 1.7 + column, 2.0 + row, str(count), fontsize=11.5)
    wrong = matrix * (1 - np.eye(classes, dtype=int))
    worst = np.argsort(-wrong, axis=None, kind="stable")[:3]
    told = [f"{row} read as {column}, {wrong[row, column]} times"
            for row, column in zip(*np.unravel_index(worst, wrong.shape), strict=True)]  # fmt: skip
    fig.alt = (
        f"A table of {classes} by {classes} boxes. On the diagonal stand {np.trace(matrix)} right "
        f"answers, elsewhere {wrong.sum()} wrong ones. Most often: {'; '.join(told)}."
    )
    return fig


@drawing
def mistakes(pictures: Array, truth: Array, answers: Array) -> Figure:
    """Show the digits that several networks misread; `answers` is (network, picture)."""
    columns = 4
    rows = -(-len(pictures) // columns)
    fig = Figure(5.0, 1.5 * rows)
    told = []
    for place, picture in enumerate(pictures):
        row, column = divmod(place, columns)
        said = Counter(answers[:, place].tolist())
        wrong = {label: count for label, count in said.items() if label != truth[place]}
        words = " ".join(f"{label} ({count})" for label, count in wrong.items())
        ax = fig.add_axes((0.01 + 0.25 * column, 1 - (row + 0.98) / rows, 0.23, 0.77 / rows))
        draw.draw_image(ax, picture)
        y = 1 - (row + 0.1) / rows
        fig.text(0.01 + 0.25 * column, y, f"{truth[place]} {ARROW} {words}", fontsize=11)
        told.append(f"a {truth[place]} was read as {words}")
    fig.alt = (
        f"{len(pictures)} pictures of digits, each with what it is, what networks said, and in "
        f"brackets how many of the {len(answers)} said so: {'; '.join(told)}."
    )
    return fig


@drawing
def starting_scale(rows: Mapping[str, Array], rough: Mapping[str, float]) -> Figure:
    """Show first-layer filters row by row on one colour scale, with how rough they are."""
    fig = Figure(5.0, 0.86 * len(rows))
    scale = _reach(np.stack([*rows.values()]))
    for row, (name, bank) in enumerate(rows.items()):
        top = 1 - row / len(rows)
        fig.text(0.01, top - 0.19 / len(rows), name, fontsize=11.5, va="center")
        words = f"roughness {rough[name]:.2f}"
        fig.text(0.99, top - 0.19 / len(rows), words, fontsize=11.5, va="center", ha="right")
        tiles = [_signed(w[0], scale) for w in bank]
        _block(fig, tiles, (0.01, top - 0.97 / len(rows), 0.98, 0.6 / len(rows)), len(tiles))
    told = "; ".join(f"{name}: {rough[name]:.2f}" for name in rows)
    fig.alt = (
        f"{len(rows)} rows of {len(tiles)} kernels each, all on one colour scale. Rows with a "
        "small roughness show clear strokes, rows with a roughness near 1 show speckle. How rough "
        f"they are: {told}."
    )
    return fig


@drawing
def sorted_filters(filters: Array, kinds: Sequence[str]) -> Figure:
    """Show a bank of colour filters, sorted by kind."""
    columns, side = 10, 0.495
    groups = {kind: [w for w, k in zip(filters, kinds, strict=True) if k == kind]
              for kind in FILTER_KINDS}  # fmt: skip
    shown = {kind: group for kind, group in groups.items() if group}
    lines = {kind: -(-len(group) // columns) for kind, group in shown.items()}
    height = sum(0.4 + side * number for number in lines.values())
    fig = Figure(5.0, height)
    y = 0.0
    for kind, group in shown.items():
        title = f"{kind}: {len(group)}"
        fig.text(0.01, 1 - (y + 0.24) / height, title, fontsize=11.5, va="center")
        y += 0.4
        size = side * lines[kind]
        tiles = [_tinted(weight) for weight in group]
        _block(fig, tiles, (0.005, 1 - (y + size) / height, 0.99, size / height), columns)
        y += size
    told = ", ".join(f"{kind} {len(group)}" for kind, group in groups.items())
    fig.alt = (
        f"{len(filters)} colour tiles of {_size(filters)} pixels in groups: {told}. Edges are "
        "bright beside dark, gratings are grey stripes at many angles, colour blobs are plain, "
        "opponent edges have one colour beside another, such as blue beside orange."
    )
    return fig


@drawing
def counts(ours: Mapping[str, int], published: Mapping[str, int]) -> Figure:
    """Draw two banks of filters as bars, cut into kinds."""
    fig = Figure(5.0, 2.3)
    ax = fig.add_axes((0.01, 0.02, 0.98, 0.96))
    total = sum(ours.values())
    ax.set(xlim=(0, total), ylim=(4.1, 0))
    ax.axis("off")
    banks = {"here, from photographs": ours, "InceptionV1, trained on ImageNet": published}
    for row, (name, bank) in enumerate(banks.items()):
        y, x = 0.35 + 2 * row, 0
        ax.text(0, y, name, fontsize=11.5, va="center")
        roles = ("input", "gradient", "quiet")
        for (kind, count), role in zip(bank.items(), roles, strict=True):
            draw.box(ax, (x, y + 0.35), count, 0.62, role, 0.35)
            ax.text(x + count / 2, y + 0.66, str(count), fontsize=12, ha="center", va="center")
            last = x + count == total
            ax.text(total if last else x, y + 1.25, kind, fontsize=11.5, va="center",
                    ha="right" if last else "left", color=LIGHT[role])  # fmt: skip
            x += count
    told = [f"{name}: {', '.join(f'{kind} {count}' for kind, count in bank.items())}"
            for name, bank in banks.items()]  # fmt: skip
    fig.alt = f"Two bars of {total} filters, cut into three kinds. {'; '.join(told)}."
    return fig


@drawing
def second_layer(slices: Array, pushed: Array) -> Figure:
    """Show one kernel of the second layer: its slices, and its weights pushed to the pixels."""
    fig = Figure(5.0, 3.2)
    number = len(slices)
    fig.text(0.01, 0.95, f"its {number} slices, one for each map it reads", fontsize=11.5,
             va="center")  # fmt: skip
    scale = _reach(slices)
    _block(fig, [_signed(w, scale) for w in slices], (0.01, 0.735, 0.98, 0.155), number)
    fig.text(0.01, 0.64, "pushed through layer 1", fontsize=11.5, va="center")
    ax = fig.add_axes((0.01, 0.02, 0.36, 0.56))
    draw.draw_image(ax, _signed(pushed))
    words = (
        f"{number} channels:\nno three of them are red,\ngreen and blue.\n\n"
        "One channel again: the pixels.\nReLU and maximum had to be\nleft out for it."
    )
    fig.text(0.42, 0.55, words, fontsize=11.5, va="top", linespacing=1.35)
    fig.alt = (
        f"Above, a row of {number} small tables of {_size(slices)} weights, the slices of one "
        "kernel; they look like noise. Below, the same kernel pushed through the first layer, a "
        f"table of {_size(pushed)} weights with a readable pattern."
    )
    return fig


@drawing
def top_nine(patches: Mapping[str, Array], projections: Mapping[str, Array]) -> Figure:
    """Show for some feature maps the nine strongest patches, and their projections."""
    rows = len(patches)
    fig = Figure(5.0, 2.42 * rows + 0.05)
    height = fig.get_figheight()
    for row, (name, nine) in enumerate(patches.items()):
        y = 2.42 * row + 0.16
        fig.text(0.01, 1 - y / height, f"{name}: patches", fontsize=11.5, va="center")
        fig.text(0.51, 1 - y / height, "projections", fontsize=11.5, va="center")
        bottom = 1 - (y + 2.2) / height
        low, high = nine.min(), nine.max()
        grey = [np.clip((picture - low) / (high - low), 0, 1) for picture in nine]
        _block(fig, grey, (0.01, bottom, 0.42, 2.05 / height), 3)
        signed = [_signed(picture) for picture in projections[name]]
        _block(fig, signed, (0.51, bottom, 0.42, 2.05 / height), 3)
    fig.alt = (
        f"{rows} rows. On the left of each row, the nine patches of digits to which one feature "
        "map answers most, all much alike: "
        f"{', '.join(patches)}. On the right, their projections by the deconvnet, nine "
        "patterns of both signs that resemble each other, too."
    )
    return fig


@drawing
def occlusion(
    picture: Array, probability: Array, gradient: Array, projection: Array, label: int
) -> Figure:
    """Show a picture, what covering it does, the gradient and the projection."""
    fig = Figure(5.0, 5.35)
    tiles = {
        "the picture": picture,
        f"probability of {label},\neach part covered": probability,
        "gradient of the score": _signed(gradient),
        "deconvnet": _signed(projection),
    }
    for place, (name, tile) in enumerate(tiles.items()):
        row, column = divmod(place, 2)
        x, bottom = 0.01 + 0.5 * column, 0.51 - 0.5 * row
        fig.text(x, bottom + 0.445, name, fontsize=11.5, va="center")
        ax = fig.add_axes((x, bottom, 0.43, 0.40))
        if name.startswith("prob"):
            draw.draw_image(ax, tile, low=0, high=1)
        else:
            draw.draw_image(ax, tile)
    low_row, low_column = np.unravel_index(probability.argmin(), probability.shape)
    fig.alt = (
        f"Four pictures of one held-out {label}. The picture. A map of the probability of {label} "
        f"while a square covers each part, from {probability.min():.2f} (dark, lowest with the "
        f"square's corner at row {low_row}, column {low_column}) to {probability.max():.2f} "
        "(bright). The gradient of the score, a patchy field of both signs. The deconvnet's "
        "projection, which follows the strokes with less clutter."
    )
    return fig


@drawing
def explanations(
    pictures: Array, shown: Mapping[str, Sequence[Array]], alike: Mapping[str, float]
) -> Figure:
    """Show pictures, and two ways to explain the best, the second and the last class."""
    fig = Figure(5.0, 0.68 * len(pictures) + 0.72)
    height = fig.get_figheight()
    heads = ("picture", "best", "2nd", "last", "best", "2nd", "last")
    left = (0.0, 0.165, 0.3, 0.435, 0.6, 0.735, 0.87)
    for x, head in zip(left, heads, strict=True):
        fig.text(x + 0.063, 1 - 0.54 / height, head, fontsize=10.5, ha="center", va="center")
    for x, name in zip((0.165, 0.6), shown, strict=True):
        fig.text(x, 1 - 0.2 / height, name, fontsize=12, fontweight="bold", va="center")
    for row, picture in enumerate(pictures):
        bottom = 1 - (0.68 * (row + 1) + 0.68) / height
        columns = [picture]
        columns += [_signed(each[row])
                    for name in shown for each in shown[name]]  # fmt: skip
        for x, tile in zip(left, columns, strict=True):
            ax = fig.add_axes((x + 0.002, bottom, 0.122, 0.61 / height))
            draw.draw_image(ax, tile)
    told = "; ".join(f"{name} {value:.2f}" for name, value in alike.items())
    fig.alt = (
        f"{len(pictures)} rows, one for each digit: the picture, three projections of the "
        "deconvnet, and three gradients, for the class with the best score, the second and the "
        "last. Within a row the projections resemble each other more than the gradients do. Median "
        f"likeness of best and last class: {told}."
    )
    return fig


@drawing
def aliasing(photo: Array, weight: Array, maps: Mapping[str, Sequence[Array]]) -> Figure:
    """Show a filter's map at some strides, of a photograph and of the same moved by a pixel."""
    fig = Figure(5.0, 5.5)
    ax = fig.add_axes((0.01, 0.655, 0.3, 0.273))
    draw.draw_image(ax, photo)
    fig.text(0.01, 0.965, "photograph", fontsize=11.5, va="center")
    ax = fig.add_axes((0.345, 0.81, 0.13, 0.118))
    draw.draw_image(ax, _tinted(weight))
    fig.text(0.345, 0.965, "filter", fontsize=11.5, va="center")
    for column, (name, pair) in enumerate(maps.items()):
        x = 0.01 + 0.335 * column
        fig.text(x, 0.615, name, fontsize=11.5, va="center")
        for row, picture in enumerate(pair):
            ax = fig.add_axes((x, 0.315 - 0.308 * row, 0.305, 0.277))
            draw.draw_image(ax, picture, low=-abs(pair[0]).max(), high=abs(pair[0]).max())
    words = "below: the maps;\nunder each, the map of\nthe photograph moved\nby one pixel"
    fig.text(0.53, 0.85, words, fontsize=11.5, va="center", linespacing=1.3)
    fig.alt = (
        "A photograph with fine stripes, a filter of fine stripes, and two rows of three maps of "
        f"the one seen through the other: {', '.join(maps)}. The second row is the same for the "
        "photograph moved by one pixel. At stride 1 both rows show the same steep stripes; at "
        "stride 4 they show broad level stripes, which are in neither the photograph nor the "
        "filter, and black and white change places from one row to the other."
    )
    return fig


@drawing
def aliased(shares: Mapping[str, Array]) -> Figure:
    """Draw for some layers which share of each filter's map is alias."""
    fig = Figure(5.0, 0.82 * len(shares) + 0.55)
    height = fig.get_figheight()
    ax = fig.add_axes((0.02, 0.52 / height, 0.9, 1 - 0.54 / height))
    told = []
    for row, (name, share) in enumerate(shares.items()):
        middle = float(np.median(share))
        spots = 0.1 * (np.arange(len(share)) % 5 - 2)
        order = np.argsort(share)
        ax.plot(share[order], row + 0.18 + spots, "o", color=(LIGHT["kernel"], 0.5), ms=4.5, mew=0)
        ax.plot([middle] * 2, [row - 0.12, row + 0.48], color=LIGHT["ink"], lw=2)
        ax.text(0, row - 0.3, name, fontsize=11.5, va="center")
        ax.text(
            1, row - 0.3, f"median {100 * middle:.0f} %", fontsize=11.5, va="center", ha="right"
        )
        told.append(f"{name}: {100 * middle:.0f} %")
    ax.set(xlim=(-0.01, 1.01), ylim=(len(shares) - 0.4, -0.55), yticks=[])
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"], fontsize=11)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("share of the map's power that is alias", fontsize=11.5)
    fig.alt = (
        f"Rows of dots, one row for each layer and one dot for each of {len(share)} filters, on a "
        f"scale from 0 to 100 % of alias. The medians: {'; '.join(told)}."
    )
    return fig


def _block(
    fig: Figure, tiles: Sequence[Array], place: tuple[float, float, float, float], columns: int
) -> None:
    """Put square tiles row by row into a part of the figure, given as left, bottom, size."""
    ax = fig.add_axes(place, anchor="NW")
    rows = -(-len(tiles) // columns)
    ax.axis("off")
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        extent = (column, column + 0.92, row + 0.92, row)
        ax.imshow(tile, extent=extent, cmap="gray", vmin=0, vmax=1)
        draw.box(ax, (column, row), 0.92, 0.92, "line", 0, linewidth=0.8)
    ax.set(xlim=(-0.02, columns - 0.06), ylim=(rows - 0.06, -0.02), aspect="equal")


def _signed(weight: Array, scale: float | None = None) -> Array:
    """Colour positive weights warm and negative ones cool; zero lets the page shine through."""
    warm, cool = (to_rgb(LIGHT[role]) for role in ("positive", "negative"))
    picture = np.empty((*weight.shape, 4))
    picture[..., :3] = np.where(weight[..., None] > 0, warm, cool)
    picture[..., 3] = np.clip(abs(weight) / (scale or _reach(weight) or 1), 0, 1)
    return picture


def _reach(weight: Array) -> float:
    """Return what the strongest colour stands for; the top two per cent share it."""
    return float(np.quantile(abs(weight), 0.98))


def _tinted(weight: Array) -> Array:
    """Show the three slices of a kernel as red, green and blue; zero is mid-grey."""
    return np.asarray(0.5 + np.moveaxis(weight, 0, -1) / (2 * abs(weight).max() or 1))


def _size(bank: Array) -> str:
    return "×".join(map(str, bank.shape[-2:]))

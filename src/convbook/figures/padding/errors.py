"""What the inventions beside the border cost."""

from collections.abc import Mapping

import numpy as np

from convbook import pad
from convbook._typing import Array, PadMode
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import number
from convbook.figures._planes import blind, brightest, slide


@drawing
def damage(photo: Array, crop: tuple[slice, slice], kernels: Mapping[str, Array]) -> Figure:
    """Show what kernels make of a crop continued by the truth and by three inventions.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph.
    crop : pair of slice
        Rows and columns of the crop; the photograph goes on around it.
    kernels : mapping of str to ndarray of shape (k, k)
        Kernels of odd size by name; those whose weights add up to zero are shown about zero.
    """
    modes: dict[str, PadMode] = {"zeros": "constant", "reflect": "reflect",
                                 "replicate": "replicate"}  # fmt: skip
    fig = Figure()
    fig.say("The same crop in each row, as computed from the whole photograph and with inventions "
            "around it. Errors beside the border:")  # fmt: skip
    for name, kernel in kernels.items():
        p = kernel.shape[0] // 2
        truth = slide(photo[*(slice(s.start - p, s.stop + p) for s in crop)], kernel)
        ring = np.pad(np.zeros(np.subtract(truth.shape, 2 * p), bool), p, constant_values=True)
        drawn = {f"{name}, the truth\n": truth}
        errors = {}
        for mode_name, mode in modes.items():
            result = slide(pad(photo[None, *crop], (p, p, p, p), mode=mode)[0], kernel)
            error = np.sqrt(((result - truth)[ring] ** 2).mean()) / truth.std()
            errors[mode_name] = error
            drawn[f"{name}, {mode_name}\n{number(error, '.0%')}"] = result
        role, low, high = "image", float(truth.min()) - 40, float(truth.max())
        if blind(kernel):
            role, low, high = "signed", 0, brightest(truth)
        marks = fig.pictures(drawn, role=role, low=low, high=high)
        for mark, (mode_name, error) in zip(marks[1:], errors.items(), strict=True):
            mark.derive(error=error, mode=mode_name, kernel=name)
            fig.say("{0:kernel} with {0:mode}, {0:error .0%};", mark)
    return fig


@drawing
def border_errors(errors: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Compare modes by the error they make beside the border.

    Parameters
    ----------
    errors : mapping of str to mapping of str to ndarray of shape (photographs, crops)
        Errors as parts of the signal, by sort of kernel and by mode.
    """
    fig = Figure()
    fig.say(
        "Errors beside the border, as parts of the signal; a panel for each sort of kernel, "
        "the modes sorted from the smallest error to the largest, a dot for each photograph, "
        "and the median of the dots."
    )
    for kernel, by_mode in errors.items():
        order = sorted(by_mode, key=lambda mode: float(np.median(_pooled(by_mode[mode]))))
        last = kernel == [*errors][-1]
        plot = fig.plot(0.044 * len(order) + 0.06 + 0.08 * last)
        plot.title(kernel, bold=True)
        for y, mode in enumerate(order):
            strip = plot.strip(y, _pooled(by_mode[mode]), role="input", name=f"{kernel}: {mode}",
                               band=0.9, spread=by_mode[mode])  # fmt: skip
            plot.note(f"{strip:median .0%}", (55, y), ha="right")
            fig.say("{0:name}, {0:median .0%};", strip)
        fig.say("The bands hold {0:band} of the crops.", strip)
        plot.rows(order, above=0.5, below=0.5)
        plot.ax.set(xscale="log", xlim=(0.002, 60))
        plot.ticks("x", [0.01, 0.1, 1], ".0%")
        plot.ax.tick_params(axis="x", labelbottom=last)
        plot.ax.spines["left"].set_visible(False)
    plot.ax.set_xlabel("error beside the border")
    return fig


def _pooled(error: Array) -> Array:
    """Pool the crops of each photograph."""
    return np.asarray(np.sqrt((error**2).mean(axis=-1)))

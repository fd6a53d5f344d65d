"""Filters that photographs alone ask for: k-means on whitened patches."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._problem import silently
from convbook._typing import Array, Number


def kmeans_filters(
    patches: NDArray[Number],
    number: int,
    *,
    components: int = 80,
    steps: int = 12,
    rng: np.random.Generator,
) -> NDArray[Number]:
    """Learn filters from patches of photographs, without labels and without a network.

    Each patch loses its mean and its contrast, all patches together lose what neighbouring pixels
    have in common (they are whitened), and k-means looks for the directions along which they
    crowd.

    Parameters
    ----------
    patches : ndarray of shape (N, C, K, K)
        Pieces of photographs, with pixels from 0 to 1 as floats.
    number : int
        How many filters to learn.
    components : int
        How many directions to keep when whitening: those in which the patches vary most.
    steps : int
        Rounds of k-means.
    rng : numpy.random.Generator
        Draws the first directions.

    Returns
    -------
    ndarray of shape (number, C, K, K)
        The filters, in the dtype of `patches`, each of length 1, the most often used first. Their
        signs mean nothing.

    Raises
    ------
    ValueError
        If `patches` holds no finite floats, if `number` is above the number of patches,
        `components` above that of the patches or of the numbers in one, or `steps` above 10,000.

    See Also
    --------
    filter_kind : sorts what was found.

    References
    ----------
    Coates and Ng, *Learning feature representations with k-means*, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import kmeans_filters
    >>> rng = np.random.default_rng(0)
    >>> patches = rng.random((100, 3, 4, 4))
    >>> kmeans_filters(patches, 9, components=20, rng=rng).shape
    (9, 3, 4, 4)
    """
    pictures = _checks.numbers("patches", patches, "N, C, K, K")
    _checks.nonempty("patches", pictures, 4)
    _checks.floats("patches", pictures)
    points = _points(pictures)
    most = min(points.shape)
    number = _checks.at_most("number", number, len(points), "the patches")
    components = _checks.at_most("components", components, most, "the patches and their numbers")
    steps = _checks.at_most("steps", steps, 10_000, "so that it ends")
    whitened, basis = whiten(points, components)
    centres = spherical_kmeans(whitened, number, steps, _checks.generator(rng))
    filters = (centres @ basis.T).astype(pictures.dtype)
    return np.reshape(filters, (number, *pictures.shape[1:]))


def _points(patches: Array) -> Array:
    """Return each patch as an even row of numbers."""
    rows = patches.reshape(len(patches), -1).astype(float)
    with silently():
        sizes = (rows**2).sum(axis=1)
    if not np.isfinite(sizes).all():
        raise ValueError(
            f"patches must be finite, and so must their squares, got {_strangest(patches)}"
        )
    return even_out(rows)


def _strangest(patches: Array) -> Any:
    """Return a NaN if there is one, else the number farthest from zero."""
    return patches.flat[abs(patches).argmax()]


def even_out(points: Array, smallest: float = 10 / 255) -> Array:
    """Take the mean from each row, and divide by its contrast."""
    pattern = points - points.mean(axis=1, keepdims=True)
    contrast = np.sqrt(pattern.var(axis=1, keepdims=True) + smallest**2)
    return np.asarray(pattern / contrast)


def whiten(points: Array, components: int, floor: float = 0.3) -> tuple[Array, Array]:
    """Turn points to their main axes, keep the widest, and make their spreads more equal."""
    points = points - points.mean(axis=0)
    variances, axes = np.linalg.eigh(points.T @ points / len(points))
    variances, axes = variances[-components:], axes[:, -components:]
    return points @ axes / np.sqrt(variances + floor), axes


def spherical_kmeans(points: Array, number: int, steps: int, rng: np.random.Generator) -> Array:
    """Move each direction towards the sum of the points that it describes best."""
    centres = _unit(rng.standard_normal((number, points.shape[1])))
    for _ in range(steps):
        answers = points @ centres.T
        best = abs(answers).argmax(axis=1)
        strongest = np.zeros_like(answers)
        rows = np.arange(len(points))
        strongest[rows, best] = answers[rows, best]
        centres = _unit(centres + strongest.T @ points)
    return centres[np.argsort(-np.bincount(best, minlength=number), kind="stable")]


def _unit(rows: Array) -> Array:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

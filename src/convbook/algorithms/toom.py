"""Fast one-dimensional convolutions: evaluate, multiply, interpolate.

Two polynomials are multiplied by evaluating both at enough points, multiplying value by value, and
finding the polynomial that has these products as its values. Cook and Toom do it at small
rational points, the Fourier transform at the roots of unity. Turned round (transposed), the same
three steps compute the sums that a convolution slides along a signal.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

import numpy as np

from convbook import _checks
from convbook._typing import Array

Matrix = list[list[Fraction]]


LONGEST = 4096
"""Outputs and taps of a transform that is written as a matrix; a longer one fills the memory."""


class Bilinear(NamedTuple):
    """Three matrices that compute a few outputs of a kernel from the pixels it meets there.

    For a tile ``d`` and a kernel ``w`` the outputs are ``A.T @ ((G @ w) * (B @ d))``.

    Parameters
    ----------
    A : ndarray of shape (products, outputs)
        Interpolates.
    G : ndarray of shape (products, taps)
        Evaluates the kernel.
    B : ndarray of shape (products, pixels)
        Evaluates the tile.

    See Also
    --------
    cook_toom, fourier : Two ways to find such matrices.

    Notes
    -----
    What is called `B` here is the transpose of the matrix that Lavin and Gray [1]_ call B.

    References
    ----------
    .. [1] A. Lavin and S. Gray, "Fast algorithms for convolutional neural networks", CVPR 2016.
       https://doi.org/10.1109/CVPR.2016.435

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import cook_toom
    >>> A, G, B = cook_toom(2, 3)
    >>> d, w = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 0.0, -1.0])
    >>> A.T @ ((G @ w) * (B @ d))
    array([-2., -2.])
    """

    A: Array
    G: Array
    B: Array

    @property
    def products(self) -> int:
        """How many numbers of the kernel and the tile are multiplied."""
        return len(self.A)

    @property
    def outputs(self) -> int:
        """How many outputs a tile gives."""
        return int(self.A.shape[1])

    @property
    def pixels(self) -> int:
        """How many pixels a tile has."""
        return int(self.B.shape[1])


def cook_toom(m: int, k: int, points: Iterable[Fraction | int] | None = None) -> Bilinear:
    """Return the algorithm F(m, k) of Toom and Cook: one product for each point.

    Evaluate the kernel and the tile at the points, multiply value by value, and interpolate. The
    matrices are computed in fractions, so that the last step is the only one that rounds.

    Parameters
    ----------
    m : int
        Number of outputs.
    k : int
        Number of the kernel's taps.
    points : iterable of Fraction or int, optional
        Different numbers, ``m + k - 2`` of them; the last point is infinity. By default those that
        keep the rounding errors small.

    Returns
    -------
    Bilinear
        Matrices of float64 with ``m + k - 1`` products, or with `m` of them if `k` is 1 and no
        points are given: then nothing is saved, and they only multiply.

    Raises
    ------
    ValueError
        If `m` or `k` is not a positive integer, or the points are not as many, or not different.

    See Also
    --------
    cook_toom_exactly : The matrices as fractions.
    fourier : Points on the circle.
    conv2d : Its algorithm "winograd" uses them.

    References
    ----------
    .. [1] S. Winograd, "Arithmetic complexity of computations", SIAM 1980.
       https://doi.org/10.1137/1.9781611970364
    .. [2] A. Lavin and S. Gray, "Fast algorithms for convolutional neural networks", CVPR 2016.
       https://doi.org/10.1109/CVPR.2016.435

    Examples
    --------
    >>> from convbook import cook_toom
    >>> cook_toom(2, 3, points=(0, 1, -1)).B
    array([[-1.,  0.,  1.,  0.],
           [ 0.,  1.,  1.,  0.],
           [ 0., -1.,  1.,  0.],
           [ 0., -1.,  0.,  1.]])
    """
    m, k = _checks.integer("m", m, 1), _checks.integer("k", k, 1)
    if k == 1 and points is None:  # nothing to save: the kernel's one tap times each pixel
        return Bilinear(np.eye(m), np.ones((m, 1)), np.eye(m))
    matrices = cook_toom_exactly(m, k, points)
    return Bilinear(*(np.array(matrix, float) for matrix in matrices))


def cook_toom_exactly(
    m: int, k: int, points: Iterable[Fraction | int] | None = None
) -> tuple[Matrix, Matrix, Matrix]:
    """Return the matrices A, G and B of F(m, k) as fractions.

    There are m + k - 1 points. The last one is infinity, where a polynomial's value is its leading
    coefficient; the others are `points`, or those that keep the rounding errors small.

    Parameters
    ----------
    m, k, points
        As for :func:`~convbook.cook_toom`.

    Returns
    -------
    tuple of list of list of Fraction
        The rows of A, G and B: see :class:`~convbook.Bilinear`.

    Raises
    ------
    ValueError
        As for :func:`~convbook.cook_toom`.

    See Also
    --------
    cook_toom : The same matrices in float64.

    Examples
    --------
    >>> from convbook import cook_toom_exactly
    >>> A, G, B = cook_toom_exactly(2, 2, points=(0, 1))
    >>> print(*G[1])
    1 1
    """
    m, k = _checks.integer("m", m, 1), _checks.integer("k", k, 1)
    finite = default_points(m + k - 2) if points is None else _fractions(points)
    if len({*finite}) != len(finite) or len(finite) != m + k - 2:
        got = _checks.brief(", ".join(map(str, finite)))
        wanted = _checks.brief(m + k - 2)
        raise ValueError(f"points must be m + k - 2 = {wanted} different numbers, got {got}")
    A, G, B = powers(finite, m), powers(finite, k), numerators(finite)
    for row, point in zip(G, finite, strict=False):
        others = prod(point - other for other in finite if other != point)
        row[:] = [value / others for value in row]
    return A, G, B


def _fractions(points: Any) -> list[Fraction]:
    """Refuse points that are not numbers."""
    try:
        return [Fraction(point) for point in points]
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"points must be numbers, got {_checks.brief(points)}") from None


def powers(points: Sequence[Fraction], count: int) -> Matrix:
    """Evaluate a polynomial: a row 1, p, p², … for each point, the last for infinity."""
    infinity = [Fraction(0)] * (count - 1) + [Fraction(1)]
    rows = [[point**power for power in range(count)] for point in points]
    return [*rows, infinity]


def numerators(points: Sequence[Fraction]) -> Matrix:
    """Coefficients of Lagrange's polynomials: each is zero at all points but its own."""
    rows = [polynomial([q for q in points if q != p]) for p in points]
    return [*([*row, Fraction(0)] for row in rows), polynomial(points)]


def polynomial(zeros: Sequence[Fraction]) -> list[Fraction]:
    """Coefficients, lowest first, of the polynomial with these zeros and a leading 1."""
    coefficients = [Fraction(1)]
    for zero in zeros:
        times_x = [Fraction(0), *coefficients]
        times_zero = [*(zero * c for c in coefficients), Fraction(0)]
        coefficients = [a - b for a, b in zip(times_x, times_zero, strict=True)]
    return coefficients


def default_points(count: int) -> list[Fraction]:
    """Return finite points that keep the rounding errors small: near 1, and in pairs."""
    if count == 5:
        return [Fraction(point) for point in ("0", "2/3", "-2/3", "3/2", "-3/2")]
    points = [Fraction(0), Fraction(1), Fraction(-1)]
    for n in range(2, count):
        points += [Fraction(1, n), Fraction(-1, n), Fraction(n), Fraction(-n)]
    return points[:count]


def fourier(m: int, k: int) -> Bilinear:
    """Return the algorithm whose points are the roots of unity, in real numbers.

    The values at a root and at its mirror image are conjugate, so one of the two is enough. Its
    complex product takes three real ones (Gauss): with x = a + ib and y = c + ie,
    Re xy = c (a + b) - b (c + e) and Im xy = c (a + b) + a (e - c).

    Parameters
    ----------
    m : int
        Number of outputs.
    k : int
        Number of the kernel's taps.

    Returns
    -------
    Bilinear
        Matrices of float64 for tiles of ``m + k - 1`` pixels, with about one and a half products
        for each pixel.

    Raises
    ------
    ValueError
        If `m` or `k` is not a positive integer.

    See Also
    --------
    cook_toom : Points on the line.
    conv2d : Its algorithm "dft" uses them.

    Examples
    --------
    >>> from convbook import fourier
    >>> fourier(4, 3).products
    8
    """
    m, k = _checks.integer("m", m, 1), _checks.integer("k", k, 1)
    for name, size in {"m": m, "k": k}.items():
        if size > LONGEST:
            raise ValueError(f"{name} must be at most {LONGEST}, got {_checks.brief(size)}")
    n = m + k - 1
    A, G, B = [], [], []
    for frequency in range(n // 2 + 1):
        angle = 2 * np.pi / n * (frequency * np.arange(n) % n)  # within one turn: rounded less
        cos, sin = np.cos(angle), np.sin(angle)
        if frequency in (0, n / 2):
            A += [cos[:m] / n]
            G += [cos[:k]]
            B += [cos]
        else:
            A += [2 * (cos - sin)[:m] / n, -2 * sin[:m] / n, -2 * cos[:m] / n]
            G += [cos[:k], (sin - cos)[:k], (sin + cos)[:k]]
            B += [cos - sin, cos, -sin]
    return Bilinear(np.array(A), np.array(G), np.array(B))


@lru_cache(maxsize=512)
def strided(algorithm: Callable[[int, int], Bilinear], m: int, k: int, stride: int) -> Bilinear:
    """Return the algorithm for every `stride`-th output: one for each phase of the pixels.

    Wherever a kernel of stride 2 stands, even taps meet even pixels and odd taps meet odd ones. So
    it is the sum of two convolutions with stride 1, of half the signal and half the kernel. The
    matrices are computed once, and cannot be written to.
    """
    taps = range(min(stride, k))
    phases = [algorithm(m, len(range(tap, k, stride))) for tap in taps]
    products = sum(phase.products for phase in phases)
    G, B = np.zeros((products, k)), np.zeros((products, stride * (m - 1) + k))
    first = 0
    for tap, phase in zip(taps, phases, strict=True):
        rows = slice(first, first + phase.products)
        G[rows, tap::stride] = phase.G
        B[rows, tap::stride][:, : phase.pixels] = phase.B
        first = rows.stop
    matrices = Bilinear(np.concatenate([phase.A for phase in phases]), G, B)
    for matrix in matrices:
        matrix.flags.writeable = False
    return matrices

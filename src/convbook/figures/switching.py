"""Figure of the page on switching: what a ReLU network does that one kernel cannot."""

from collections.abc import Mapping, Sequence

from convbook.figures._figure import Figure, drawing
from convbook.figures._strips import strips


@drawing
def linear_residual(groups: Mapping[str, Sequence[float]]) -> Figure:
    """Show how much of a ReLU network's answer no single kernel can give.

    Parameters
    ----------
    groups : mapping of str to sequence of float
        Unexplained fractions of the variance, one for each network, by sort of network.
    """
    return strips(groups, 1.0, "variance that the best single kernel leaves")

"""The loss, and the descent along its gradient."""

from collections.abc import Iterable

import numpy as np

from convbook import _checks
from convbook._typing import Array
from convbook.filters.functional import check_classes, cross_entropy, softmax
from convbook.filters.layers import Module, Parameter


class CrossEntropyLoss:
    """The loss of some scores, and where the gradient begins its way back.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import CrossEntropyLoss
    >>> loss = CrossEntropyLoss()
    >>> round(loss.forward(np.zeros((1, 2)), np.array([1])), 4)
    0.6931
    >>> loss.backward()
    array([[ 0.5, -0.5]])
    """

    def forward(self, input: Array, target: Array) -> float:
        """Return the mean loss of scores (N, C) and classes (N,)."""
        self.scores, self.target = check_classes(input, target)
        return cross_entropy(input, target)

    def backward(self) -> Array:
        """Return the gradient by the scores: what softmax says minus what is true."""
        number, classes = self.scores.shape
        truth = np.eye(classes, dtype=self.scores.dtype)[self.target]
        return np.asarray((softmax(self.scores, 1) - truth) / number)


class SGD:
    """Gradient descent with momentum.

    Parameters
    ----------
    params : iterable of Parameter
        What to move; usually ``net.parameters()``.
    lr : float
        Learning rate: how far to move. It may be changed between two steps.
    momentum : float
        How much of the last step goes into the next.
    weight_decay : float
        Pulls every number towards zero.

    Notes
    -----
    The steps are those of :class:`!torch.optim.SGD`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import SGD, Parameter
    >>> parameter = Parameter(np.array([1.0]))
    >>> parameter.grad = np.array([2.0])
    >>> SGD([parameter], lr=0.1).step()
    >>> parameter.data
    array([0.8])
    """

    def __init__(
        self, params: Iterable[Parameter], lr: float = 0.001, momentum: float = 0.0, *,
        weight_decay: float = 0.0,
    ) -> None:  # fmt: skip
        self.params = list(params)
        self.lr = _checks.number("lr", lr, 0)
        self.momentum = _checks.number("momentum", momentum, 0)
        self.weight_decay = _checks.number("weight_decay", weight_decay, 0)
        self.speeds = [np.zeros_like(parameter.data) for parameter in self.params]

    def step(self) -> None:
        """Move every parameter a little against its gradient."""
        for place, parameter in enumerate(self.params):
            gradient = parameter.grad + self.weight_decay * parameter.data
            self.speeds[place] = self.momentum * self.speeds[place] + gradient
            parameter.data = parameter.data - self.lr * self.speeds[place]


def train_epoch(
    net: Module,
    optimizer: SGD,
    images: Array,
    labels: Array,
    batch_size: int = 32,
    *,
    rng: np.random.Generator,
) -> float:
    """Show a network every picture once, in random order, and let it learn from each batch.

    Parameters
    ----------
    net : Module
        A network that gives scores; it is changed.
    optimizer : SGD
        Moves the parameters of `net`.
    images : ndarray of shape (N, C, H, W)
        The pictures.
    labels : ndarray of int of shape (N,)
        Their classes.
    batch_size : int
        How many pictures go into one step.
    rng : numpy.random.Generator
        Draws the order.

    Returns
    -------
    float
        The mean of the losses that the pictures had when they were shown.

    Raises
    ------
    ValueError
        If there are no pictures, or not as many labels.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import SGD, Linear, train_epoch
    >>> rng = np.random.default_rng(0)
    >>> net, images = Linear(2, 2, rng=rng), np.eye(2, dtype=np.float32)
    >>> sgd = SGD(net.parameters(), lr=1.0)
    >>> losses = [train_epoch(net, sgd, images, np.array([1, 0]), rng=rng) for _ in range(9)]
    >>> losses[-1] < 0.3 < losses[0]
    True
    """
    _checks.nonempty("images", images, images.ndim)
    _checks.shape("labels", labels, images.shape[:1])
    _checks.generator(rng)
    _checks.integer("batch_size", batch_size, 1)
    loss, total = CrossEntropyLoss(), 0.0
    order = rng.permutation(len(images))
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        total += len(batch) * loss.forward(net(images[batch]), labels[batch])
        net.backward(loss.backward())
        optimizer.step()
    return total / len(images)

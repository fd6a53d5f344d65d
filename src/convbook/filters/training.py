"""The loss, and the descent along its gradient."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from convbook import _checks
from convbook._problem import sum_dtype
from convbook._typing import Array
from convbook.filters.functional import check_classes, cross_entropy, softmax
from convbook.filters.module import Module, Parameter


class CrossEntropyLoss:
    """The loss of some scores, and where the gradient begins its way back.

    See Also
    --------
    cross_entropy : the function.

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

    scores: Array | None = None

    def forward(self, input: Array, target: Array) -> float:
        """Return the mean loss of scores (N, C) and classes (N,)."""
        scores, classes = check_classes(input, target)
        self.scores, self.target = scores.copy(), classes.copy()
        return cross_entropy(scores, classes)

    def backward(self) -> Array:
        """Return the gradient with respect to the scores: what softmax says minus what is true."""
        if self.scores is None:
            raise ValueError("backward must come after forward, got no scores yet")
        number, classes = self.scores.shape
        dtype = sum_dtype(self.scores.dtype)
        truth = np.eye(classes, dtype=dtype)[self.target]
        grad = (softmax(self.scores.astype(dtype), 1) - truth) / number
        return np.asarray(grad.astype(self.scores.dtype))


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

    See Also
    --------
    train_epoch : shows the pictures and steps.

    Notes
    -----
    The steps are those of :class:`torch.optim.SGD`.

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
        self.lr = _checks.number("lr", lr, 0)
        self.momentum = _checks.number("momentum", momentum, 0)
        self.weight_decay = _checks.number("weight_decay", weight_decay, 0)
        self.params = _check_params(params)
        self.speeds = [np.zeros_like(parameter.data) for parameter in self.params]

    def step(self) -> None:
        """Move every parameter a little against its gradient."""
        lr, momentum, decay = self._rates()
        for place, parameter in enumerate(self.params):
            gradient = parameter.grad + decay * parameter.data
            self.speeds[place] = momentum * self.speeds[place] + gradient
            parameter.data = parameter.data - lr * self.speeds[place]

    def _rates(self) -> tuple[float, float, float]:
        """Check what may have been changed since the last step."""
        for place, (parameter, speed) in enumerate(zip(self.params, self.speeds, strict=True)):
            data = _checks.numbers(f"params[{place}].data", parameter.data)
            grad = _checks.numbers(f"params[{place}].grad", parameter.grad)
            for name, array in (("data", data), ("grad", grad)):
                _checks.shape(f"params[{place}].{name}", array, speed.shape)
            _checks.equal_dtypes(
                **{f"params[{place}] at the start": speed, f"params[{place}].data": data,
                   f"params[{place}].grad": grad}
            )  # fmt: skip
        return (
            _checks.number("lr", self.lr, 0),
            _checks.number("momentum", self.momentum, 0),
            _checks.number("weight_decay", self.weight_decay, 0),
        )


def _check_params(params: Any) -> list[Parameter]:
    """Return what an iterable holds, if it is parameters, each once."""
    try:
        listed = list(params)
    except TypeError:
        listed = []
    if not listed or not all(isinstance(parameter, Parameter) for parameter in listed):
        raise ValueError(
            f"params must be an iterable of at least one Parameter, got {_checks.brief(params)}"
        )
    if len({id(parameter) for parameter in listed}) < len(listed):
        raise ValueError(f"params must hold each Parameter once, got {_checks.brief(params)}")
    return listed


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

    See Also
    --------
    SGD : moves the parameters.

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
    pictures, classes = _check_lesson(net, optimizer, images, labels)
    _checks.generator(rng)
    _checks.integer("batch_size", batch_size, 1)
    loss, total = CrossEntropyLoss(), 0.0
    order = rng.permutation(len(pictures))
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        scores = ask(net, pictures[batch], "images")
        _checks.places("labels", classes, scores.shape[1])
        total += len(batch) * loss.forward(scores, classes[batch])
        net.backward(loss.backward())
        optimizer.step()
    return total / len(pictures)


def _check_lesson(net: Any, optimizer: Any, images: Any, labels: Any) -> tuple[Array, Array]:
    """Check who learns and what is shown."""
    _checks.kind("net", net, Module)
    if not callable(getattr(optimizer, "step", None)):
        raise ValueError(f"optimizer must have a method step, got {_checks.brief(optimizer)}")
    pictures = _checks.numbers("images", images)
    _checks.nonempty("images", pictures, pictures.ndim)
    classes = _checks.numbers("labels", labels, "N")
    _checks.shape("labels", classes, pictures.shape[:1])
    _checks.places("labels", classes, 2**31)
    return pictures, classes


def ask(net: Module, images: Array, name: str) -> Array:
    """Return a network's scores; what it refuses, it refuses in the name of the argument."""
    try:
        scores = net(images)
    except ValueError as error:
        raise ValueError(f"{name} must suit net, got a refusal: {error}") from error
    if scores.shape[:-1] != images.shape[:1]:
        raise ValueError(f"net must make scores (N, C) of {name}, got shape {scores.shape}")
    return scores

"""What all layers have in common, and how they stand one behind the other."""

from collections.abc import Iterator
from typing import Any, overload

import numpy as np

from convbook import _checks
from convbook._typing import Array
from convbook.filters.passes import Pass, guard_backward, guard_forward


class Parameter:
    """An array that is learned, `data`, and the gradient of the loss with respect to it, `grad`.

    Each backward pass replaces the gradient.

    Parameters
    ----------
    data : ndarray of floats, of any shape
        The values to start from.

    Raises
    ------
    ValueError
        If `data` holds no floats.

    See Also
    --------
    SGD : moves parameters.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import Parameter
    >>> weight = Parameter(np.array([[1.0, 2.0]]))
    >>> weight.grad
    array([[0., 0.]])
    """

    def __init__(self, data: Array) -> None:
        self.data = _checks.numbers("data", data)
        _checks.floats("data", self.data)
        self.grad = np.zeros_like(self.data)


class Module:
    """What all layers have in common; derive your own from it.

    A layer of your own needs two methods. `forward` reads an array, keeps what the way back needs,
    and returns an array. `backward` takes the gradient with respect to what `forward` has returned,
    puts the gradients of the layer's parameters into their `grad`, and returns the gradient with
    respect to what `forward` has read. The rules below then hold for your layer, too.

    Raises
    ------
    ValueError
        By `forward`, if the layer is used twice on one way up: it could only remember one of them.
        By `backward`, if the gradient does not have the shape and dtype of the last output, if
        `forward` has not run, or if a layer inside has read something else since.

    Notes
    -----
    `forward` gets a copy that nobody else holds, so it may keep it.

    See Also
    --------
    Sequential : layers one behind the other.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import Module
    >>> class Twice(Module):
    ...     def forward(self, input):
    ...         return 2 * input
    ...     def backward(self, grad_output):
    ...         return 2 * grad_output
    >>> layer = Twice()
    >>> layer(np.array([1.0, 2.0]))
    array([2., 4.])
    >>> layer.backward(np.array([1.0, 1.0]))
    array([2., 2.])
    """

    runs = 0
    last_pass: Pass | None = None
    returning = False

    def __init_subclass__(cls) -> None:
        """Hold every layer's two ways to the same rules."""
        for name, guard in (("forward", guard_forward), ("backward", guard_backward)):
            if name in vars(cls):
                setattr(cls, name, guard(vars(cls)[name]))

    def forward(self, input: Array) -> Array:
        """Return the layer's output."""
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Turn the gradient with respect to the output into that with respect to the input."""
        raise NotImplementedError

    def __call__(self, input: Array) -> Array:
        """Do the same as `forward`."""
        return self.forward(input)

    def parameters(self) -> list[Parameter]:
        """List what the layer learns, and what the layers inside it learn, each once."""
        return [*{id(parameter): parameter for parameter in _parameters(vars(self))}.values()]


def _parameters(value: Any) -> Iterator[Parameter]:
    """Yield the parameters in an attribute: itself, or those of modules, at any depth."""
    match value:
        case Parameter():
            yield value
        case Module():
            yield from value.parameters()
        case dict():
            yield from _parameters([*value.values()])
        case list() | tuple():
            for item in value:
                yield from _parameters(item)


class Sequential(Module):
    """Layers one behind the other.

    Parameters
    ----------
    *layers : Module
        Each reads what the one before has put out. ``net[0]`` is the first of them, and
        ``net[:2]`` a shorter network of the same layers.

    Raises
    ------
    ValueError
        If there are no layers, or one is no Module.

    See Also
    --------
    train_epoch : lets a network learn.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import Flatten, Linear, Sequential
    >>> net = Sequential(Flatten(), Linear(12, 10, rng=np.random.default_rng(0)))
    >>> images = np.zeros((5, 1, 3, 4), np.float32)
    >>> scores = net(images)
    >>> scores.shape, net.backward(np.ones_like(scores)).shape
    ((5, 10), (5, 1, 3, 4))
    """

    def __init__(self, *layers: Module) -> None:
        for place, layer in enumerate(layers):
            _checks.kind(f"layers[{place}]", layer, Module)
        if not layers:
            raise ValueError("layers must be at least one Module, got none")
        self.layers = layers

    @overload
    def __getitem__(self, place: int) -> Module: ...

    @overload
    def __getitem__(self, place: slice) -> "Sequential": ...

    def __getitem__(self, place: int | slice) -> Module:
        found = self.layers[place]
        return Sequential(*found) if isinstance(found, tuple) else found

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def forward(self, input: Array) -> Array:
        """Go through the layers."""
        maps = input
        for layer in self.layers:
            maps = layer(maps)
        return maps

    def backward(self, grad_output: Array) -> Array:
        """Go back through the layers, the last one first, to the gradient of the pictures."""
        grad = grad_output
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

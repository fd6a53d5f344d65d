"""One way up and one way back: the rules that hold for every layer."""

from collections.abc import Callable
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import numpy as np

from convbook import _checks
from convbook._problem import silently
from convbook._typing import Array

Method = Callable[[Any, Array], Array]


@dataclass
class Pass:
    """What a layer's last way up has left behind: its output's shape and dtype."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    layers: list[tuple[Any, int]]
    """The layers that ran on it, itself included, and how often each had run by then."""


@dataclass
class Visits:
    """The layers that one way up has come by, and those of them that still run."""

    layers: list[Any] = field(default_factory=list)
    running: list[Any] = field(default_factory=list)


_visits: ContextVar[Visits | None] = ContextVar("visits", default=None)


def guard_forward(forward: Method) -> Method:
    """Let a layer read a copy of its own, once on each way up, and note what it has put out."""

    @wraps(forward)
    def guarded(self: Any, input: Array) -> Array:
        visits = _visits.get()
        if visits is None:
            return copy_context().run(_begin, guarded, self, input)
        if visits.running and visits.running[-1] is self:  # a subclass calls super().forward
            return forward(self, input)
        return _visit(visits, forward, self, input)

    return guarded


def _begin(guarded: Method, layer: Any, input: Array) -> Array:
    _visits.set(Visits())
    return guarded(layer, input)


def _visit(visits: Visits, forward: Method, layer: Any, input: Array) -> Array:
    """Run a layer that this way up has not come by."""
    array = np.array(_checks.numbers("input", input))
    if any(layer is other for other in visits.layers):
        raise ValueError(
            "input must come once to each layer of a network, which remembers one, "
            f"got the same {type(layer).__name__} twice"
        )
    before = len(visits.layers)
    visits.layers.append(layer)
    layer.last_pass, layer.runs = None, layer.runs + 1
    visits.running.append(layer)
    try:
        with silently():
            output = forward(layer, array)
    finally:
        visits.running.pop()
    _checks.kind("what forward makes of its input", output, np.ndarray, "an")
    run = [(other, other.runs) for other in visits.layers[before:]]
    layer.last_pass = Pass(output.shape, output.dtype, run)
    return output


def guard_backward(backward: Method) -> Method:
    """Refuse a gradient that does not belong to what the layer has put out last."""

    @wraps(backward)
    def guarded(self: Any, grad_output: Array) -> Array:
        if self.returning:  # a subclass calls super().backward
            return backward(self, grad_output)
        gradient = check_gradient("grad_output", grad_output, self.last_pass)
        self.returning = True
        try:
            with silently():
                return backward(self, gradient)
        finally:
            self.returning = False

    return guarded


def check_gradient(name: str, value: Any, last: Pass | None) -> Array:
    """Return an array that goes back through what has come up last."""
    if last is None:
        raise ValueError(f"{name} must come to backward after forward, got no input yet")
    if any(layer.runs != runs for layer, runs in last.layers):
        raise ValueError(
            f"{name} must belong to the last forward pass, "
            "got one of a layer that has read something else since"
        )
    array = _checks.numbers(name, value)
    _checks.shape(name, array, last.shape)
    if array.dtype != last.dtype:
        raise ValueError(
            f"{name} must have the dtype of the output, {last.dtype}, got {array.dtype}"
        )
    return array

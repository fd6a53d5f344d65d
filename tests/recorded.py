"""What PyTorch answers to fixed calls, recorded for those who do not have it.

``python tests/recorded.py`` writes the record anew, with PyTorch at hand.
"""

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

RECORD = Path(__file__).with_name("recorded_torch.npz")
INIT = {"weight": (512, 64, 3, 3)}
"""Large enough that the bound of a uniform draw is reached within a thousandth."""


def numbers(*shape: int, dtype: str = "float32") -> np.ndarray:
    """Return numbers between -1 and 1, the same on every machine, without a generator."""
    count = int(np.prod(shape))
    return ((np.arange(count) * 7919 % 2003 - 1001) / 1001).astype(dtype).reshape(shape)


def images(dtype: str = "float32") -> np.ndarray:
    """Return two images of four channels."""
    return numbers(2, 4, 9, 8, dtype=dtype)


def functional() -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    """Yield calls that stand for themselves in convbook and in ``torch.nn.functional``."""
    for stride, padding, groups in product([1, (2, 3)], [0, (1, 2)], [1, 2]):
        for dtype in ("float32", "float64"):
            options = {"stride": stride, "padding": padding, "groups": groups}
            kernels = numbers(6, 4 // groups, 3, 2, dtype=dtype)
            yield "conv2d", (images(dtype), kernels, numbers(6, dtype=dtype)), options
            yield "conv_transpose2d", (images(dtype), numbers(4, 3, 3, 2, dtype=dtype)), options
    yield "conv2d", (images(), numbers(6, 4, 3, 3)), {"padding": "same", "dilation": (2, 1)}
    yield "conv2d", (numbers(1, 8, 20, 20), numbers(8, 8, 3, 3)), {"padding": 1}
    yield "conv2d", (numbers(1, 2, 40, 40), numbers(2, 2, 15, 15)), {"padding": 7}
    yield "conv_transpose2d", (images(), numbers(4, 3, 3, 2)), {"stride": 3, "output_padding": 2}
    yield "unfold", (images(), (3, 2)), {"dilation": (1, 2), "padding": 1, "stride": (2, 1)}
    yield "fold", (numbers(2, 24, 49), (9, 8), (3, 2)), {"padding": 0, "stride": (1, 1)}
    for mode in ("constant", "reflect", "replicate", "circular"):
        yield "pad", (images(), (1, 2, 0, 3), mode), {}
    for padding in (0, 1):
        yield "max_pool2d", (images(), 3, 2, padding), {}
        yield "avg_pool2d", (images(), 3, 2, padding), {}
    yield "relu", (images(),), {}
    yield "linear", (numbers(5, 7), numbers(3, 7), numbers(3)), {}
    yield "softmax", (numbers(5, 7), 1), {}
    yield "cross_entropy", (numbers(5, 7), np.array([0, 6, 3, 3, 1])), {}


def parameters() -> list[np.ndarray]:
    """Return the weights and biases of a small network."""
    return [numbers(s, dtype="float64") if isinstance(s, int) else numbers(*s, dtype="float64")
            for s in ((3, 2, 3, 3), 3, (4, 12), 4)]  # fmt: skip


CLASSES = np.array([0, 3, 2])
PICTURES = numbers(3, 2, 6, 6, dtype="float64")
STEPS = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05}
INITS = {
    f"{kind} {scale} {options}": (kind, scale, options)
    for kind in ("uniform", "normal")
    for scale, options in [
        ("kaiming", {"mode": "fan_in", "nonlinearity": "relu"}),
        ("kaiming", {"mode": "fan_out", "nonlinearity": "relu"}),
        ("kaiming", {"a": 0.2, "mode": "fan_out", "nonlinearity": "leaky_relu"}),
        ("xavier", {"gain": 1.5}),
    ]
}
GAINS = {"linear": None, "tanh": None, "sigmoid": None, "relu": None, "leaky_relu": 0.3}


def by_convbook() -> dict[str, np.ndarray]:
    """Answer every call with convbook."""
    import convbook as cb

    found = {key: getattr(cb, name)(*args, **options) for key, name, args, options in calls()}
    size, kernels, out = (2, 4, 9, 8), numbers(6, 4, 3, 2), numbers(2, 6, 4, 5)
    found["conv2d_input"] = cb.conv2d_input(size, kernels, out, 2, (0, 1))
    found["conv2d_weight"] = cb.conv2d_weight(images(), (6, 4, 3, 2), out, 2, (0, 1))
    found["max_unpool2d"] = cb.max_unpool2d(*cb.max_pool2d_with_indices(images(), 2), 2)
    net = cb.Sequential(
        cb.Conv2d(2, 3, 3, rng=np.random.default_rng(0), dtype=float), cb.ReLU(), cb.MaxPool2d(2),
        cb.Flatten(), cb.Linear(12, 4, rng=np.random.default_rng(0), dtype=float),
    )  # fmt: skip
    for parameter, data in zip(net.parameters(), parameters(), strict=True):
        parameter.data = data
    loss, optimizer = cb.CrossEntropyLoss(), cb.SGD(net.parameters(), **STEPS)
    for step in range(3):
        found[f"loss {step}"] = np.array(loss.forward(net(PICTURES), CLASSES))
        found[f"slope {step}"] = net.backward(loss.backward())
        optimizer.step()
    found |= {f"trained {n}": p.data for n, p in enumerate(net.parameters())}
    for key, (kind, scale, options) in INITS.items():
        draw = getattr(cb, f"{scale}_{kind}")
        weight = draw(INIT["weight"], **options, rng=np.random.default_rng(0))
        found[key] = spread(weight, kind)
    found |= {f"gain {n}": np.array(cb.calculate_gain(n, slope)) for n, slope in GAINS.items()}
    return {key: np.asarray(value) for key, value in found.items()}


def by_torch(torch: Any) -> dict[str, np.ndarray]:
    """Answer every call with PyTorch."""
    nn, F = torch.nn, torch.nn.functional
    found = {
        key: getattr(F, name)(*map(tensor(torch), args), **options)
        for key, name, args, options in calls()
    }
    size, kernels, out = (2, 4, 9, 8), numbers(6, 4, 3, 2), numbers(2, 6, 4, 5)
    x, w, y = map(torch.from_numpy, (images(), kernels, out))
    found["conv2d_input"] = nn.grad.conv2d_input(size, w, y, 2, (0, 1))
    found["conv2d_weight"] = nn.grad.conv2d_weight(x, (6, 4, 3, 2), y, 2, (0, 1))
    found["max_unpool2d"] = F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2)
    net = nn.Sequential(
        nn.Conv2d(2, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12, 4)
    )
    for parameter, data in zip(net.parameters(), parameters(), strict=True):
        parameter.data = torch.from_numpy(data)
    optimizer, classes = torch.optim.SGD(net.parameters(), **STEPS), torch.from_numpy(CLASSES)
    for step in range(3):
        shown = torch.from_numpy(PICTURES).requires_grad_()
        optimizer.zero_grad()
        loss = F.cross_entropy(net(shown), classes)
        loss.backward()
        found |= {f"loss {step}": loss.detach(), f"slope {step}": shown.grad}
        optimizer.step()
    found |= {f"trained {n}": p.detach() for n, p in enumerate(net.parameters())}
    torch.manual_seed(0)
    for key, (kind, scale, options) in INITS.items():
        weight = torch.empty(INIT["weight"], dtype=torch.float64)
        getattr(nn.init, f"{scale}_{kind}_")(weight, **options)
        found[key] = spread(weight.numpy(), kind)
    found |= {f"gain {n}": nn.init.calculate_gain(n, slope) for n, slope in GAINS.items()}
    return {key: np.asarray(value) for key, value in found.items()}


def calls() -> Iterator[tuple[str, str, tuple[Any, ...], dict[str, Any]]]:
    """Yield the calls of functions, each under a name of its own."""
    for number, (name, args, options) in enumerate(functional()):
        yield f"{number} {name} {options}", name, args, options


def tensor(torch: Any) -> Callable[[Any], Any]:
    """Return what makes a tensor of an array and leaves all else alone."""
    return lambda value: torch.from_numpy(value) if isinstance(value, np.ndarray) else value


def spread(weight: np.ndarray, kind: str) -> np.ndarray:
    """Return what can be compared of two random draws: deviation, and bound of a uniform one."""
    return np.array([weight.std(), abs(weight).max() if kind == "uniform" else 0])


if __name__ == "__main__":
    import torch

    np.savez_compressed(RECORD, version=np.array(torch.__version__), **by_torch(torch))

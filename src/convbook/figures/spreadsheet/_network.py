"""The network of the spreadsheet: our own digit, our own kernels, a fitted dense layer."""

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from convbook import KERNELS, conv2d, max_pool2d

Floats = NDArray[np.float64]

STROKES = (
    (6, 9), (5, 13), (6, 17), (8, 18), (11, 17), (13, 13),
    (15, 17), (18, 18), (21, 16), (22, 13), (21, 9),
)  # fmt: skip
"""The corners of a three, as (row, column)."""

WEIGHT1 = np.stack([KERNELS["top edge"], KERNELS["side edge"]])[:, None]
"""Layer 1 finds edges: map 0 the upper sides of strokes, map 1 their left sides."""

ALONG, DOWN = np.array([[0.0, 0, 0], [1, 1, 1], [0, 0, 0]]), np.array([[0.0, 1, 0]] * 3)
WEIGHT2 = np.array([[ALONG, -DOWN], [-ALONG, DOWN]])
"""Layer 2 weighs both maps: map 0 finds horizontal strokes, map 1 vertical ones."""


class Layers(NamedTuple):
    """What the network computes from one image or from many."""

    conv1: Floats
    conv2: Floats
    pooled: Floats
    scores: Floats
    probabilities: Floats


class Network(NamedTuple):
    """The numbers that stand in the spreadsheet as they are; all others follow from them."""

    image: Floats
    weight1: Floats
    bias1: Floats
    weight2: Floats
    bias2: Floats
    dense_weight: Floats
    dense_bias: Floats

    def run(self, *, relu: bool = True) -> Layers:
        """Compute every layer with convbook."""
        conv1, conv2, pooled = features(
            self.image, self.weight1, self.bias1, self.weight2, self.bias2, relu=relu
        )
        scores = np.tensordot(self.dense_weight, pooled, 3) + self.dense_bias
        return Layers(conv1, conv2, pooled, scores, softmax(scores))

    def planes(self, *, relu: bool = True) -> dict[str, Floats]:
        """Return every array of the sheet, cut into planes: ``weight2_1_0`` is weight2[1, 0]."""
        layers = self.run(relu=relu)
        powers = np.exp(layers.scores - layers.scores.max())
        arrays: dict[str, Floats] = {
            "weight1": self.weight1, "bias1": self.bias1[:, None, None], "conv1": layers.conv1,
            "weight2": self.weight2, "bias2": self.bias2[:, None, None], "conv2": layers.conv2,
            "pooled": layers.pooled, "dense": self.dense_weight,
        }  # fmt: skip
        planes = {"image": self.image[0]}
        for name, array in arrays.items():
            for index in np.ndindex(array.shape[:-2]):
                planes["_".join([name, *map(str, index)])] = array[index]
        columns = {"dense_bias": self.dense_bias, "scores": layers.scores, "powers": powers}
        columns["probabilities"] = layers.probabilities
        return planes | {name: column[:, None] for name, column in columns.items()}

    def largest(self) -> dict[str, float]:
        """Return the largest number, signs apart, of what each plane is compared with."""
        tops = {name: float(abs(plane).max()) for name, plane in self.planes().items()}
        kinds = {name: re.sub(r"(_\d)+$", "", name).replace("pooled", "conv2") for name in tops}
        return {
            name: max(top for other, top in tops.items() if kinds[other] == kind)
            for name, kind in kinds.items()
        }


def features(
    images: Floats,
    weight1: Floats,
    bias1: Floats,
    weight2: Floats,
    bias2: Floats,
    *,
    relu: bool = True,
) -> tuple[Floats, Floats, Floats]:
    """Compute both layers of convolution and the pooled maps."""
    floor = 0.0 if relu else -np.inf
    conv1 = np.maximum(floor, conv2d(images, weight1, bias1))
    conv2 = np.maximum(floor, conv2d(conv1, weight2, bias2))
    return conv1, conv2, max_pool2d(conv2, 2)


def softmax(scores: Floats) -> Floats:
    """Turn scores into probabilities."""
    powers: Floats = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probabilities: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def draw_three() -> Floats:
    """Draw a three of 28 x 28 pixels in tenths, so that a cell shows its number in full."""
    pixels = np.moveaxis(np.indices((28, 28), float), 0, -1)
    corners = np.array(STROKES, float)
    distances = [_distance(pixels, a, b) for a, b in pairwise(corners)]
    ink: Floats = np.clip(1.9 - np.min(distances, axis=0), 0, 1).round(1)
    return ink[None]


def _distance(pixels: Floats, a: Floats, b: Floats) -> Floats:
    """Measure how far each pixel is from the line between two points."""
    along = np.clip((pixels - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
    distance: Floats = np.linalg.norm(pixels - a - along[..., None] * (b - a), axis=-1)
    return distance


def digits() -> tuple[Floats, NDArray[np.int64]]:
    """Return scikit-learn's 1797 digits, enlarged to 20 x 20 in a margin of 4, and their labels."""
    data = load_digits()
    positions = (np.arange(20) + 0.5) * 8 / 20 - 0.5
    enlarge = np.stack([np.interp(positions, np.arange(8), unit) for unit in np.eye(8)], axis=1)
    images = np.zeros((len(data.images), 1, 28, 28))
    images[:, 0, 4:24, 4:24] = enlarge @ (data.images / 16) @ enlarge.T
    return images, data.target


def fit(inputs: Floats, labels: NDArray[np.int64], steps: int = 300) -> tuple[Floats, Floats]:
    """Fit weights and biases of a dense layer with softmax, by gradient descent from zero."""
    scale = inputs.std()
    samples = np.column_stack([inputs.reshape(len(inputs), -1) / scale, np.ones(len(inputs))])
    wanted, decay = np.eye(10)[labels], 1e-3
    rate = 1 / (np.linalg.eigvalsh(samples.T @ samples / len(samples))[-1] / 2 + decay)
    weight = velocity = np.zeros((samples.shape[1], 10))
    for _ in range(steps):
        error = softmax(samples @ weight) - wanted
        gradient = samples.T @ error / len(samples) + decay * weight
        velocity = 0.9 * velocity - rate * gradient
        weight = weight + velocity
    return weight[:-1].T / scale, weight[-1]


def accuracy(network: Network, *, relu: bool = True) -> float:
    """Return which share of the digits that it has never seen a network reads correctly."""
    images, labels = digits()
    *_, pooled = features(images[1::2], *network[1:5], relu=relu)
    scores = np.tensordot(pooled, network.dense_weight, ([1, 2, 3], [1, 2, 3]))
    guesses = (scores + network.dense_bias).argmax(axis=1)
    return float((guesses == labels[1::2]).mean())


@cache
def recogniser() -> Network:
    """Build the network: kernels chosen by hand, the dense layer fitted to every second digit."""
    bias1, bias2 = np.full(2, -0.5), np.full(2, -1.0)
    images, labels = digits()
    *_, pooled = features(images[::2], WEIGHT1, bias1, WEIGHT2, bias2)
    weight, bias = fit(pooled, labels[::2])
    weight[abs(weight) < 0.005] = 0  # a cell would show -0.00
    dense_weight, dense_bias = weight.reshape(10, 2, 12, 12).round(4), bias.round(4)
    network = Network(draw_three(), WEIGHT1, bias1, WEIGHT2, bias2, dense_weight, dense_bias)
    for array in network:
        array.flags.writeable = False  # it is kept for the next caller
    return network

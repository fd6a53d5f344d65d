"""What filters learn: a small network that can be trained, and ways to look inside it."""

from convbook.filters.functional import (
    cross_entropy,
    linear,
    relu,
    softmax,
)
from convbook.filters.kinds import FILTER_KINDS, FilterTraits, filter_kind, filter_traits
from convbook.filters.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from convbook.filters.looking import deconvnet, occlusion_map, top_activations
from convbook.filters.module import Module, Parameter, Sequential
from convbook.filters.patches import kmeans_filters
from convbook.filters.pooling import max_pool2d_with_indices, max_unpool2d
from convbook.filters.training import SGD, CrossEntropyLoss, train_epoch

__all__ = [
    "FILTER_KINDS",
    "SGD",
    "Conv2d",
    "CrossEntropyLoss",
    "FilterTraits",
    "Flatten",
    "Linear",
    "MaxPool2d",
    "Module",
    "Parameter",
    "ReLU",
    "Sequential",
    "cross_entropy",
    "deconvnet",
    "filter_kind",
    "filter_traits",
    "kmeans_filters",
    "linear",
    "max_pool2d_with_indices",
    "max_unpool2d",
    "occlusion_map",
    "relu",
    "softmax",
    "top_activations",
    "train_epoch",
]

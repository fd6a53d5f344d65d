"""Looking inside a network, after Zeiler and Fergus."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._typing import Array, Number, Size
from convbook.filters.functional import linear, relu, softmax
from convbook.filters.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from convbook.filters.module import Module, Sequential
from convbook.filters.passes import check_gradient
from convbook.filters.pooling import max_unpool2d
from convbook.filters.training import ask
from convbook.matmul import conv2d_input


def deconvnet(net: Sequential, maps: NDArray[Number]) -> NDArray[Number]:
    """Project feature maps back to the pixels, as Zeiler and Fergus did.

    The layers are undone one after the other, the last one first: max-pooling is unpooled with the
    switches that the last forward pass has recorded, a ReLU rectifies once more, and a convolution
    is answered by its transpose, without the bias.

    Parameters
    ----------
    net : Sequential
        The layers up to the maps, such as ``net[:4]``: Conv2d, ReLU, MaxPool2d, Flatten and Linear.
        It must have seen the pictures.
    maps : ndarray of shape (N, C, H, W), or (N, C) after a Linear
        Of the last layer's output, what is to be projected; the rest zeros.

    Returns
    -------
    ndarray of shape (N, C_in, H_in, W_in)
        The projection, in the shape of the pictures.

    Raises
    ------
    ValueError
        If shapes do not go together, a layer is of another kind, or it has seen no picture.

    See Also
    --------
    max_unpool2d : undoes the pooling.

    References
    ----------
    Zeiler and Fergus, *Visualizing and understanding convolutional networks*, 2014, section 2.1.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import Conv2d, MaxPool2d, ReLU, Sequential, deconvnet
    >>> net = Sequential(Conv2d(1, 1, 2, rng=np.random.default_rng(0)), ReLU(), MaxPool2d(2))
    >>> net[0].weight.data = np.arange(4.0).reshape(1, 1, 2, 2)
    >>> net[0].bias.data = np.zeros(1)
    >>> net(np.arange(9.0).reshape(1, 1, 3, 3))
    array([[[[43.]]]])
    >>> deconvnet(net, np.ones((1, 1, 1, 1)))[0, 0]
    array([[0., 0., 0.],
           [0., 0., 1.],
           [0., 2., 3.]])
    """
    _checks.kind("net", net, Sequential)
    down = maps
    for layer in reversed(net.layers):
        if not isinstance(layer, Undoable):
            raise ValueError(f"net must hold layers of convbook, got {type(layer).__name__}")
        down = _undo(layer, check_gradient("maps", down, layer.last_pass))
    return down


Undoable = MaxPool2d | ReLU | Conv2d | Flatten | Linear | Sequential


def _undo(layer: Undoable, maps: Array) -> Array:
    """Answer one layer on the way down."""
    match layer:
        case MaxPool2d():
            size = layer.input_shape[-2:]
            sizes = layer.kernel_size, layer.stride, layer.padding
            return max_unpool2d(maps, layer.indices, *sizes, output_size=size)
        case ReLU():
            return relu(maps)
        case Conv2d():
            read, above = (x.reshape(-1, *x.shape[-3:]) for x in (layer.read, maps))
            step = layer.stride, layer.padding
            below = conv2d_input(read.shape, layer.weight.data, above, *step)
            return below.reshape(layer.read.shape)
        case Flatten():
            return maps.reshape(layer.input_shape).copy()
        case Linear():
            return linear(maps, layer.weight.data.T)
        case Sequential():
            return deconvnet(layer, maps)


def top_activations(
    maps: NDArray[Number], channel: int, number: int = 9
) -> list[tuple[int, int, int]]:
    """Find the pictures to which a feature map answers most strongly, and where.

    Parameters
    ----------
    maps : ndarray of shape (N, C, H, W)
        Feature maps of many pictures.
    channel : int
        Which map.
    number : int
        How many pictures; each occurs once.

    Returns
    -------
    list of tuple of int
        Picture, row and column of the largest activations, the largest first.

    Raises
    ------
    ValueError
        If there is no such channel, or there are fewer pictures.

    See Also
    --------
    receptive_field : tells which pixels an activation sees.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import top_activations
    >>> maps = np.zeros((3, 1, 2, 2))
    >>> maps[0, 0, 1, 0], maps[2, 0, 0, 1] = 5, 7
    >>> top_activations(maps, channel=0, number=2)
    [(2, 0, 1), (0, 1, 0)]
    """
    answers = _checks.numbers("maps", maps, "N, C, H, W")
    _checks.nonempty("maps", answers, 3)
    _checks.real("maps", answers)
    channel = _checks.below("channel", channel, answers.shape[1], "the channels of maps")
    number = _checks.at_most("number", number, len(answers), "the pictures in maps")
    planes = answers[:, channel].reshape(len(answers), -1)
    places = planes.argmax(axis=1)
    largest = planes[np.arange(len(planes)), places]
    best = len(planes) - 1 - np.argsort(largest[::-1], kind="stable")[::-1]  # of equals, the first
    width = answers.shape[-1]
    return [(int(n), int(places[n]) // width, int(places[n]) % width) for n in best[:number]]


def occlusion_map(
    net: Sequential, image: NDArray[Number], label: int, size: Size, value: float = 0.0
) -> NDArray[Number]:
    """Cover each part of a picture in turn, and record the probability of its class.

    Parameters
    ----------
    net : Sequential
        A network that gives scores.
    image : ndarray of shape (C, H, W)
        The picture.
    label : int
        The class whose probability is noted.
    size : int or pair of int
        Height and width of the cover.
    value : float
        The cover's grey.

    Returns
    -------
    ndarray of shape (H - size + 1, W - size + 1)
        The probability for each position of the cover. Low values mark what the network needs.

    Raises
    ------
    ValueError
        If the cover does not fit into the picture, or there is no such class.

    See Also
    --------
    deconvnet : looks inside instead.

    References
    ----------
    Zeiler and Fergus, *Visualizing and understanding convolutional networks*, 2014, section 4.2.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import Flatten, Linear, Sequential, occlusion_map
    >>> net = Sequential(Flatten(), Linear(9, 2, rng=np.random.default_rng(0)))
    >>> net[1].weight.data = np.array([[0.0, 9, 0, 0, 0, 0, 0, 0, 0], [0.0] * 9])
    >>> net[1].bias.data = np.zeros(2)
    >>> occlusion_map(net, np.ones((1, 3, 3)), label=0, size=2).round(2)
    array([[0.5, 0.5],
           [1. , 1. ]])
    """
    picture, cover = _check_cover(net, image, size, value)
    classes = ask(net, picture[None], "image").shape[1]
    label = _checks.below("label", label, classes, "the scores of net")
    rows, columns = np.subtract(picture.shape[1:], cover) + 1
    places = [*np.ndindex(rows, columns)]
    batches = [places[start : start + 64] for start in range(0, len(places), 64)]
    seen = [softmax(net(_cover(picture, batch, cover, value)), 1)[:, label] for batch in batches]
    return np.concatenate(seen).reshape(rows, columns)


def _cover(
    picture: Array, places: list[tuple[int, ...]], cover: tuple[int, int], value: float
) -> Array:
    """Copy a picture for each place, and cover it there."""
    height, width = cover
    copies = np.repeat(picture[None], len(places), axis=0)
    for covered, (row, column) in zip(copies, places, strict=True):
        covered[:, row : row + height, column : column + width] = value
    return copies


def _check_cover(net: Any, image: Any, size: Any, value: Any) -> tuple[Array, tuple[int, int]]:
    """Check what is asked, and what is covered with what."""
    _checks.kind("net", net, Module)
    picture = _checks.numbers("image", image, "C, H, W")
    _checks.nonempty("image", picture, 3)
    _checks.floats("image", picture)
    height, width = _checks.pair("size", size, 1)
    if height > picture.shape[1] or width > picture.shape[2]:
        raise ValueError(
            f"size must fit into the image, {picture.shape[1:]}, got {_checks.brief(size)}"
        )
    if abs(_checks.number("value", value)) > np.finfo(picture.dtype).max:
        raise ValueError(f"value must be representable in dtype {picture.dtype}, got {value}")
    return picture, (height, width)

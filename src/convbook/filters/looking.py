"""Looking inside a network, after Zeiler and Fergus."""

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._typing import Array, Number, Size
from convbook.filters.functional import relu, softmax
from convbook.filters.layers import Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential
from convbook.filters.pooling import max_unpool2d
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
    for layer in reversed(net.layers):
        maps = _undo(layer, maps)
    return maps


def _undo(layer: Module, maps: Array) -> Array:
    """Answer one layer on the way down."""
    match layer:
        case MaxPool2d():
            size = layer.read.shape[-2:]
            sizes = layer.kernel_size, layer.stride, layer.padding
            return max_unpool2d(maps, layer.indices, *sizes, output_size=size)
        case ReLU():
            return relu(maps)
        case Conv2d():
            step = layer.stride, layer.padding
            return conv2d_input(layer.read.shape, layer.weight.data, maps, *step)
        case Flatten():
            return maps.reshape(layer.read.shape)
        case Linear():
            return maps @ layer.weight.data
    raise ValueError(f"net must hold layers of convbook, got {layer!r}")


def top_activations(
    maps: NDArray[Number], channel: int, number: int = 9
) -> list[tuple[int, int, int]]:
    """Find the pictures to which a feature map answers most, and where.

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
    if _checks.integer("channel", channel, 0) >= answers.shape[1]:
        raise ValueError(f"channel must be below {answers.shape[1]}, got {channel}")
    if _checks.integer("number", number, 1) > len(answers):
        raise ValueError(f"number must be at most {len(answers)}, the pictures, got {number}")
    planes = answers[:, channel].reshape(len(answers), -1)
    best = np.argsort(-planes.max(axis=1), kind="stable")[:number]
    width = answers.shape[-1]
    places = planes.argmax(axis=1)
    return [(int(n), int(places[n]) // width, int(places[n]) % width) for n in best]


def occlusion_map(
    net: Sequential, image: NDArray[Number], label: int, size: Size, value: float = 0.0
) -> NDArray[Number]:
    """Cover each part of a picture in turn, and note what the network thinks of the rest.

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
    picture = _checks.numbers("image", image, "C, H, W")
    height, width = _checks.pair("size", size, 1)
    if height > picture.shape[1] or width > picture.shape[2]:
        raise ValueError(f"size must fit into the image, {picture.shape[1:]}, got {size}")
    classes = net(picture[None]).shape[1]
    if _checks.integer("label", label, 0) >= classes:
        raise ValueError(f"label must be below {classes}, got {label}")
    rows, columns = picture.shape[1] - height + 1, picture.shape[2] - width + 1
    covered = np.tile(picture, (rows, columns, 1, 1, 1))
    for row, column in np.ndindex(rows, columns):
        covered[row, column, :, row : row + height, column : column + width] = value
    scores = net(covered.reshape(-1, *picture.shape))
    return softmax(scores, 1)[:, label].reshape(rows, columns)

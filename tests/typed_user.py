"""What a user with strict types may write: mypy --strict reads this file, and Python runs it."""

from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import convbook as cb

F32 = NDArray[np.float32]
rng = np.random.default_rng(0)
image: F32 = rng.random((1, 3, 8, 8)).astype(np.float32)
weight: F32 = rng.random((4, 3, 3, 3)).astype(np.float32)
three = np.int64(3)

# arrays keep their dtype
assert_type(cb.conv2d(image, weight, padding=1), F32)
assert_type(cb.max_pool2d(image, 2), F32)
assert_type(cb.avg_pool2d(image, 2, ceil_mode=True, count_include_pad=False), F32)
assert_type(cb.relu(image), F32)
assert_type(cb.unfold(image, 3), F32)

# a size is one integer or two, of Python's or NumPy's, in a tuple or a list
cb.conv2d(image, weight, stride=[2, 1], padding=(1, np.int64(1)), dilation=np.int32(1))
cb.max_pool2d(image, [2, 2], stride=three - 1)
cb.conv2d_input([1, 3, 8, 8], weight, rng.random((1, 4, 6, 6)).astype(np.float32))
cb.conv2d_weight(image, [4, 3, three, three], rng.random((1, 4, 6, 6)).astype(np.float32))
cb.pad(image, [1, 1, three, three])
cb.same_padding([3, 3])
cb.kaiming_normal([4, 3, three, 3], rng=rng)
cb.fans((three, 3))

# sizes are what was asked for
assert_type(cb.output_size(28, 3), int)
assert_type(cb.output_size((28, 32), 3), tuple[int, int])
assert_type(cb.output_size(28, (3, 5), padding="same"), tuple[int, int])

# scalars and lists
assert 0 < float(cb.decode_srgb(0.5)) < float(cb.encode_srgb(0.5)) < 1
cb.decode_srgb(np.float32(0.5))
cb.decode_srgb([0.25, 0.5])
cb.luma(image, [1, 1, 1])
cb.luma(image, np.array([1.0, 2.0, 1.0]))

# networks
net = cb.Sequential(
    cb.Conv2d(3, 4, 3, rng=rng), cb.ReLU(), cb.MaxPool2d([2, 2]), cb.Flatten(),
    cb.Linear(36, 10, rng=rng),
)  # fmt: skip
assert_type(net[0], cb.Module)
assert_type(net[:2], cb.Sequential)
first = net[0]
assert isinstance(first, cb.Conv2d)
first.weight.data = first.weight.data / 2
sgd = cb.SGD(net.parameters(), lr=np.float64(0.1))
sgd.lr *= np.exp(-0.1)
labels = np.array([3])
assert_type(cb.train_epoch(net, sgd, image, labels, rng=rng), float)
assert_type(cb.cross_entropy(net(image), labels), float)
cb.softmax(net(image), dim=-1)
maps = cb.deconvnet(net, np.ones((1, 10), np.float32))
cb.top_activations(maps, channel=0, number=1)[0][1] + 1
cb.occlusion_map(net, image[0], label=3, size=[5, 5])
assert_type(cb.filter_traits(rng.random((3, 7, 7))).colour, float)


class Twice(cb.Module):
    """A layer of one's own."""

    def forward(self, input: NDArray[np.float32]) -> NDArray[np.float32]:
        """Double."""
        return 2 * input

    def backward(self, grad_output: NDArray[np.float32]) -> NDArray[np.float32]:
        """Double."""
        return 2 * grad_output


cb.Sequential(Twice(), net)(image)

"""Who takes part: each factory gets a task and returns what is to be timed."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

import convbook
from benchmarks import textbook
from benchmarks.layers import LADDER, TOYS, SizedLayer
from convbook._problem import check_problem
from convbook._typing import Array
from convbook.algorithms import FAST, fastest


class Task(NamedTuple):
    """A layer with its arrays, all of float32."""

    layer: SizedLayer
    threads: int
    backward: bool
    x: Array
    w: Array
    gradient: Array

    @property
    def flops(self) -> int:
        """The work by the definition: each gradient costs as much as the layer itself."""
        return self.layer.flops * (2 if self.backward else 1)


class Entry(NamedTuple):
    """A call to be timed."""

    call: Callable[[], Any]
    scale: float = 1.0
    """How many times its work the layer is: 1, unless only a piece or something else is timed."""
    kept: Callable[[], int] = int
    """Tells the bytes of the weights that are kept in another form."""


class Unable(Exception):
    """A competitor that cannot do a task."""


Factory = Callable[[Task], Entry]


def new_task(layer: SizedLayer, threads: int = 1, *, backward: bool = False) -> Task:
    """Draw a layer's arrays from the normal distribution."""
    rng = np.random.default_rng(0)
    shapes = layer.input_shape, layer.weight_shape, layer.output_shape
    arrays = (rng.standard_normal(shape, np.float32) for shape in shapes)
    return Task(layer, threads, backward, *arrays)


# -- The roofline ------------------------------------------------------------

SIDE = 768


def sgemm(task: Task) -> Entry:
    """Multiply two matrices, by all threads, as a measure of what the machine can do."""
    a, b, product = np.random.default_rng(0).random((3, SIDE, SIDE), np.float32)
    scale = task.flops / (2 * SIDE**3)
    if task.threads == 1:
        return Entry(lambda: np.matmul(a, b, out=product), scale)
    parts = np.array_split(np.arange(SIDE), task.threads)
    pool = ThreadPoolExecutor(task.threads)

    def multiply(rows: Array) -> None:
        band = slice(rows[0], rows[-1] + 1)
        np.matmul(a[band], b, out=product[band])

    return Entry(lambda: list(pool.map(multiply, parts)), scale)


# -- convbook ----------------------------------------------------------------

FOR_FEW_CHANNELS = {"fft": 64 * 64, "shift": 64 * 64}
"""Most pairs of channels with which an algorithm takes part: with more it would take minutes."""


def ours(algorithm: str = "auto", *, prepared: bool = True) -> Factory:
    """Return the factory of one of convbook's algorithms; prepared weights are transformed once."""

    def factory(task: Task) -> Entry:
        pairs = task.layer.c_in * task.layer.c_out // task.layer.groups
        if pairs > FOR_FEW_CHANNELS.get(algorithm, pairs):
            raise Unable
        convbook.set_num_threads(task.threads)
        weight: Any = convbook.PreparedWeight(task.w) if prepared else task.w
        options: Any = {"algorithm": algorithm, **task.layer.options}
        return Entry(
            lambda: convbook.conv2d(task.x, weight, **options),
            kept=lambda: sum(int(form.nbytes) for form in weight.forms.values()) if prepared else 0,
        )

    return factory


def choice(task: Task) -> str:
    """Return which algorithm "auto" takes, the weights being prepared."""
    stride, padding, groups = task.layer.options.values()
    problem = check_problem(task.x, task.w, None, stride, padding, 1, groups)
    return fastest(problem._replace(forms={}).workload)


def our_gradients(task: Task) -> Entry:
    """Compute the gradients of the input and of the weights."""
    convbook.set_num_threads(task.threads)
    layer, x, w, gradient = task.layer, task.x, task.w, task.gradient
    return Entry(
        lambda: (
            convbook.conv2d_input(x.shape, w, gradient, **layer.options),
            convbook.conv2d_weight(x, w.shape, gradient, **layer.options),
        )
    )


# -- Other libraries ---------------------------------------------------------


def torch(task: Task) -> Entry:
    """Call torch's function; it keeps no graph, since nothing here asks for a gradient."""
    import torch

    torch.set_num_threads(task.threads)
    x, w = torch.from_numpy(task.x), torch.from_numpy(task.w)
    return Entry(lambda: torch.nn.functional.conv2d(x, w, **task.layer.options))


def torch_channels_last(task: Task) -> Entry:
    """Call torch's function on arrays whose channels lie together, as its own are laid out then."""
    import torch

    torch.set_num_threads(task.threads)
    arrays = torch.from_numpy(task.x), torch.from_numpy(task.w)
    x, w = (array.to(memory_format=torch.channels_last) for array in arrays)
    call = torch.inference_mode()(torch.nn.functional.conv2d)
    return Entry(lambda: call(x, w, **task.layer.options))


def torch_reordered(task: Task) -> Entry:
    """Let oneDNN, which multiplies for torch, order the weights beforehand as it likes them."""
    import torch

    if not torch.backends.mkldnn.is_available():
        raise Unable
    torch.set_num_threads(task.threads)
    x, w, layer = torch.from_numpy(task.x), torch.from_numpy(task.w).to_mkldnn(), task.layer
    sizes = [layer.padding] * 2, [layer.stride] * 2, [1, 1], layer.groups
    w = torch._C._nn.mkldnn_reorder_conv2d_weight(w, *sizes, layer.input_shape)
    call = torch.inference_mode()(torch.mkldnn_convolution)
    return Entry(lambda: call(x, w, None, *sizes))


def torch_gradients(task: Task) -> Entry:
    """Call what torch's autograd calls."""
    import torch

    torch.set_num_threads(task.threads)
    x, w, gradient = (torch.from_numpy(array) for array in (task.x, task.w, task.gradient))
    pair = [task.layer.stride] * 2, [task.layer.padding] * 2, [1, 1]
    backward = torch.ops.aten.convolution_backward
    options = None, *pair, False, [0, 0], task.layer.groups, (True, True, False)
    return Entry(lambda: backward(gradient, x, w, *options)[:2])


def onnxruntime(task: Task) -> Entry:
    """Run a model of one node, whose weights the runtime may arrange beforehand."""
    import onnx
    import onnxruntime

    layer, helper, real = task.layer, onnx.helper, onnx.TensorProto.FLOAT
    node = helper.make_node(
        "Conv",
        ["x", "w"],
        ["y"],
        strides=[layer.stride] * 2,
        pads=[layer.padding] * 4,
        group=layer.groups,
    )
    graph = helper.make_graph(
        [node],
        "layer",
        [helper.make_tensor_value_info("x", real, layer.input_shape)],
        [helper.make_tensor_value_info("y", real, layer.output_shape)],
        [onnx.numpy_helper.from_array(task.w, "w")],
    )
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = task.threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return Entry(lambda: session.run(None, {"x": task.x})[0])


def scipy(function: str, largest: int = 999) -> Factory:
    """Return the factory of one of SciPy's functions for one image and one kernel."""

    def factory(task: Task) -> Entry:
        from scipy import signal

        if task.layer[1:4:2] != (1, 1) or task.layer.batch > 1 or task.layer.k > largest:
            raise Unable
        x, w = task.x[0, 0], convbook.flip(task.w)[0, 0]
        call = getattr(signal, function)
        return Entry(lambda: call(x, w, mode="same")[None, None])

    return factory


# -- Textbook versions -------------------------------------------------------


def from_textbook(function: Callable[[Array, Array], Array]) -> Factory:
    """Return the factory of a textbook version; padding is part of the call."""

    def factory(task: Task) -> Entry:
        x, w, p = task.x, task.w, task.layer.padding
        sides = (0, 0), (0, 0), (p, p), (p, p)
        return Entry(lambda: function(np.pad(x, sides), w))

    return factory


def loops(task: Task) -> Entry:
    """Time the seven loops on a piece, in proportion to the layer's multiplications."""
    k = task.layer.k
    x, w = task.x[:1, :4, : k + 3, : k + 3], task.w[:4, :4]
    products = len(w) * 4 * 4 * x.shape[1] * k * k
    return Entry(lambda: textbook.loops(x, w), task.layer.flops / 2 / products)


def dense_matrix(task: Task) -> Entry:
    """Multiply the convolution's matrix, zeros and all, which is built beforehand."""
    if task.layer not in TOYS:
        raise Unable
    matrix = convbook.convolution_matrix(task.w, task.layer.side, padding=task.layer.padding)
    rows, shape = task.x.reshape(task.layer.batch, -1), task.layer.output_shape
    return Entry(lambda: (rows @ matrix.T).reshape(shape))


# -- The entry lists ---------------------------------------------------------

FORWARD: dict[str, Factory] = {
    "torch": torch,
    "torch channels last": torch_channels_last,
    "torch reordered": torch_reordered,
    "onnxruntime": onnxruntime,
    "sgemm": sgemm,
    "convbook": ours(),
    "convbook unprepared": ours(prepared=False),
    **{f"convbook {name}": ours(name) for name in FAST},
    "scipy oaconvolve": scipy("oaconvolve"),
    "scipy fftconvolve": scipy("fftconvolve"),
    "scipy convolve2d": scipy("convolve2d", largest=15),
}
TEXTBOOK: dict[str, Factory] = {
    "loops": loops,
    "einsum": from_textbook(textbook.einsum),
    "einsum optimized": from_textbook(textbook.einsum_optimized),
    "tensordot": from_textbook(textbook.tensordot),
    "fancy im2col": from_textbook(textbook.fancy_im2col),
    "full im2col": from_textbook(textbook.full_im2col),
    "whole fft": from_textbook(textbook.whole_fft),
    "dense matrix": dense_matrix,
}
BACKWARD: dict[str, Factory] = {
    "torch": torch_gradients,
    "sgemm": sgemm,
    "convbook": our_gradients,
}


def names(task: Task) -> list[str]:
    """Return who is asked to do a task; the textbook versions climb one ladder only."""
    if task.backward:
        return [*BACKWARD]
    return [*FORWARD, *(TEXTBOOK if task.threads == 1 and task.layer in (LADDER, *TOYS) else ())]


def entries(task: Task, wanted: Sequence[str]) -> dict[str, Entry]:
    """Return the entries of some competitors, if they can do the task and are installed."""
    factories = BACKWARD if task.backward else FORWARD | TEXTBOOK
    found = {}
    for name in wanted:
        with suppress(Unable, ModuleNotFoundError):
            found[name] = factories[name](task)
    return found

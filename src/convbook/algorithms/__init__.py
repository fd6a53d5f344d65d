"""What is done instead of multiplying by the matrix: fast algorithms of convolution."""

from convbook.algorithms.choice import ALGORITHMS, FAST, convolve, fastest
from convbook.algorithms.gradient import weight_gradient
from convbook.algorithms.prepared import PreparedWeight
from convbook.algorithms.threads import get_num_threads, set_num_threads
from convbook.algorithms.toom import Bilinear, cook_toom, cook_toom_exactly, fourier

__all__ = [
    "ALGORITHMS",
    "FAST",
    "Bilinear",
    "PreparedWeight",
    "convolve",
    "cook_toom",
    "cook_toom_exactly",
    "fastest",
    "fourier",
    "get_num_threads",
    "set_num_threads",
    "weight_gradient",
]

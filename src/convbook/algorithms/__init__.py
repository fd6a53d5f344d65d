"""What is done instead of multiplying by the matrix: fast algorithms of convolution.

Each is a function that writes the output of a problem, in a module of its own. The table in
`choice.py` holds all that the others need to know of it: a new one is added there.
"""

from convbook.algorithms.choice import ALGORITHMS, FAST, AlgorithmName, convolve, fastest
from convbook.algorithms.gradient import weight_gradient
from convbook.algorithms.prepared import PreparedWeight
from convbook.algorithms.threads import get_num_threads, set_num_threads
from convbook.algorithms.toom import Bilinear, cook_toom, cook_toom_exactly, fourier

__all__ = [
    "ALGORITHMS",
    "FAST",
    "AlgorithmName",
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

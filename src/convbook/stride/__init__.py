"""What a layer's sizes make of an image: how large it gets, what it costs, how far it sees."""

from convbook.stride.costs import Cost, budget
from convbook.stride.fields import Field, receptive_field
from convbook.stride.layers import Layer
from convbook.stride.sizes import output_size

__all__ = ["Cost", "Field", "Layer", "budget", "output_size", "receptive_field"]

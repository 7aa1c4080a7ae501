"""What is known beside the data, given to encoder and decoder."""

from .condition import Condition as Condition
from .label import Label as Label
from .vector import Vector as Vector

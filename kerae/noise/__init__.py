"""Where random numbers come from: fresh ones for training, repeatable ones for everything else."""

from .fresh import FreshNoise as FreshNoise
from .repeatable import RepeatableNoise as RepeatableNoise

"""A training run: a folder with the model, what made it, how it went, and pictures of it."""

from .fit_together import fit_together as fit_together
from .train import train as train

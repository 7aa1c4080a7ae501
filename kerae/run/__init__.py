"""A training run: a folder with the model, what made it, how it went, and pictures of it."""

from .train import train as train

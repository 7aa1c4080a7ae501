"""The autoencoders of the literature, a paper a class."""

from .ae import AE as AE
from .vae import VAE as VAE

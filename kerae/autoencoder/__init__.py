"""The model: corrupt, encode, draw a latent, decode; trained on a sum of named terms."""

from .autoencoder import Autoencoder as Autoencoder

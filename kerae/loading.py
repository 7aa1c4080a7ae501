"""Models from disk."""

import keras

# Which registers what a file may name.
from . import (  # noqa: F401
    adversaries,
    callbacks,
    conditions,
    corruptions,
    data,
    flows,
    latents,
    likelihoods,
    models,
    priors,
    targets,
    terms,
)
from .autoencoder import Autoencoder
from .autoencoder.saving import read
from .checks.arguments import checked
from .checks.types import FilePath


@checked
def load(filepath: FilePath, custom_objects: dict | None = None) -> Autoencoder:
    """Reads a model that `model.save` wrote, on any backend, ready to go on training.

    Args:
        filepath: Path of a `.keras` file.
        custom_objects: Dict of names and classes of your own that the model is made of and that
            are not registered with `keras.saving.register_keras_serializable`.
    Returns:
        The `kerae.Autoencoder`, of the class that was saved.

    Example:

    >>> import tempfile
    >>> path = f"{tempfile.mkdtemp()}/vae.keras"
    >>> kerae.VAE((8, 8, 1), latent_dim=2).save(path)
    >>> kerae.load(path).latent_dim
    2

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is truncated, or was not written by a kerae model. Code inside a
            file (Lambda layers) is never run.
    """
    model = read(
        filepath,
        lambda path: keras.saving.load_model(path, custom_objects=custom_objects, safe_mode=True),
    )
    if not isinstance(model, Autoencoder):
        raise ValueError(
            f"Expected a file written by a kerae model. Received: {filepath}, a "
            f"{type(model).__name__}. Load it with keras.saving.load_model."
        )
    return model

"""Models on disk: one `.keras` file with architecture, weights, optimizer, seeds and step."""

import warnings
import zipfile
from pathlib import Path

import keras

from .files import checked_path, replacing
from .without_tensorflow import without_tensorflow


class Saving:
    """How `kerae.Autoencoder` is written and read."""

    def save(self, filepath, overwrite=True, **kwargs):
        """Writes the model to a `.keras` file, whole or not at all.

        Args:
            filepath: Path that ends in `.keras`; folders are made where missing.
            overwrite: Boolean, whether an existing file may be replaced.
        Raises:
            ValueError: If the path does not end in `.keras`.
            FileExistsError: If there is a file and `overwrite` is false.
        """
        path = checked_path(filepath, ".keras", overwrite)
        self._build_optimizer()  # or the file could not be loaded
        with replacing(path) as partial, without_tensorflow():
            super().save(partial, **kwargs)

    def restore(self, filepath):
        """Takes over weights, optimizer state, seeds and step from a `.keras` file.

        Raises:
            ValueError: If the file is truncated, foreign, or of another architecture.
        """
        self._build_optimizer()  # or its state would be skipped
        _read(filepath, self.load_weights)

    def __reduce__(self):
        self._build_optimizer()  # or its state would be missing in a copy
        return super().__reduce__()

    def _build_optimizer(self):
        # One that scales losses of half precision would get its variables a second time.
        if self.compiled and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)

    def _seed_states(self):
        """The states of all seed generators, dropout's included, in the order of the layers."""
        return [v for v in self.non_trainable_variables if v.path.endswith("seed_generator_state")]

    def save_own_variables(self, store):
        super().save_own_variables(store)
        for index, state in enumerate(self._seed_states()):
            store[f"seed_{index}"] = state

    def load_own_variables(self, store):
        own = [key for key in list(store.keys()) if not key.startswith("seed_")]
        super().load_own_variables({key: store[key] for key in own})
        for index, state in enumerate(self._seed_states()):
            state.assign(store[f"seed_{index}"])


def load(filepath, custom_objects=None):
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
    # Which registers what a file may name.
    from . import (  # noqa: F401
        adversaries,
        callbacks,
        conditions,
        corruptions,
        data,
        likelihoods,
        models,
        penalties,
        priors,
    )
    from .autoencoder import Autoencoder

    model = _read(
        filepath,
        lambda path: keras.saving.load_model(path, custom_objects=custom_objects, safe_mode=True),
    )
    if not isinstance(model, Autoencoder):
        raise ValueError(
            f"Expected a file written by a kerae model. Received: {filepath}, a "
            f"{type(model).__name__}. Load it with keras.saving.load_model."
        )
    return model


def _read(filepath, reader):
    path = Path(filepath)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    if path.suffix != ".keras" or not zipfile.is_zipfile(path):
        raise ValueError(
            f"{path} is no complete `.keras` file: it is truncated or of another kind. "
            "Take an earlier checkpoint, or save the model again with model.save(...)."
        )
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="Skipping variable loading")
            return reader(path)
    except (OSError, KeyError, TypeError, UserWarning, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"Cannot read {path}: {error}") from error

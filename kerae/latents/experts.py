"""A normal of each of several modalities, of which some may be missing."""

from typing import Any

import keras
from keras import ops

from ..networks.multimodal import multimodal_encoder
from ..ops.packing import presence
from .normal import Normal

TRIED = {"one": (10,), "other": (4,)}  # which, with two flags, are 16 numbers


class Experts(keras.layers.Layer):
    """Normals that know one modality each.

    Call arguments:
        features: List of the features `(batch, features)` of each modality, and last of its flags,
            as `kerae.networks.multimodal_encoder` gives it.

    Returns:
        Means and log-variances, `(batch, modalities, latent_dim)`, and which are there,
        `(batch, modalities)`, 1 or 0.
    """

    def __init__(self, latent_dim, **kwargs) -> None:
        super().__init__(**kwargs)
        self.latent_dim = latent_dim

    def build(self, input_shape: Any) -> None:
        is_list = isinstance(input_shape, list | tuple) and isinstance(input_shape[0], list | tuple)
        if not is_list or tuple(input_shape[-1][1:]) != (len(input_shape) - 1,):
            shapes = [tuple(each[1:]) for each in input_shape] if is_list else input_shape[1:]
            raise ValueError(
                "Expected an encoder that gives a list of the features of each modality and, "
                f"last, a flag for each. Received: shapes {shapes}. Take "
                "kerae.networks.multimodal_encoder."
            )
        self.normals = [Normal(self.latent_dim, dtype=self.dtype_policy) for _ in input_shape[1:]]
        for normal, shape in zip(self.normals, input_shape):
            normal.build(shape)

    def call(self, features):
        *features, flags = features
        posteriors = [normal(each) for normal, each in zip(self.normals, features)]
        means, log_variances = (
            ops.stack([posterior[name] for posterior in posteriors], axis=1)
            for name in ("mean", "log_variance")
        )
        return means, log_variances, presence(ops.cast(flags, means.dtype))


def networks_to_try() -> dict[str, Any]:
    """An encoder for latents of several modalities, of images of 4x4 pixels."""
    x = keras.layers.Input((4, 4, 1))
    return {"encoder": keras.Model(x, multimodal_encoder(TRIED)(keras.layers.Flatten()(x)))}

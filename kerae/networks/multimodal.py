"""A network for each of several modalities that lie in one packed array."""

import math
from typing import Any

import keras
from keras import layers, ops

from ..checks.arguments import checked
from ..checks.parts import check_network, checked_shape
from ..checks.types import Shape
from ..ops.packing import Packing, check_names
from .default import default_decoder, default_encoder


@keras.saving.register_keras_serializable("kerae.networks")
class Unpacked(layers.Layer):
    """Some columns of a packed array, in a shape.

    Args:
        start: Integer, the first column.
        shape: Tuple, the shape of one example.
    """

    def __init__(self, start, shape, **kwargs) -> None:
        super().__init__(**kwargs)
        self.start, self.shape = start, tuple(shape)

    def call(self, x):
        columns = x[:, self.start : self.start + math.prod(self.shape)]
        return ops.reshape(columns, (-1, *self.shape))

    def get_config(self):
        return super().get_config() | {"start": self.start, "shape": self.shape}


@checked
def multimodal_encoder(modalities: dict, encoders: dict | None = None) -> keras.Model:
    """Packed arrays to the features of each modality, and the flags of those that are there.

    Args:
        modalities: Dict of the shape of one example of each modality, by its name.
        encoders: Dict of Keras models or layers from a modality to features. Defaults, also for
            each that it lacks, to `kerae.networks.default_encoder`.
    Returns:
        Keras model that gives a list of features, and last the flags, for
        `kerae.latents.ProductOfExperts` and `MixtureOfExperts`.

    Example:

    >>> modalities = {"image": (8, 8, 1), "label": (10,)}
    >>> label = keras.layers.Dense(4)
    >>> encoder = kerae.networks.multimodal_encoder(modalities, {"label": label})
    >>> [tuple(each.shape[1:]) for each in encoder.outputs]
    [(512,), (4,), (2,)]

    Raises:
        ValueError: If the modalities are no dict of shapes, or an encoder is of none of them.
    """
    packing = Packing(modalities)
    networks = _networks("encoders", encoders, packing.shapes, default_encoder)
    x = layers.Input((packing.size,))
    features = [
        network(Unpacked(start, shape)(x))
        for network, start, shape in zip(networks, packing.starts, packing.shapes.values())
    ]
    flags = Unpacked(packing.num_values, (len(packing.shapes),))(x)
    return keras.Model(x, [*features, flags], name="encoder")


@checked
def multimodal_decoder(
    code_shape: Shape, parameter_shapes: dict, decoders: dict | None = None
) -> keras.Model:
    """A code to the parameters of each modality, one after the other.

    Args:
        code_shape: Tuple, the shape of a code.
        parameter_shapes: Dict of the shape of the parameters of each modality, by its name.
        decoders: Dict of Keras models or layers from a code to these. Defaults, also for each that
            it lacks, to `kerae.networks.default_decoder`.

    Example:

    >>> shapes = {"image": (8, 8, 1), "label": (10,)}
    >>> kerae.networks.multimodal_decoder((2,), shapes).output_shape
    (None, 74)

    Raises:
        ValueError: If the shapes are none, or a decoder is of no modality, or gives another shape.
    """
    code_shape = checked_shape("code_shape", code_shape)
    shapes = Packing(parameter_shapes).shapes
    networks = _networks(
        "decoders", decoders, shapes, lambda shape: default_decoder(code_shape, shape)
    )
    z = layers.Input(code_shape)
    parameters = []
    for network, (name, shape) in zip(networks, shapes.items()):
        decoded = network(z)
        if tuple(decoded.shape[1:]) != shape:
            raise ValueError(
                f"Expected a decoder of {name!r} that gives shape {('batch', *shape)}. Received: "
                f"{('batch', *decoded.shape[1:])}. Change its last layer, or leave it out to get "
                "one that fits."
            )
        parameters.append(layers.Reshape((math.prod(shape),))(decoded))
    return keras.Model(z, layers.Concatenate()(parameters), name="decoder")


def _networks(argument: str, given: Any, shapes: dict[str, Any], make: Any):
    """The network of each modality, of those that are given."""
    check_names(argument, given, shapes)
    networks = []
    for number, (name, shape) in enumerate(shapes.items(), start=1):
        network = (given or {}).get(name)
        check_network(f"{argument}[{name!r}]", network)
        if network is None:
            network = make(shape)
            network.name = f"{network.name}_{number}"  # else two of a model would share one
        networks.append(network)
    return networks

"""A network with one layer's output replaced."""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.arguments import checked
from ..checks.short import short

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@checked
def spliced(model: Any, layer: Any, sae: "Autoencoder") -> keras.Model:
    """A network in which a layer's output is replaced by an autoencoder's reconstruction of it.

        h = layer(…)   becomes   h_hat = decode(encode(h))

    wherever it is used further on. The weights are those of the two models, not copies: it can be
    evaluated, and trained, like any Keras model. Neither model changes.

    Args:
        model: `keras.Sequential` or functional `keras.Model`; the `encoder` of an autoencoder that
            kerae made is one.
        layer: String, the name of one of its layers, or the layer. It has one output, and is used
            once.
        sae: `kerae.Autoencoder` of what the layer gives: of its last axis, at each place by itself,
            or of all axes but that of examples.
    Returns:
        `keras.Model` with the inputs and outputs of `model`, not compiled.

    Example:

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6, name="hidden")])
    >>> sae = kerae.SparseAE((6,), latent_dim=12, penalty="l1", likelihood="normal")
    >>> kerae.spliced(model, "hidden", sae).predict(np.zeros((3, 4)), verbose=0).shape
    (3, 6)

    Raises:
        ValueError: If the model is none of layers that Keras knows, has no such layer or uses it
            more than once, or the autoencoder does not fit what the layer gives.
    Reference:
        Bricken et al., 2023, https://transformer-circuits.pub/2023/monosemantic-features
    """
    layer = layer_of(model, layer)
    _check_fit(layer, sae)
    return replaced(model, layer, Reconstructed(sae))


def replaced(model: Any, layer: keras.Layer, replacement: keras.Layer) -> keras.Model:
    """The network with `replacement` applied to what the layer gives."""

    def call(each, *args, **kwargs):
        output = each(*args, **kwargs)
        return replacement(output) if each is layer else output

    return keras.models.clone_model(
        as_functional(model), clone_function=lambda each: each, call_function=call
    )


def as_functional(model: Any) -> keras.Model:
    """The same network, of a Sequential too, which by itself is not called layer by layer."""
    if isinstance(model, keras.Sequential):
        return keras.Model(model.inputs[0], model.outputs[0])
    return keras.Model(model.input, model.output)


def layer_of(model: Any, layer: Any) -> keras.Layer:
    """The layer of that name, or the layer itself, if it can be spliced.

    Raises:
        ValueError: If it is no layer of a sequential or functional model, is used more than once,
            or has several outputs.
    """
    if not (isinstance(model, keras.Model) and _is_graph(model)):
        advice = (
            " Give the network inside, such as `model.encoder`."
            if hasattr(model, "encoder")
            else " Give one of its sequential or functional parts, or make it of these."
        )
        raise ValueError(
            "Expected `model` to be a keras.Sequential that is built, or a functional keras.Model."
            f" Received: {type(model).__name__}, whose layers Keras does not know the order of."
            + advice
        )
    names = [each.name for each in model.layers]
    found = [each for each in model.layers if layer is each or _is_name_of(layer, each)]
    if not found:
        raise ValueError(
            f"Expected `layer` to be one of the model's: {', '.join(names)}. Received: "
            f"{short(getattr(layer, 'name', layer))}. Of a layer inside of another model, give "
            "that model."
        )
    counted = []

    def count(each, *args, **kwargs):
        counted.append(each)
        return each(*args, **kwargs)

    keras.models.clone_model(
        as_functional(model),
        clone_function=lambda each: each,
        call_function=count,
    )
    uses = sum(each is found[0] for each in counted)
    if uses != 1 or not isinstance(found[0].output, keras.KerasTensor):
        given = f"{uses} uses" if uses != 1 else "several outputs"
        raise ValueError(
            "Expected `layer` to be used once, with one output. Received: "
            f"{found[0].name!r} with {given}. Choose a layer after it."
        )
    return found[0]


def _is_name_of(name, layer):
    return isinstance(name, str) and name == layer.name


def _is_graph(model):
    if isinstance(model, keras.Sequential):
        return model.built
    return hasattr(model, "operations")


class Reconstructed(keras.Layer):
    """What an autoencoder makes of its input, at each place by itself or of all of it."""

    def __init__(self, sae: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sae = sae

    def call(self, h: Any) -> Any:
        shape = tuple(self.sae.input_shape)
        flat = ops.reshape(h, (-1, *shape))
        x_hat = ops.cast(self.sae(flat, training=False), h.dtype)
        return ops.reshape(x_hat, (-1, *h.shape[1:]))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


def _check_fit(layer, sae):
    given, shape = tuple(layer.output.shape[1:]), tuple(sae.input_shape)
    if sae.condition is not None:
        raise ValueError(
            "Expected `sae` without a condition, of which the network gives none. Received: "
            f"{type(sae).__name__} with {type(sae.condition).__name__}."
        )
    if shape not in (given, given[-1:]) or tuple(sae.target_shape) != shape:
        raise ValueError(
            f"Expected `sae` of what {layer.name!r} gives, input and reconstruction of shape "
            f"{given[-1:]} or {given}. Received: {type(sae).__name__} from {shape} to "
            f"{tuple(sae.target_shape)}."
        )

"""Networks as seen by those whom they judge: they pass gradients on, and take none."""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


def frozen(layer: Any) -> Any:
    """The function that `layer` is now: gradients go to its inputs, and to none of its variables.

    Whatever a call would change in the layer, such as moving averages, stays as it is.
    """

    def call(*args, **kwargs):
        values = [(variable, ops.stop_gradient(variable.value)) for variable in layer.variables]
        with keras.StatelessScope(state_mapping=values):
            return layer(*args, **kwargs)

    return call


def frozen_in(model: "Autoencoder", part: keras.Layer | None, function: Any) -> Any:
    """`function` of a model's variables as they are now, without a gradient for those of `part`.

    So one pass can have two gradients: of the encoder by what the decoder says of its codes, and
    of the decoder by something else.

    Args:
        model: `kerae.Autoencoder`.
        part: Layer of the model, such as its `decoder`; `None` for a function that is called once
            more and is to change nothing.
        function: Any function of tensors that calls parts of the model.
    Returns:
        A function of the same arguments. Whatever a call would change in the model stays as it is.

    Example:

    >>> model = kerae.AE((4,), latent_dim=2)
    >>> decode = kerae.ops.frozen_in(model, model.decoder, model.likelihood_parameters)
    >>> tuple(decode(np.zeros((3, 2), "float32")).shape)
    (3, 4)
    """

    def call(*args, **kwargs):
        stopped = set() if part is None else {id(variable) for variable in part.variables}
        # All of them: within another scope, those that are not named here would be constants.
        values = [
            (v, ops.stop_gradient(v.value) if id(v) in stopped else v.value)
            for v in model.variables
        ]
        with keras.StatelessScope(state_mapping=values):
            return function(*args, **kwargs)

    return call

"""A model as a person reads it: its parts, what goes in and out of them, and its terms."""

import math
from typing import TYPE_CHECKING

from ..configurable import Configurable

if TYPE_CHECKING:
    from .autoencoder import Autoencoder


def description(model: "Autoencoder") -> str:
    """The text that `print(model)` prints.

    Args:
        model: `kerae.Autoencoder`.

    Example:

    >>> print(kerae.VAE((8, 8, 1), latent_dim=2, beta=4.0))
    VAE: (8, 8, 1) -> (2,) -> (8, 8, 1), 69,700 parameters
      encoder     Sequential                           (8, 8, 1) -> (512,)  33,280
      latent      Normal(latent_dim=2, num_samples=1)  (512,) -> (2,)        2,052
      prior       StandardNormal()                     (2,)                      0
      decoder     Sequential                           (2,) -> (8, 8, 1)    34,368
      likelihood  Bernoulli()                          (8, 8, 1)                 0
      loss = 1.0 * reconstruction + 4.0 * kl
    """
    code, target, encoded = model.latent.event_shape, model.target_shape, model.encoded_shape
    features = model.features_shape
    shapes = {
        "preprocessing": f"{model.input_shape} -> {model.data_shape}",
        "corruption": f"{model.data_shape}",
        "condition": f"{model.condition and model.condition.y_shape}",
        "encoder": f"{encoded} -> {features}",
        "latent": f"{features} -> {code}",
        "prior": f"{code}",
        "decoder": f"{model.decoded_shape} -> {model.parameter_shape}",
        "likelihood": f"{target}",
        "adversary": "",
    }
    parts = {name: getattr(model, name) for name in shapes if getattr(model, name) is not None}
    rows = [
        (name, _named(part), shapes[name], f"{part.count_params():,}")
        for name, part in parts.items()
    ]
    widths = [max(map(len, column)) for column in zip(*rows)]
    trained = [f"{term.weight} * {term.label}" for term in model.terms if not term.is_watched]
    watched = [term.label for term in model.terms if term.is_watched]
    return "\n".join(
        [
            f"{type(model).__name__}: {model.input_shape} -> {code} -> {target}, "
            f"{sum(math.prod(v.shape) for v in model.trainable_variables):,} parameters",
            *(_aligned(row, widths) for row in rows),
            f"  loss = {' + '.join(trained)}",
            *([f"  watched: {', '.join(watched)}"] if watched else []),
        ]
    )


def _named(part):
    return str(part) if isinstance(part, Configurable) else type(part).__name__


def _aligned(row, widths):
    *words, number = (f"  {cell:{width}}" for cell, width in zip(row, widths))
    return "".join([*words, f"  {number.strip():>{widths[-1]}}"])

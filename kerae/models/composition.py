"""Parts that a user puts in the place of those that the model of a paper has."""

import inspect
from typing import Any

from ..autoencoder import Autoencoder
from ..latents import Latent
from ..terms import Term

REPLACEABLE = (*Autoencoder.passed_on, "latent", "prior", "terms")


def composed(
    model: Autoencoder,
    given: dict[str, Any],
    latent: Latent,
    terms: list[Term],
    **weights: Any,
) -> dict[str, Any]:
    """Arguments of `kerae.Autoencoder`: parts that were given, else those of the paper.

    Args:
        model: The model that is made.
        given: Dict, the keyword arguments that its constructor passes on; `None` counts as not
            given.
        latent: `kerae.latents.Latent` of the paper.
        terms: List of the paper's `kerae.Term`.
        **weights: The constructor's arguments that these terms were made of.
    Raises:
        ValueError: If a given latent has codes of another shape, or terms are given and one of the
            weights, which would then count for nothing.
    """
    given = {name: value for name, value in given.items() if value is not None}
    shape = getattr(given.get("latent"), "event_shape", latent.event_shape)
    if tuple(shape) != latent.event_shape:
        raise ValueError(
            f"Expected a latent with codes of shape {latent.event_shape}, as `latent_dim` says. "
            f"Received: {type(given['latent']).__name__} with codes of shape {tuple(shape)}."
        )
    if "terms" in given:
        own = inspect.signature(type(model).__init__).parameters
        for name, value in weights.items():
            if name in own and own[name].default not in (own[name].empty, value):
                raise ValueError(
                    f"Expected either `terms` or `{name}`, a weight of the terms in whose place "
                    f"they are. Received both, {name}={value!r}. Give the weight to your own term."
                )
    return {"latent": latent, "terms": terms} | given

"""Parts that a user puts in the place of those that the model of a paper has."""

import inspect
from typing import Any

from ..adversaries.adversary import Adversary
from ..autoencoder import Autoencoder
from ..latents import Latent
from ..priors import Prior
from ..terms import Term

REPLACEABLE = (*Autoencoder.passed_on, "latent", "prior", "terms")


def composed(
    model: Autoencoder,
    given: dict[str, Any],
    latent: Latent,
    terms: list[Term],
    adversary: Adversary | None = None,
    prior: Prior | None = None,
    of_latent: dict[str, Any] | None = None,
    of_prior: dict[str, Any] | None = None,
    **weights: Any,
) -> dict[str, Any]:
    """Arguments of `kerae.Autoencoder`: parts that were given, else those of the paper.

    Args:
        model: The model that is made.
        given: Dict, the keyword arguments that its constructor passes on; `None` counts as not
            given.
        latent: `kerae.latents.Latent` of the paper.
        terms: List of the paper's `kerae.Term`.
        adversary: `kerae.adversaries.Adversary` of the paper, for its terms.
        prior: `kerae.priors.Prior` of the paper. Defaults to the standard normal.
        of_latent: Dict of the constructor's arguments, beside `latent_dim`, that the latent was
            made of.
        of_prior: Dict of those that the prior was made of.
        **weights: Those that the terms were made of.
    Raises:
        ValueError: If a given latent has codes of another shape, or a part is given and one of the
            arguments, or an adversary, that would then count for nothing.
    """
    given = {name: value for name, value in given.items() if value is not None}
    if "latent" in given:
        _check_codes(given["latent"], latent.event_shape)
        _refuse_both(model, "latent", of_latent or {})
    if "prior" in given:
        _refuse_both(model, "prior", of_prior or {})
    if "terms" in given:
        _refuse_both(model, "terms", weights)
        if adversary is not None:
            _check_read(given["terms"], terms, type(model).__name__)
    parts = {"latent": latent, "terms": terms, "adversary": adversary, "prior": prior}
    return {name: part for name, part in parts.items() if part is not None} | given


def _check_codes(latent, shape):
    # A latent that knows its shape only once it is built on the encoder's features makes maps.
    received = getattr(latent, "event_shape", None)
    if isinstance(latent, Latent) and (received is None or tuple(received) != shape):
        codes = "a shape that depends on the encoder" if received is None else f"shape {received}"
        raise ValueError(
            f"Expected a latent with codes of shape {shape}, as `latent_dim` says. Received: "
            f"{type(latent).__name__} with codes of {codes}. Change `latent_dim`, or compose "
            "a kerae.Autoencoder, which has none."
        )


def _refuse_both(model, part, arguments):
    own = inspect.signature(type(model).__init__).parameters
    for name, value in arguments.items():
        if name in own and own[name].default not in (own[name].empty, value):
            raise ValueError(
                f"Expected either `{part}` or `{name}`, an argument of the {part} in whose place "
                f"it would be. Received: both, {name}={value!r}. Give it to your own {part}."
            )


def _check_read(terms, of_paper, name):
    if not any(getattr(term, "reads_adversary", False) for term in terms):
        readers = " or ".join(type(term).__name__ for term in of_paper if term.reads_adversary)
        labels = [getattr(term, "label", None) for term in terms]
        raise ValueError(
            f"Expected a term that reads the critic among `terms` of {name}, or it would be "
            f"trained for nothing. Received: {labels}. Add {readers} of kerae.terms, set "
            "`reads_adversary = True` in a term of your own, or take kerae.VAE."
        )

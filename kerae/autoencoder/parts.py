"""What an autoencoder is composed of: looked at before it is used."""

import inspect
from typing import Any

import keras

from ..adversaries.adversary import Adversary
from ..checks.short import short
from ..checks.types import Tensor
from ..conditions.condition import Condition
from ..latents.latent import Latent
from ..priors.prior import Prior
from ..targets.target import Target
from ..terms.term import Term

KINDS = {
    "adversary": (Adversary, "kerae.adversaries.LatentCritic()"),
    "condition": (Condition, "kerae.conditions.Label(num_classes=10)"),
    "corruption": (keras.Layer, "kerae.corruptions.Gaussian()"),
    "decoder": (keras.Layer, "keras.layers.Dense(64)"),
    "encoder": (keras.Layer, "keras.layers.Flatten()"),
    "latent": (Latent, "kerae.latents.Normal(2)"),
    "preprocessing": (keras.Layer, "kerae.data.Binarize()"),
    "prior": (Prior, "kerae.priors.StandardNormal()"),
    "target": (Target, "kerae.targets.Given((10,))"),
    "terms": (Term, "[kerae.Reconstruction()]"),
}

SUITABLE = {
    "Discrete": "kerae.priors.UniformCodes",
    "Euclidean": "kerae.priors.StandardNormal",
    "PoincareBall": "kerae.priors.HyperbolicNormal",
    "Product": "kerae.priors.Joint",
    "Sphere": "kerae.priors.UniformSphere",
}


def check_kinds(**parts: Any) -> None:
    """Checks that each part is of its kind.

    Args:
        **parts: By the names of the arguments of `kerae.Autoencoder`; `None` for those not given.
    Raises:
        ValueError: If one is a class, a name or another object, or `terms` no list.
    """
    for name, given in parts.items():
        kind, example = KINDS[name]
        several = name == "terms"
        if several and not isinstance(given, list | tuple | None):
            raise ValueError(
                f"Expected `terms` to be a list of kerae.Term. Received: {_named(given)}. Put it "
                "in brackets, `terms=[…]`."
            )
        for each in given or () if several else (given,):
            if each is not None and not isinstance(each, kind):
                raise ValueError(
                    f"Expected `{name}` to be {'of ' * several}{_of_which(kind)}. Received: "
                    f"{_named(each)}. Pass an object of that kind, such as `{name}={example}`."
                )


def labels_of(parts: Any) -> list[str]:
    """The names of terms and of an adversary in the logs.

    Raises:
        ValueError: If one has none, one that the logs use for something else, or that of another.
    """
    for part in parts:
        label = getattr(part, "label", None)
        if not isinstance(label, str) or not label or label == "loss" or label.startswith("val_"):
            received = f"label={label!r}" if hasattr(part, "label") else "none"
            raise ValueError(
                f"Expected {type(part).__name__} to have a `label`, its name in the logs, other "
                f'than "loss" and not after "val_", which are those of the sum and of validation. '
                f'Received: {received}. Write `label = "…"` in the class.'
            )
    labels = [part.label for part in parts]
    if len(set(labels)) < len(labels):
        raise ValueError(
            f"Expected terms of different names. Received: {labels}. Give one another `label`."
        )
    return labels


def check_state(part: Any) -> None:
    """Checks that a part of a model has made all of its variables, and where files find them.

    Raises:
        ValueError: If one of its layers is not built, or it keeps statistics in a metric.
    """
    name = type(part).__name__
    if part.metrics_variables:
        raise ValueError(
            f"Expected {name} to keep its statistics in variables of its own. Received: a "
            "keras.metrics.Metric, whose state is that of no step. Make them by `add_weight` with "
            "`trainable=False`, and `assign` while `outputs['training']`."
        )
    for layer in part._flatten_layers(include_self=False):
        if not layer.built and type(layer).build is not keras.Layer.build:
            raise ValueError(
                f"Expected all layers of {name} to be built with the model, so that they are "
                f"trained and saved. Received: {type(layer).__name__} {layer.name!r}, which is "
                "not. Build it in `fit_to(model)`, by `layer.build((None, …))`."
            )


def check_spaces(latent: Any, prior: Any) -> None:
    """Checks that q(z|x) and p(z) are densities over one space, or a KL would mean nothing.

    Raises:
        ValueError: If they are not.
    """
    if latent.has_density and not (prior.space is None or isinstance(latent.geometry, prior.space)):
        own = type(latent.geometry).__name__
        raise ValueError(
            f"Expected a prior whose density is over the space of the codes of "
            f"{type(latent).__name__}, {own}. Received: {type(prior).__name__}, over "
            f"{prior.space.__name__}. Take {SUITABLE.get(own, 'one over it')}, or another latent."
        )


def check_codes(z: Tensor, latent: Any, num_samples: int | None) -> None:
    """Checks the shape of codes that a latent has drawn, as far as it is known.

    Raises:
        ValueError: If it is not `(batch, num_samples, *event_shape)`.
    """
    # Codes that are not drawn are one each.
    asked = num_samples if latent.has_density else None
    expected, received = (asked, *latent.event_shape), tuple(z.shape[1:])
    known = zip(expected, received)
    if len(received) == len(expected) and all(a in (None, b) or b is None for a, b in known):
        return
    samples = "num_samples" if asked is None else asked
    raise ValueError(
        f"Expected {type(latent).__name__} to draw codes of shape "
        f"({', '.join(map(str, ('batch', samples, *latent.event_shape)))}). Received: "
        f"({', '.join(map(str, ('batch', *received)))}). Let its `sample`, or `draw`, give as many "
        "codes of each example as `num_samples` says, each of its `event_shape`."
    )


def _of_which(kind):
    folder = "keras" if kind is keras.Layer else ".".join(kind.__module__.split(".")[:2])
    return "a kerae.Term" if kind is Term else f"a {folder}.{kind.__name__}"


def _named(given):
    return f"the class {given.__name__}" if inspect.isclass(given) else short(given)

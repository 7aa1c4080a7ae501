import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..adversaries.feature_critic import FeatureCritic, decoded
from ..checks.types import Tensor
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class FeatureReconstruction(Term):
    """The negative log-likelihood of the data's features: a learned measure of similarity.

        value = - log N(features(x); features(x_z), I)
              = 1/2 * sum over features of ((features(x) - features(x_z))^2 + log(2 pi))

    in nats per example, with the features of the model's `FeatureCritic` and the mean x_z of
    p(x|z), z ~ q(z|x). The critic's features change while it is trained, and the value with them.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
    Raises:
        ValueError: If `weight` is a negative number, or the model's adversary has no features.
    Reference:
        Larsen et al., 2016, https://arxiv.org/abs/1512.09300
    """

    label = "feature_reconstruction"
    reads_adversary = True

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | {"adversary": FeatureCritic()}

    def fit_to(self, model: "Autoencoder"):
        if not isinstance(model.adversary, FeatureCritic):
            raise ValueError(
                "FeatureReconstruction needs an adversary with features. Received: "
                f"{type(model.adversary).__name__}. Pass "
                "adversary=kerae.adversaries.FeatureCritic()."
            )

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        pair = decoded(model, outputs["z"][:, 0], outputs), outputs["target"]
        made, expected = (model.adversary.features_of(x, outputs) for x in pair)
        squared = ops.square(made - expected) + math.log(2 * math.pi)
        return 0.5 * ops.sum(squared, axis=1)

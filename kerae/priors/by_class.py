from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
from keras import ops

from ..checks.short import short
from ..checks.types import Tensor
from .components import drawn_component
from .prior import Prior

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class ByClass(Prior):
    """A prior for each class: codes are drawn of that of a label, or of all, as frequent as given.

        p(z) = sum over classes c of  p_c p(z | c)

    Priors that know no classes themselves make one where `fitted` is given labels.

    Args:
        priors: List of `kerae.priors.Prior`, that of class 0 first, all of one kind.
        probabilities: List of numbers p_c, positive with sum 1. Defaults to equal ones.

    Example:

    >>> data, model = kerae.data.load("digits"), kerae.AE((8, 8, 1), latent_dim=2)
    >>> prior = kerae.priors.GaussianMixture.fitted(model, data.x_train, data.y_train)
    >>> model.sample(5, y=3, prior=prior).shape
    (5, 8, 8, 1)

    Raises:
        ValueError: If `priors` are none, or of several kinds, or the probabilities are not theirs.
    """

    is_conditional = True

    def __init__(
        self, priors: Sequence[Prior], probabilities: Sequence[float] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        kinds = {type(each) for each in priors}
        if len(kinds) != 1 or not all(isinstance(each, Prior) for each in priors):
            raise ValueError(
                "Expected `priors` to be a list of kerae.priors.Prior of one kind. Received: "
                f"{short(priors)}. Make one for each class."
            )
        p = np.full(len(priors), 1 / len(priors)) if probabilities is None else probabilities
        if len(p) != len(priors) or min(p) <= 0 or abs(sum(p) - 1) > 1e-6:
            raise ValueError(
                f"Expected `probabilities` to be {len(priors)} positive numbers with the sum 1. "
                f"Received: {short(probabilities)}. Give the frequency of each class."
            )
        self.priors = list(priors)
        self.probabilities = probabilities
        self.num_classes = len(priors)
        self.event_shape = priors[0].event_shape
        self.space = priors[0].space
        self.probability = self.add_weight(
            shape=(len(priors),), trainable=False, name="probability"
        )
        self.probability.assign(p)

    def fit_to(self, model: "Autoencoder") -> None:
        for prior in self.priors:
            prior.fit_to(model)
        super().fit_to(model)

    def tried_in(self) -> dict[str, Any]:
        return self.priors[0].tried_in() | {"prior": self}

    def given(self, model: "Autoencoder", outputs: dict):
        return _OfClasses([each.given(model, outputs) for each in self.priors], self.probability)

    def check_fitted(self) -> None:
        for prior in self.priors:
            prior.check_fitted()

    def log_prob(self, z: Tensor) -> Tensor:
        return _OfClasses(self.priors, self.probability).log_prob(z)

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        return _OfClasses(self.priors, self.probability).sample(noise, labels)


class _OfClasses(NamedTuple):
    priors: list
    probability: Any

    def log_prob(self, z: Tensor) -> Tensor:
        of_class = ops.stack([each.log_prob(z) for each in self.priors], axis=-1)
        return ops.logsumexp(of_class + ops.log(self.probability), axis=-1)

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        label = drawn_component(noise, self.probability, labels)
        first, *others = (each.sample(noise) for each in self.priors)
        z, of_one = first, (-1, *(1,) * (len(first.shape) - 1))
        for number, drawn in enumerate(others, start=1):
            z = ops.where(ops.reshape(ops.equal(label, number), of_one), drawn, z)
        return z

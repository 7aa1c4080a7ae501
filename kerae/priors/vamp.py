import math
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import keras
import numpy as np
from keras import ops

from ..checks.arrays import check_array
from ..checks.given import as_array
from ..checks.numbers import check_count
from ..checks.types import ArrayLike, Tensor
from .components import drawn_number
from .prior import Prior, refuse_labels

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

COUNT = 500
START = keras.initializers.RandomNormal(mean=0.05, stddev=0.01)
AT_ONCE = 50  # pseudo-inputs whose densities are computed together, for the memory they take


@keras.saving.register_keras_serializable("kerae.priors")
class Vamp(Prior):
    """The mean posterior of trained inputs: what codes are drawn from, in the model's own terms.

        p(z) = 1/K sum over k of q(z|u_k)

    with pseudo-inputs u_k, as large as what the encoder sees and within the likelihood's support,
    that are trained with the model; where it is `fitted` to a trained one, they are examples. They
    pass the encoder as in evaluation, without changing what it keeps of its data. Of a
    `kerae.MultimodalVAE` they have all modalities.

    Args:
        num_pseudo_inputs: Integer, the number K. Defaults to 500.

    Example:

    >>> prior = kerae.priors.Vamp(num_pseudo_inputs=10)
    >>> model = kerae.VAE((8, 8, 1), latent_dim=2, prior=prior)
    >>> prior.start_at(np.ones((10, 8, 8, 1), "float32")).pseudo_inputs.shape
    (10, 8, 8, 1)

    Raises:
        ValueError: If `num_pseudo_inputs` is below 1; or if the model's latent has no density of
            any code, as where codes move by the decoder's gradient or come in layers, or its
            encoder is conditional.
    Reference:
        Tomczak and Welling, 2018, https://arxiv.org/abs/1705.07120 (they start near 0.05, as in
        the paper's code, or at examples, by `start_at`)
    """

    space = None

    def __init__(self, num_pseudo_inputs: int = COUNT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("num_pseudo_inputs", num_pseudo_inputs)
        self.num_pseudo_inputs = num_pseudo_inputs
        self.pseudo_inputs = None

    def fit_to(self, model: "Autoencoder") -> None:
        super().fit_to(model)
        if not (model.latent.has_density and model.latent.draws_alone):
            raise ValueError(
                "Expected a latent under a Vamp prior with a density q(z|x) of any code, that "
                f"follows from the encoder alone. Received: {type(model.latent).__name__}. Take "
                "another prior, or a latent such as kerae.latents.Normal."
            )
        if model.encoder_is_conditional:
            raise ValueError(
                "Expected an encoder that reads examples alone under a Vamp prior. Received: a "
                "model whose encoder is given a condition. Give it to the decoder only, by "
                "`for_encoder=False`."
            )
        if self.pseudo_inputs is None:
            within = model.likelihood.within
            self.pseudo_inputs = self.add_weight(
                shape=(self.num_pseudo_inputs, *model.data_shape),
                initializer=lambda *given, **options: within(START(*given, **options)),
                constraint=_Kept(within),
                name="pseudo_inputs",
            )

    @classmethod
    def read_of(cls, model: "Autoencoder", inputs: tuple, seed: int) -> np.ndarray:
        """The examples themselves, as the model sees them."""
        from ..autoencoder.in_batches import in_batches

        if model.preprocessing is None:
            return inputs[0]
        return in_batches(model, model.preprocess, inputs[:1])

    @classmethod
    def from_codes(
        cls,
        model: "Autoencoder",
        codes: np.ndarray,
        labels: np.ndarray | None,
        seed: int,
        num_pseudo_inputs: int = COUNT,
        **options: Any,
    ) -> Prior:
        """The mean posterior of examples, `num_pseudo_inputs` of those given, or all if fewer."""
        prior = cls(min(num_pseudo_inputs, len(codes)), **options)
        prior.fit_to(model)
        generator = np.random.default_rng(seed)
        rows = generator.choice(len(codes), prior.num_pseudo_inputs, replace=False)
        return prior.start_at(codes[rows])

    def start_at(self, x: ArrayLike) -> Self:
        """Makes the pseudo-inputs those examples, as the model sees them.

        Args:
            x: Array `(num_pseudo_inputs, *data_shape)`, preprocessed.
        Returns:
            The prior itself.
        Raises:
            ValueError: If it is not yet part of a model, or `x` of another shape.
        """
        if self.pseudo_inputs is None:
            raise ValueError(
                "Expected a Vamp prior that is part of a model. Received: one of its own. Make the "
                "model first, by `prior=`."
            )
        x = as_array(x, "x")
        check_array(x, self.pseudo_inputs.shape[1:], "x")
        if len(x) != self.num_pseudo_inputs:
            raise ValueError(
                f"Expected `x` to be {self.num_pseudo_inputs} examples, one a pseudo-input. "
                f"Received: {len(x)}."
            )
        self.pseudo_inputs.assign(x)
        return self

    def given(self, model: "Autoencoder", outputs: dict):
        posterior = model.posterior(ops.convert_to_tensor(self.pseudo_inputs))
        return _MeanPosterior(model.latent, posterior, self.num_pseudo_inputs)


class _MeanPosterior(NamedTuple):
    latent: Any
    posterior: dict[str, Any]
    count: int

    def log_prob(self, z: Tensor) -> Tensor:
        event_shape = self.latent.event_shape
        flat = ops.reshape(z, (1, -1, *event_shape))
        log_probs = [
            self.latent.log_prob(self._rows(first, first + AT_ONCE), flat)
            for first in range(0, self.count, AT_ONCE)
        ]
        mean = ops.logsumexp(ops.concatenate(log_probs), axis=0) - math.log(self.count)
        return ops.reshape(mean, ops.shape(z)[: len(z.shape) - len(event_shape)])

    def _rows(self, first, after):
        return keras.tree.map_structure(lambda each: each[first:after], self.posterior)

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        refuse_labels(self, labels)
        index = drawn_number(noise.uniform(()), self.count)
        chosen = keras.tree.map_structure(
            lambda each: ops.take(each, index, axis=0), self.posterior
        )
        return self.latent.sample(chosen, noise, 1)[:, 0]


class _Kept(keras.constraints.Constraint):
    """A function of values that says which they may be."""

    def __init__(self, within):
        self.within = within

    def __call__(self, value):
        return self.within(value)

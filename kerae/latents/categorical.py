import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..backend import argmax
from ..checks.numbers import check_count, check_positive
from ..checks.types import Shape, Tensor
from ..ops.gradients import with_gradient_of
from ..priors.uniform_codes import OfCodes
from ..schedules import Schedule, Weight, value_at
from .discrete import Discrete
from .linear_head import LinearHead

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

LEAST = 2.0**-24  # of uniform draws, whose logarithm is taken


@keras.saving.register_keras_serializable("kerae.latents")
class Categorical(Discrete):
    """Categorical variables, each a one-hot vector, relaxed while the model is trained.

        q(z|x) = product over variables n of pi_n[k_n],   k_n the category that z_n marks
        z_n = one_hot(argmax(log pi_n + g_n)),            g_n ~ Gumbel(0, 1), a draw from q(z|x)
        z_n = softmax((log pi_n + g_n) / temperature)     in training, through which gradients pass

    with logits log pi_n that are linear in the encoder's features. A code is the vector of all
    z_n, one after another; the deterministic one marks the likeliest categories.

    In training the decoder sees relaxed codes, and beside them the KL of the discrete ones, which
    is exact: what is minimized is then no bound of log p(x) of the discrete model, and can be below
    - log p(x). Outside of training all codes are draws from q(z|x), whatever the temperature, and
    `evaluate`, `score` and `log_likelihood` bound log p(x) of the discrete model. The log-density
    of a relaxed code is the mixture of those of its categories, sum_n z_n . log pi_n, and not that
    of the concrete distribution.

    Args:
        num_variables: Integer, N.
        num_categories: Integer, of each variable.
        temperature: Float or `kerae.schedules.Schedule` of the training step. The lower, the nearer
            relaxed codes are to discrete ones, and the larger is the variance of gradients.
            Defaults to 0.67.
        straight_through: Boolean, whether in training too codes are one-hot, with the gradient of
            the relaxed ones. Defaults to False.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.

    Example:

    >>> latent = kerae.latents.Categorical(num_variables=2, num_categories=3)
    >>> posterior = latent(np.zeros((1, 8), "float32"))
    >>> np.asarray(latent.mode(posterior))
    array([[1., 0., 0., 1., 0., 0.]], dtype=float32)

    Raises:
        ValueError: If a count is too small, a temperature not positive, or the encoder's features
            are not of shape `(batch, features)`.
    Reference:
        Jang et al., 2017, https://arxiv.org/abs/1611.01144 (with the KL of the discrete codes, as
        in its code, and straight-through);
        Maddison et al., 2017, https://arxiv.org/abs/1611.00712 (there with the densities of the
        relaxed codes)
    """

    is_sure = False
    served = {
        "mean": "The code: the one-hot vectors of the likeliest categories.",
        "log_probabilities": "Logarithm of the probability of each category of each variable.",
    }

    def __init__(
        self,
        num_variables: int,
        num_categories: int,
        temperature: Weight = 0.67,
        straight_through: bool = False,
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_count("num_variables", num_variables)
        check_count("num_categories", num_categories, 2)
        check_count("num_samples", num_samples)
        is_schedule = isinstance(temperature, Schedule)
        ends = (temperature.start, getattr(temperature, "end", 1.0)) if is_schedule else ()
        for value in ends or (temperature,):
            check_positive("temperature", value)
        self.num_variables = num_variables
        self.num_categories = num_categories
        self.temperature = temperature
        self.straight_through = straight_through
        self.num_samples = num_samples
        self.num_codes = num_categories
        self.index_shape = (num_variables,)
        self.event_shape = (num_variables * num_categories,)
        self.head = LinearHead(*self.event_shape, dtype=self.dtype_policy)

    @property
    def categorical_variables(self) -> tuple[range, ...]:
        size = self.num_categories
        starts = (number * size for number in range(self.num_variables))
        return tuple(range(start, start + size) for start in starts)

    def tried_in(self) -> dict[str, Any]:
        from ..priors import UniformCodes

        return super().tried_in() | {"prior": UniformCodes()}

    def build(self, input_shape: Shape) -> None:
        self.head.build(input_shape)

    def call(self, features: Tensor):
        logits = ops.reshape(self.head(features), (-1, self.num_variables, self.num_categories))
        return {"log_probabilities": ops.log_softmax(logits)}

    def codes_of(self, indices: Tensor) -> Tensor:
        """The codes `(…, event_shape)` of the numbers `(…, num_variables)` of categories."""
        one_hot = ops.one_hot(indices, self.num_categories, dtype=self.compute_dtype)
        return ops.reshape(one_hot, (*ops.shape(indices)[:-1], *self.event_shape))

    def indices_in(self, posterior: dict[str, Any]) -> Tensor:
        return argmax(posterior["log_probabilities"])

    def sample(
        self, posterior: dict[str, Any], noise: Any, num_samples: int | None = None
    ) -> Tensor:
        return self.codes_of(argmax(self._perturbed(posterior, noise, num_samples)))

    def draw(
        self, model: "Autoencoder", outputs: dict, num_samples: int | None = None
    ) -> dict[str, Any]:
        posterior, noise = outputs["posterior"], outputs["noise"]
        if not outputs["training"]:
            return {"z": self.sample(posterior, noise, num_samples)}
        perturbed = self._perturbed(posterior, noise, num_samples)
        relaxed = ops.softmax(perturbed / value_at(self.temperature, outputs["step"]))
        relaxed = ops.reshape(relaxed, (-1, perturbed.shape[1], *self.event_shape))
        if self.straight_through:
            relaxed = with_gradient_of(self.codes_of(argmax(perturbed)), relaxed)
        return {"z": relaxed}

    def log_prob(self, posterior: dict[str, Any], z: Tensor) -> Tensor:
        flat = ops.reshape(posterior["log_probabilities"], (-1, 1, *self.event_shape))
        return ops.sum(z * flat, axis=-1)

    def kl_divergence(self, outputs: dict[str, Any]) -> Tensor:
        if not isinstance(outputs["prior"], OfCodes):
            return super().kl_divergence(outputs)
        log_p = outputs["posterior"]["log_probabilities"]
        return ops.sum(ops.exp(log_p) * (log_p + math.log(self.num_categories)), axis=-1)

    def _perturbed(self, posterior, noise, num_samples):
        """log pi + g, `(batch, num_samples, num_variables, num_categories)`."""
        shape = (num_samples or self.num_samples, self.num_variables, self.num_categories)
        uniform = ops.maximum(ops.cast(noise.uniform(shape), self.compute_dtype), LEAST)
        return ops.expand_dims(posterior["log_probabilities"], 1) - ops.log(-ops.log(uniform))

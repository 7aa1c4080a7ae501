from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.numbers import check_positive
from ..checks.types import Shape
from ..latents import Categorical, Joint, Normal
from ..priors import Joint as JointPrior
from ..priors import StandardNormal, UniformCodes
from ..schedules import Linear, Schedule, Weight
from ..terms import PartKL, Reconstruction
from ..terms.term import non_negative
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class JointVAE(Autoencoder):
    """JointVAE: continuous and categorical codes, each with a capacity that grows in training.

        loss = - E[log p(x|z, c)] + gamma * | KL(q(z|x) || p(z)) - C_z |
                                  + gamma * | KL(q(c|x) || p(c)) - C_c |        nats per example

        C_z = capacity_z * min(step / steps, 1)
        C_c = capacity_c * min(step / steps, 1), but at most num_variables log
              num_categories, the largest KL that categories can have

    with z ~ N(mu(x), sigma(x)^2) beside p(z) = N(0, I), and one-hot vectors c beside uniform
    categories, relaxed in training as in `kerae.latents.Categorical`. A code is z and then c.
    Both KLs are exact, and logged as `kl_continuous` and `kl_categorical`; the loss is no bound of
    log p(x), which `score` and `log_likelihood` give, of discrete c.

    The paper takes the distance of the KL's mean over a minibatch from its capacity; here it is
    that of each example. Of categorical variables of several sizes, compose a `kerae.Autoencoder`
    with `kerae.latents.Joint` and a `kerae.terms.PartKL` for each.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of continuous dimensions. Defaults to 10.
        num_variables: Integer, of categorical variables. Defaults to 1.
        num_categories: Integer, of each. Defaults to 10.
        gamma: Float or `kerae.schedules.Schedule`, the weight of both distances. Defaults to 30, as
            in the paper for MNIST, like the capacities and steps.
        capacity_z: Float, in nats, the KL that is aimed at in the end; or a schedule, the
            capacity itself. Defaults to 5.
        capacity_c: The same for the categorical variables. Defaults to 5.
        steps: Integer, the number of training steps until then. Defaults to 25,000.
        temperature: Float or schedule, of the relaxation. Defaults to 0.67.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.JointVAE((8, 8, 1), latent_dim=2, num_categories=3, steps=500)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl_categorical', 'kl_continuous', 'loss', 'reconstruction']
    >>> z = model.encode(np.zeros((1, 8, 8, 1), "float32"))[0]
    >>> kerae.latent_space.traverse_categories(model, z).shape
    (1, 3, 8, 8, 1)

    Raises:
        ValueError: If the encoder or the decoder does not fit, or a number is too small.
    Reference:
        Dupont, 2018, https://arxiv.org/abs/1804.00104
    """

    parts = (Categorical, Joint, JointPrior, Linear, Normal, PartKL, Reconstruction)
    parts = (*parts, StandardNormal, UniformCodes)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int = 10,
        num_variables: int = 1,
        num_categories: int = 10,
        gamma: Weight = 30.0,
        capacity_z: Weight = 5.0,
        capacity_c: Weight = 5.0,
        steps: int = 25_000,
        temperature: Weight = 0.67,
        **kwargs: Any,
    ) -> None:
        check_positive("steps", steps)
        categorical = Categorical(num_variables, num_categories, temperature)
        most = categorical.log_num_codes
        continuous = _growing("capacity_z", capacity_z, steps)
        of_categories = _growing("capacity_c", capacity_c, steps, most)
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Joint([Normal(latent_dim), categorical]),
                [
                    Reconstruction(),
                    PartKL(1, gamma, continuous, label="kl_continuous"),
                    PartKL(2, gamma, of_categories, label="kl_categorical"),
                ],
                prior=JointPrior([StandardNormal(), UniformCodes()]),
                of_latent={"temperature": temperature},
                gamma=gamma,
                capacity_z=capacity_z,
                capacity_c=capacity_c,
                steps=steps,
            ),
        )
        self.latent_dim = latent_dim
        self.num_variables = num_variables
        self.num_categories = num_categories
        self.gamma = gamma
        self.capacity_z = capacity_z
        self.capacity_c = capacity_c
        self.steps = steps
        self.temperature = temperature


def _growing(name, capacity, steps, most=float("inf")):
    """A capacity that grows in a straight line to `capacity`, but ends at `most`."""
    if isinstance(capacity, Schedule):
        return capacity
    end = min(non_negative(name, capacity), most)  # pyright: ignore[reportArgumentType]
    return Linear(0.0, end, max(1, round(steps * end / capacity)) if end else steps)

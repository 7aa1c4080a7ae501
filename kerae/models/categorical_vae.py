from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Categorical
from ..priors import UniformCodes
from ..schedules import Weight
from ..terms import KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class CategoricalVAE(Autoencoder):
    """Categorical VAE: one-hot codes, trained through the Gumbel-softmax relaxation.

        loss = - E[log p(x|z)] + beta * KL(q(z|x) || p(z))        nats per example
        KL = sum over variables n and categories k of  pi_n[k] (log pi_n[k] + log num_categories)

    with z relaxed in training, and the uniform p(z). What is logged of training is then not the
    negative ELBO of the discrete model: relaxed codes can tell more than categories do. All else,
    as validation, `evaluate`, `score` and `log_likelihood`, takes draws of the discrete q(z|x),
    and with beta = 1 its `loss` is the negative ELBO; see `kerae.latents.Categorical`.

    Args:
        input_shape: Tuple, the shape of one example.
        num_variables: Integer, of the code. Defaults to 20.
        num_categories: Integer, of each variable. Defaults to 10.
        temperature: Float or `kerae.schedules.Schedule`, of the relaxation. Defaults to 0.67.
        straight_through: Boolean, whether the decoder sees one-hot codes in training too, with the
            gradient of relaxed ones. Defaults to False.
        beta: Float or schedule, the weight of the KL. Defaults to 1.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.CategoricalVAE((8, 8, 1), num_variables=4, num_categories=3)
    >>> z = model.encode(np.zeros((2, 8, 8, 1), "float32"))
    >>> z.reshape(2, 4, 3).sum(axis=-1)
    array([[1., 1., 1., 1.],
           [1., 1., 1., 1.]], dtype=float32)

    Raises:
        ValueError: If the encoder or the decoder does not fit, or a number is too small.
    Reference:
        Jang et al., 2017, https://arxiv.org/abs/1611.01144
    """

    parts = (Categorical, KLDivergence, Reconstruction, UniformCodes)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        num_variables: int = 20,
        num_categories: int = 10,
        temperature: Weight = 0.67,
        straight_through: bool = False,
        beta: Weight = 1.0,
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        of_latent = {
            "temperature": temperature,
            "straight_through": straight_through,
            "num_samples": num_samples,
        }
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Categorical(num_variables, num_categories, **of_latent),
                [Reconstruction(), KLDivergence(beta)],
                prior=UniformCodes(),
                of_latent=of_latent,
                beta=beta,
            ),
        )
        self.num_variables = num_variables
        self.num_categories = num_categories
        self.temperature = temperature
        self.straight_through = straight_through
        self.beta = beta
        self.num_samples = num_samples

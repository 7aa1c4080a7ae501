from typing import TYPE_CHECKING, Any

import keras

from ..checks.types import Tensor
from .aggregate_posterior import AggregatePosterior

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class DimensionWiseKL(AggregatePosterior):
    """How far the dimensions of codes, each on its own, are from the prior.

        value = sum over dimensions j of log q(z_j)  -  log p(z)        nats per example

    whose mean is the sum of the KL(q(z_j) || p(z_j)), if the prior is one of independent
    dimensions: the last of the three parts of the KL; see `kerae.terms.TotalCorrelation`.

    Args:
        dataset_size: Integer, the number N of examples that the model is trained on. Defaults to
            that of the arrays that `fit` is given.
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        sampling: How q(z_j) is estimated from a batch, `"weighted"` or `"stratified"`; see
            `kerae.terms.TotalCorrelation`.

    Example:

    >>> term = kerae.terms.DimensionWiseKL(dataset_size=1437)
    >>> latent = kerae.latents.Normal(2)
    >>> model = kerae.Autoencoder((4,), latent, terms=[kerae.Reconstruction(), term])
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['dimension_wise_kl', 'loss', 'reconstruction']

    Raises:
        ValueError: If an argument is out of range, or the model's latent is not
            `kerae.latents.Normal`.
    Reference:
        Chen et al., 2018, https://arxiv.org/abs/1802.04942
    """

    label = "dimension_wise_kl"

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        _, _, marginals = self.log_densities(outputs)
        return marginals - outputs["prior"].log_prob(outputs["z"][:, 0])

from typing import TYPE_CHECKING, Any

import keras

from ..checks.types import Tensor
from .aggregate_posterior import AggregatePosterior

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class IndexCodeMutualInformation(AggregatePosterior):
    """How much a code tells of which example it came from.

        value = log q(z|x) - log q(z)        nats per example

    whose mean is the mutual information of code and example: the first of the three parts of the
    KL; see `kerae.terms.TotalCorrelation`.

    Args:
        dataset_size: Integer, the number N of examples that the model is trained on. Defaults to
            that of the arrays that `fit` is given.
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        sampling: How q(z) is estimated from a batch, `"weighted"` or `"stratified"`; see
            `kerae.terms.TotalCorrelation`.

    Example:

    >>> term = kerae.terms.IndexCodeMutualInformation(dataset_size=1437)
    >>> latent = kerae.latents.Normal(2)
    >>> model = kerae.Autoencoder((4,), latent, terms=[kerae.Reconstruction(), term])
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['loss', 'mutual_information', 'reconstruction']

    Raises:
        ValueError: If an argument is out of range, or the model's latent is not
            `kerae.latents.Normal`.
    Reference:
        Hoffman and Johnson, 2016, http://approximateinference.org/accepted/HoffmanJohnson2016.pdf;
        Chen et al., 2018, https://arxiv.org/abs/1802.04942
    """

    label = "mutual_information"

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        posterior, aggregate, _ = self.log_densities(outputs)
        return posterior - aggregate

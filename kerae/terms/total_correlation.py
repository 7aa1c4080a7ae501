from typing import TYPE_CHECKING, Any

import keras

from ..checks.types import Tensor
from .aggregate_posterior import AggregatePosterior

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class TotalCorrelation(AggregatePosterior):
    """How far the dimensions of codes are from independent.

        value = log q(z) - sum over dimensions j of log q(z_j)        nats per example

    whose mean is KL(q(z) || product of the q(z_j)), for q(z) the density of codes of all the
    data. With `IndexCodeMutualInformation` before it and `DimensionWiseKL` after it the values
    add up, for every single code, to that of the KL:

        log q(z|x) - log p(z) = [log q(z|x) - log q(z)] + [log q(z) - sum_j log q(z_j)]
                                + [sum_j log q(z_j) - log p(z)]

    Densities over N examples are estimated from the M of a batch (and the first code drawn of
    each):

        "weighted":    q(z) ~ 1/(N M) * sum over j of  q(z|x_j)
        "stratified":  q(z) ~ 1/N * q(z|x) + (1 - 1/N) * mean over the others of  q(z|x_j)

    The weighted estimate shifts what is logged, in d dimensions by (d - 1) log N or so; its
    gradient does not depend on N. The stratified one is in nats, but where M is much smaller than
    N it is too low and restrains less: it needs large batches. Either may be negative.

    Args:
        dataset_size: Integer, the number N of examples that the model is trained on. Defaults to
            that of the arrays that `fit` is given.
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        sampling: `"weighted"` or `"stratified"`. Defaults to the first.

    Example:

    >>> term = kerae.terms.TotalCorrelation(dataset_size=1437, sampling="stratified")
    >>> latent = kerae.latents.Normal(2)
    >>> model = kerae.Autoencoder((4,), latent, terms=[kerae.Reconstruction(), term])
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['loss', 'reconstruction', 'total_correlation']

    Raises:
        ValueError: If an argument is out of range, or the model's latent is not
            `kerae.latents.Normal`.
    Reference:
        Chen et al., 2018, https://arxiv.org/abs/1802.04942; the stratified weights are the mean
        of those in its appendix C over the order of the batch
    """

    label = "total_correlation"

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        _, aggregate, marginals = self.log_densities(outputs)
        return aggregate - marginals

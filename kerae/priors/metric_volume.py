from typing import TYPE_CHECKING, Any, NamedTuple

import keras
from keras import ops

from ..checks.numbers import check_count, check_positive
from ..checks.types import Tensor
from .components import drawn_number
from .prior import Prior, refuse_labels
from .standard_normal import StandardNormal

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class MetricVolume(Prior):
    """Codes where the metric of a Riemannian Hamiltonian VAE says that there are some.

        p(z) proportional to sqrt |G(z)^-1|

    drawn by Hamiltonian Monte Carlo: each code begins at a centroid of the metric and makes so many
    proposals, of some leapfrog steps each, that are taken or left. While the model is trained, and
    where examples are scored, the prior is the standard normal.

    Far from all centroids G is constant, and the density has no integral over all of space: what is
    drawn is what chains of that length reach.

    Args:
        num_proposals: Integer. Defaults to 100.
        num_leapfrog: Integer, the steps of each. Defaults to 15.
        step_size: Positive float. Defaults to 0.03.

    Example:

    >>> model = kerae.RHVAE((8, 8, 1), latent_dim=2, num_centroids=5)
    >>> model.sample(4, prior=kerae.priors.MetricVolume()).shape
    (4, 8, 8, 1)

    Raises:
        ValueError: If a number is too small, or the model's latent has no such metric.
    Reference:
        Chadebec, Mantoux and Allassonnière, 2020, https://arxiv.org/abs/2010.11518 (the metric;
        sampling and defaults as in the authors' package pythae)
    """

    def __init__(
        self,
        num_proposals: int = 100,
        num_leapfrog: int = 15,
        step_size: float = 0.03,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_count("num_proposals", num_proposals)
        check_count("num_leapfrog", num_leapfrog)
        check_positive("step_size", step_size)
        self.num_proposals = num_proposals
        self.num_leapfrog = num_leapfrog
        self.step_size = step_size
        self.while_trained = StandardNormal()

    def fit_to(self, model: "Autoencoder") -> None:
        from ..latents import RiemannianHamiltonianPosterior

        if not isinstance(model.latent, RiemannianHamiltonianPosterior):
            raise ValueError(
                "Expected a latent whose space has a metric of centroids under a MetricVolume. "
                f"Received: {type(model.latent).__name__}. Use kerae.RHVAE, or another prior."
            )
        super().fit_to(model)
        self.while_trained.fit_to(model)

    def tried_in(self) -> dict[str, Any]:
        from ..latents import RiemannianHamiltonianPosterior

        return super().tried_in() | {"latent": RiemannianHamiltonianPosterior(2, num_centroids=3)}

    def given(self, model: "Autoencoder", outputs: dict):
        if "posterior" in outputs:
            return self.while_trained
        return _Chains(model.latent.kinetic(), self)


class _Chains(NamedTuple):
    metric: Any
    prior: MetricVolume

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        refuse_labels(self.prior, labels)
        count, d = self.metric.centroids.shape
        first = drawn_number(noise.uniform(()), count)
        start = ops.take(self.metric.centroids, first, axis=0)
        momenta = ops.cast(noise.normal((self.prior.num_proposals, d)), start.dtype)
        chances = ops.cast(noise.uniform((self.prior.num_proposals,)), start.dtype)

        def propose(number, z):
            momentum, chance = (ops.take(each, number, axis=1) for each in (momenta, chances))
            moved, log_ratio = self._moved(z, momentum)
            return ops.where(ops.expand_dims(ops.log(chance) < log_ratio, 1), moved, z)

        return ops.fori_loop(0, self.prior.num_proposals, propose, start)

    def _moved(self, z, momentum):
        """Where leapfrog steps lead, and the log of how much likelier it is to be there."""
        log_volume, slope = self.metric.log_inverse_volume(z)
        before = log_volume - 0.5 * ops.sum(ops.square(momentum), axis=-1)
        for _ in range(self.prior.num_leapfrog):
            momentum = momentum + 0.5 * self.prior.step_size * slope
            z = z + self.prior.step_size * momentum
            log_volume, slope = self.metric.log_inverse_volume(z)
            momentum = momentum + 0.5 * self.prior.step_size * slope
        return z, log_volume - 0.5 * ops.sum(ops.square(momentum), axis=-1) - before

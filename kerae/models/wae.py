from typing import TYPE_CHECKING, Any

import keras

from ..adversaries import LatentCritic
from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Deterministic
from ..schedules import Weight
from ..terms import Deception, MaximumMeanDiscrepancy, Reconstruction

if TYPE_CHECKING:
    from ..priors.prior import Prior


@keras.saving.register_keras_serializable("kerae")
class WAE(Autoencoder):
    """Wasserstein autoencoder: the codes of all examples together are made to look like the prior.

        loss = - log p(x|z) + weight * D(q(z), p(z)),   z = encoder(x)

    With the divergence `"imq"` or `"rbf"`, D is the maximum mean discrepancy of a batch of codes
    and as many draws of the prior, in that kernel. With `"gan"` it is what a critic makes of them,
    as in `kerae.AAE`: WAE-GAN.

    The paper's cost, the squared error |x - x_hat|^2, is (up to a constant) that of
    `likelihood=kerae.likelihoods.Normal(scale=0.5**0.5)`.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of code units.
        divergence: `"imq"`, `"rbf"` or `"gan"`. Defaults to the first.
        weight: Float or `kerae.schedules.Schedule`, the paper's lambda. Defaults to 10, the
            paper's on MNIST; the authors' code multiplies the squared error by 0.05, which is a
            weight of 200 beside the error itself.
        prior: `kerae.priors.Prior` that can be sampled. Defaults to a standard normal.
        critic: Keras model or layer from codes to one logit, for the divergence `"gan"`; see
            `kerae.adversaries.LatentCritic`.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`.

    Example:

    >>> model = kerae.WAE(input_shape=(8, 8, 1), latent_dim=2)
    >>> model.compile(optimizer="adam")
    >>> sorted(model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0))
    ['loss', 'mmd', 'reconstruction']

    Raises:
        ValueError: If the divergence is unknown, a critic is given to another than `"gan"`, the
            encoder or the decoder does not fit, or the weight is negative.
    Reference:
        Tolstikhin et al., 2018, https://arxiv.org/abs/1711.01558
    """

    parts = (Deception, Deterministic, LatentCritic, MaximumMeanDiscrepancy, Reconstruction)

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        divergence: str = "imq",
        weight: Weight = 10.0,
        prior: "Prior | None" = None,
        critic: keras.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        if divergence not in ("imq", "rbf", "gan"):
            raise ValueError(
                f'Expected `divergence` to be "imq", "rbf" or "gan". Received: {divergence!r}'
            )
        adversarial = divergence == "gan"
        if critic is not None and not adversarial:
            raise ValueError(
                f'Expected no `critic` with divergence={divergence!r}. Choose divergence="gan", '
                "or leave the critic out."
            )
        distance = Deception(weight) if adversarial else MaximumMeanDiscrepancy(weight, divergence)
        super().__init__(
            input_shape,
            latent=Deterministic(latent_dim),
            prior=prior,
            terms=[Reconstruction(), distance],
            adversary=LatentCritic(critic) if adversarial else None,
            **kwargs,
        )
        self.latent_dim = latent_dim
        self.divergence = divergence
        self.weight = weight

    @property
    def critic(self):
        return self.adversary and self.adversary.critic

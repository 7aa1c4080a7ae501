from typing import TYPE_CHECKING, Any

import keras

from ..checks.numbers import check_count
from ..checks.types import Tensor
from ..schedules import Weight
from .kl_divergence import KLDivergence

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class PartKL(KLDivergence):
    """The KL of one part of `kerae.latents.Joint`, with a weight and a capacity of its own.

        value = KL(q(z_p|x) || p(z_p))        nats per example
        loss  = weight * | sum over groups j of max(KL_j, free_bits) - capacity |

    The KL of `kerae.latents.Categorical` from uniform codes is exact, and each variable is a group.

    Args:
        part: Integer, the number p of the part, from 1.
        weight: Float or schedule. Defaults to 1.
        capacity: `None`, or float or schedule in nats: the KL that is aimed at.
        free_bits: Float or schedule, in nats of each group. Defaults to 0.
        label: String, its name in the logs. Defaults to `"kl_1"` for the first part, and so on.

    Example:

    >>> latent = kerae.latents.Joint([kerae.latents.Normal(2), kerae.latents.Categorical(1, 3)])
    >>> prior = kerae.priors.Joint([kerae.priors.StandardNormal(), kerae.priors.UniformCodes()])
    >>> terms = [kerae.Reconstruction(), kerae.terms.PartKL(1), kerae.terms.PartKL(2)]
    >>> model = kerae.Autoencoder((4,), latent, prior=prior, terms=terms)
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['kl_1', 'kl_2', 'loss', 'reconstruction']

    Raises:
        ValueError: If an argument is a negative number, or there is no such part.
    Reference:
        Dupont, 2018, https://arxiv.org/abs/1804.00104 (there of the mean over a minibatch, here of
        each example)
    """

    def __init__(
        self,
        part: int,
        weight: Weight = 1.0,
        capacity: Weight | None = None,
        free_bits: Weight = 0.0,
        label: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, capacity, free_bits, **kwargs)
        check_count("part", part)
        self.part = part
        self.label = label or f"kl_{part}"

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Joint, Normal
        from .reconstruction import Reconstruction

        latent = Joint([Normal(2) for _ in range(self.part)])
        return latent.tried_in() | {"terms": [Reconstruction(), self]}

    def fit_to(self, model: "Autoencoder") -> None:
        from ..latents import Joint
        from ..priors import Joint as JointPrior

        latent, prior = model.latent, model.prior
        if not (isinstance(latent, Joint) and isinstance(prior, JointPrior)):
            raise ValueError(
                f"Expected codes and a prior of several parts, for the KL of part {self.part}. "
                f"Received: {type(latent).__name__} and {type(prior).__name__}. Use "
                "kerae.latents.Joint with kerae.priors.Joint, or kerae.terms.KLDivergence."
            )
        if self.part > len(latent.parts):
            raise ValueError(
                f"Expected `part` to be one of the {len(latent.parts)} of the model's latent. "
                f"Received: part={self.part}. The first is 1."
            )

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return model.latent.kl_of_part(self.part, outputs)

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from ..checks.types import Tensor
from ..latents import Deterministic
from ..ops.replicas import batch_mean
from ..schedules import Weight
from .term import Term, of_each_example

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


EPSILON = 1e-6
PROBES = np.array([[-1e4, -1.0, 0.0, 1.0, 1e4]], "float32")


@keras.saving.register_keras_serializable("kerae.terms")
class KLSparsity(Term):
    """Keeps every code unit active for a small part of the examples only.

        value = sum over code units j of
                rho * log(rho / rho_j) + (1 - rho) * log((1 - rho) / (1 - rho_j))        nats

    with rho_j the mean activation of unit j over the batch, on all replicas together; the same
    number for every example. It is the KL of Bernoulli variables: at least 0, and 0 where
    rho_j = rho. A mean activation is taken as at least 1e-6 and at most 1 - 1e-6.

    Args:
        rho: Float in (0, 1), the mean activation that is aimed at. Defaults to 0.05.
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.

    Example:

    >>> latent = kerae.latents.Deterministic(100, activation="sigmoid")
    >>> terms = [kerae.Reconstruction(), kerae.terms.KLSparsity(rho=0.05)]
    >>> model = kerae.Autoencoder((8, 8, 1), latent, terms=terms)
    >>> model.labels
    ['reconstruction', 'sparsity']

    Raises:
        ValueError: If `rho` is not in (0, 1), `weight` is a negative number, or the model's
            codes are not in [0, 1].
    Reference:
        Ng, 2011, https://web.stanford.edu/class/cs294a/sparseAutoencoder.pdf;
        Nair and Hinton, 2009,
        https://papers.nips.cc/paper/2009/hash/6e7b33fdea3adc80ebd648fffb665bb8-Abstract.html
    """

    label = "sparsity"

    def __init__(self, rho: float = 0.05, weight: Weight = 1.0, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)
        if not 0 < rho < 1:
            raise ValueError(f"Expected `rho` to be in (0, 1). Received: rho={rho}")
        self.rho = rho

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | {"latent": Deterministic(2, "sigmoid")}

    def fit_to(self, model: "Autoencoder") -> None:
        latent = model.latent
        if isinstance(latent, Deterministic):
            values = ops.convert_to_numpy(latent.activation(ops.convert_to_tensor(PROBES)))
            if ((values >= 0) & (values <= 1)).all():
                return
            received = f"the activation {keras.activations.serialize(latent.activation)!r}"
        else:
            received = f"{type(latent).__name__} codes"
        raise ValueError(
            "KLSparsity takes codes for probabilities: expected values in [0, 1]. "
            f'Received: {received}. Use kerae.latents.Deterministic(…, activation="sigmoid"), or '
            "kerae.terms.L1 for real codes."
        )

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        mean = batch_mean(ops.mean(outputs["z"], axis=1))
        mean, rho = ops.clip(mean, EPSILON, 1 - EPSILON), self.rho
        kl = rho * ops.log(rho / mean) + (1 - rho) * ops.log((1 - rho) / (1 - mean))
        return of_each_example(ops.sum(kl), outputs)

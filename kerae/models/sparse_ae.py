from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Deterministic
from ..schedules import Weight
from ..terms import L1, KLSparsity, Reconstruction

DEFAULT_WEIGHTS = {"kl": 20.0, "l1": 0.1}


@keras.saving.register_keras_serializable("kerae")
class SparseAE(Autoencoder):
    """Sparse autoencoder: more code units than needed, of which each example uses few.

        "kl":  loss = - log p(x|z) + weight * sum over units j of KL(rho || mean activation of j)
               z = sigmoid(W h + b)
        "l1":  loss = - log p(x|z) + weight * sum over units j of |z_j|
               z = max(W h + b, 0)

    with h = encoder(x), in nats per example; the mean activation is that of the batch. The decay of
    weights that Ng's objective has as well is the optimizer's: `compile(keras.optimizers.AdamW())`.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of code units; more than there are data are allowed.
        penalty: `"kl"` for `kerae.terms.KLSparsity` on sigmoid units, `"l1"` for
            `kerae.terms.L1` on rectified ones. Defaults to `"kl"`.
        rho: Float in (0, 1), the mean activation that `"kl"` aims at. Defaults to 0.05.
        sparsity_weight: Float or `kerae.schedules.Schedule`, the weight of the penalty. Defaults
            to 20 for `"kl"` and 0.1 for `"l1"`.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`.

    Example:

    >>> model = kerae.SparseAE(input_shape=(8, 8, 1), latent_dim=100, rho=0.1)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['loss', 'reconstruction', 'sparsity']

    Raises:
        ValueError: If the penalty is unknown, `rho` is not in (0, 1), the weight is negative, or
            the encoder or the decoder does not fit.
    Reference:
        Ng, 2011, https://web.stanford.edu/class/cs294a/sparseAutoencoder.pdf
    """

    parts = (Deterministic, KLSparsity, L1, Reconstruction)

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        penalty: str = "kl",
        rho: float = 0.05,
        sparsity_weight: Weight | None = None,
        **kwargs: Any,
    ) -> None:
        if penalty not in DEFAULT_WEIGHTS:
            raise ValueError(f'Expected `penalty` to be "kl" or "l1". Received: {penalty!r}')
        weight = DEFAULT_WEIGHTS[penalty] if sparsity_weight is None else sparsity_weight
        activation, term = (
            ("sigmoid", KLSparsity(rho, weight)) if penalty == "kl" else ("relu", L1(weight))
        )
        super().__init__(
            input_shape,
            latent=Deterministic(latent_dim, activation),
            terms=[Reconstruction(), term],
            **kwargs,
        )
        self.latent_dim = latent_dim
        self.penalty = penalty
        self.rho = rho
        self.sparsity_weight = sparsity_weight

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.arguments import check_choice
from ..checks.types import Tensor
from ..latents import Normal
from ..ops.replicas import batch_mean
from ..schedules import Weight, value_at
from .term import Term, non_negative

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


DIAGONAL = {"i": 100.0, "ii": 10.0}  # by kind


@keras.saving.register_keras_serializable("kerae.terms")
class MomentMatching(Term):
    """The distance of the covariance of codes from that of a standard normal prior, I.

        value = sum over i != j of C_ij^2  +  sum over i of (C_ii - 1)^2
        loss  = off_diagonal * (the first sum) + diagonal * (the second)

        kind "i":   C = Cov_x[mu(x)]                          of the posteriors' means
        kind "ii":  C = Cov_x[mu(x)] + E_x[diag(sigma(x)^2)]  of the codes

    the same for every example of the batch. Moments are taken over the batch, that of all
    replicas, and divided by its size.

    Args:
        off_diagonal: Float or `kerae.schedules.Schedule`, the weight of the covariances.
            Defaults to 10.
        diagonal: The same for the variances. Defaults to 100 with kind `"i"`, and to 10 with
            `"ii"`, the ratios that Locatello et al. chose for their study.
        kind: `"i"` or `"ii"`. Defaults to the first.
        weight: Float or `kerae.schedules.Schedule`, of both. Defaults to 1.

    Example:

    >>> terms = [kerae.Reconstruction(), kerae.terms.MomentMatching(10.0, 10.0, kind="ii")]
    >>> model = kerae.Autoencoder((4,), kerae.latents.Normal(2), terms=terms)
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['loss', 'moments', 'reconstruction']

    Raises:
        ValueError: If a weight is negative, the kind is unknown, or the model's latent is not
            `kerae.latents.Normal`.
    Reference:
        Kumar, Sattigeri and Balakrishnan, 2018, https://arxiv.org/abs/1711.00848;
        Locatello et al., 2019, https://arxiv.org/abs/1811.12359 (diagonal)
    """

    label = "moments"

    def __init__(
        self,
        off_diagonal: Weight = 10.0,
        diagonal: Weight | None = None,
        kind: str = "i",
        weight: Weight = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, **kwargs)
        self.off_diagonal = non_negative("off_diagonal", off_diagonal)
        self.diagonal = None if diagonal is None else non_negative("diagonal", diagonal)
        check_choice("kind", kind, DIAGONAL)
        self.kind = kind

    def fit_to(self, model: "Autoencoder"):
        if type(model.latent) is not Normal:
            raise ValueError(
                "MomentMatching needs a model with kerae.latents.Normal, whose means and variances "
                f"it reads. Received: {type(model.latent).__name__}."
            )

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        mean = outputs["posterior"]["mean"]
        centered = mean - batch_mean(mean)
        products = ops.expand_dims(centered, 2) * ops.expand_dims(centered, 1)
        covariance = batch_mean(products)
        variances = ops.diagonal(covariance)
        off_diagonal = ops.sum(ops.square(covariance - ops.diag(variances)))
        if self.kind == "ii":
            drawn = ops.exp(outputs["posterior"]["log_variance"])
            variances = variances + batch_mean(drawn)
        sums = ops.stack([off_diagonal, ops.sum(ops.square(variances - 1))])
        return ops.zeros_like(mean[:, :1]) + sums

    def loss(self, value: Tensor, step: Tensor) -> Tensor:
        diagonal = DIAGONAL[self.kind] if self.diagonal is None else self.diagonal
        weights = (value_at(weight, step) for weight in (self.weight, self.off_diagonal, diagonal))
        both, off_diagonal, diagonal = weights
        return both * (off_diagonal * value[:, 0] + diagonal * value[:, 1])

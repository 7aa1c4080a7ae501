from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ...backend import replica_concat, replica_sum, segment_sum
from ...checks.arguments import check_choice
from ...checks.numbers import check_count
from ...checks.types import Tensor
from ...ops.nearest import nearest
from .estimators import ESTIMATORS, direction
from .quantizer import Quantizer

if TYPE_CHECKING:
    from ...schedules import Weight
    from ...terms.term import Term

UPDATES = ("ema", "gradient")
METRICS = ("euclidean", "cosine")
REVIVE = 0.1


@keras.saving.register_keras_serializable("kerae.latents")
class VectorQuantizer(Quantizer):
    """The nearest vector of a codebook that is learned.

        k = argmin over k of |before - e_k|^2,   z = e_k        the first one of several

    in full precision. `update="gradient"` trains the codes as weights, by
    `kerae.terms.CodebookError`. `update="ema"` makes each the mean of the vectors that chose it,
    over all replicas and, weighted by `decay`, over the steps:

        n_k <- d n_k + (1 - d) count_k,   m_k <- d m_k + (1 - d) sum_k,   e_k = m_k / n_k

    Codes that no vector chose stay where they are. The first step puts all of them on random
    vectors of its batch; after t steps d is the smaller one of `decay` and t / (t + 1), so that the
    first batches are an online k-means. A code that is *dead*, with n_k below `revive`
    times the mean of all, is put on a random vector of the batch, with the mean as its n_k, and
    m_k to match. With it, no start by k-means is needed.

    `metric="cosine"` gives vectors and codes length 1 before they are compared, so that the code is
    that at the smallest angle, and all codes lie on a sphere:

        before <- before / |before|,   e_k = m_k / |m_k|

    Args:
        num_codes: Integer, the number K of codes.
        code_dim: Integer, the dimensions of each.
        update: `"ema"` or `"gradient"`. Defaults to `"ema"`.
        estimator: `"straight_through"`, or `"rotation"` for the rotation trick: what the gradient
            of a code is for the vector that it stands for. Defaults to `"straight_through"`.
        decay: Float in [0, 1), of the EMA. Defaults to 0.99.
        revive: Float in [0, 1); 0 revives no code. Defaults to 0.1 for `"ema"`; codes that are
            trained by gradient are not revived.
        metric: `"euclidean"` or `"cosine"`. Defaults to `"euclidean"`.

    Example:

    >>> latent = kerae.latents.VectorQuantizer(num_codes=16, code_dim=3)
    >>> posterior = latent(np.zeros((5, 7, 7, 8), "float32"))
    >>> tuple(posterior["indices"].shape), tuple(latent.mode(posterior).shape)
    ((5, 7, 7), (5, 7, 7, 3))

    Raises:
        ValueError: If a count is below 1, a choice unknown, a number out of its range, or the
            encoder's features are neither vectors nor maps.
    Reference:
        Van den Oord et al., 2017, https://arxiv.org/abs/1711.00937 (EMA in appendix A.1, there
        without a start on data and without revival);
        Fifty et al., 2024, https://arxiv.org/abs/2410.06424 (rotation);
        Yu et al., 2021, https://arxiv.org/abs/2110.04627 (codes of length 1)
    """

    def __init__(
        self,
        num_codes: int,
        code_dim: int,
        update: str = "ema",
        estimator: str = "straight_through",
        decay: float = 0.99,
        revive: float | None = None,
        metric: str = "euclidean",
        **kwargs: Any,
    ) -> None:
        check_count("num_codes", num_codes, 2)
        check_count("code_dim", code_dim)
        check_choice("update", update, UPDATES)
        check_choice("estimator", estimator, ESTIMATORS)
        check_choice("metric", metric, METRICS)
        for name, value in (("decay", decay), ("revive", revive)):
            if value is not None and not 0 <= value < 1:
                raise ValueError(f"Expected `{name}` to be in [0, 1). Received: {name}={value}")
        if revive and update == "gradient":
            raise ValueError(
                'Expected no `revive` with update="gradient", which revives no codes. Received: '
                f'revive={revive}. Leave it out, or take update="ema".'
            )
        super().__init__(**kwargs)
        self.set_codes(num_codes, code_dim)
        self.update = update
        self.estimator = estimator
        self.decay = decay
        self.revive = revive
        self.metric = metric
        follows = update == "ema"
        start = keras.initializers.RandomNormal(stddev=code_dim**-0.5)
        self.codebook = self.add_weight(
            shape=(num_codes, code_dim), initializer=start, trainable=not follows, name="codebook"
        )
        if follows:
            self.counts, self.sums, self.updates = (
                self.add_weight(shape=shape, initializer="zeros", trainable=False, name=name)
                for name, shape in (
                    ("counts", (num_codes,)),
                    ("sums", (num_codes, code_dim)),
                    ("updates", ()),
                )
            )

    @property
    def has_any_scale(self) -> bool:
        return self.metric == "euclidean"

    @property
    def trains_codes(self) -> bool:
        return self.update == "gradient"

    def terms(self, commitment: "Weight") -> "list[Term]":
        from ...terms import CodebookError, Commitment

        return [Commitment(commitment), *([CodebookError()] if self.trains_codes else [])]

    def indices_of(self, before: Tensor) -> Tensor:
        return nearest(self.compared(before), self.codebooks()[0])

    def codes_of(self, indices: Tensor) -> Tensor:
        return ops.take(self.codebooks()[0], indices, axis=0)

    def codebooks(self) -> list[Tensor]:
        return [self.compared(ops.convert_to_tensor(self.codebook))]

    def compared(self, before: Tensor) -> Tensor:
        return direction(before) if self.metric == "cosine" else before

    def follow(self, before: Tensor, indices: Tensor, noise: Any) -> None:
        """Moves the codes to the vectors that chose them, and the dead ones to others."""
        if self.update != "ema":
            return
        x = ops.reshape(self.compared(before), (-1, self.code_dim))
        chosen = ops.reshape(indices, (-1,))
        count, total = (
            replica_sum(segment_sum(each, chosen, self.num_codes))
            for each in (ops.ones_like(x[:, 0]), x)
        )
        updates, codebook, counts, sums = (
            ops.convert_to_tensor(each)
            for each in (self.updates, self.codebook, self.counts, self.sums)
        )
        decay = ops.minimum(self.decay, updates / (updates + 1))
        counts = decay * counts + (1 - decay) * count
        sums = decay * sums + (1 - decay) * total
        is_used = count > 0
        means = self.compared(sums / ops.expand_dims(ops.where(is_used, counts, 1.0), 1))
        codebook = ops.where(ops.expand_dims(is_used, 1), means, codebook)

        mean = ops.mean(counts)
        threshold = REVIVE if self.revive is None else self.revive
        is_dead = ops.logical_or(counts < threshold * mean, ops.equal(updates, 0))
        others = self._random_vectors(x, noise)
        self.counts.assign(ops.where(is_dead, mean, counts))
        is_dead = ops.expand_dims(is_dead, 1)
        self.codebook.assign(ops.where(is_dead, others, codebook))
        self.sums.assign(ops.where(is_dead, mean * others, sums))
        self.updates.assign(updates + 1)

    def _random_vectors(self, x, noise):
        """As many as there are codes, of those of all replicas; all different while they last."""
        keys = replica_concat(ops.reshape(noise.uniform(self.places), (-1,)))
        order = ops.argsort(keys)
        numbers = ops.arange(self.num_codes, dtype="int32") % ops.shape(keys)[0]
        return ops.take(replica_concat(x), ops.take(order, numbers), axis=0)

"""How well a model knows examples: a number for each, of several kinds."""

import math
import warnings
from functools import partial
from typing import Any

import numpy as np
from keras import ops

from ..checks.arguments import check_annotated
from ..checks.numbers import check_count
from ..checks.types import ArrayLike, ModelMixin
from .in_batches import in_batches
from .measured import bounds_of, scored

ELEMENTS_AT_ONCE = 2**23
BATCH_SIZE = 64  # of examples with many codes each
# Of as many codes or more, where on over a tenth of the examples fewer than 5 count, that is told.
MANY_CODES, FEW_THAT_COUNT, SHARE = 100, 5, 0.1
OF_A_PASS = ("reconstruction_error", "reconstruction", "kl", "negative_elbo")
OF_WEIGHTS = ("importance_weighted_bound", "effective_sample_size")


class Scoring(ModelMixin):
    """The scores of examples under `kerae.Autoencoder`, and their likelihood.

    Needs of the model: `propagate`, `log_weights`, `latent` and `likelihood`; `checked_inputs` and
    the rest of `Inference`.
    """

    def score(
        self,
        x: Any,
        y: ArrayLike | None = None,
        num_samples: int = 100,
        seed: int = 0,
        batch_size: int = BATCH_SIZE,
    ) -> dict[str, np.ndarray]:
        """What a model makes of each example, for anomalies among others.

            reconstruction_error        mean over elements of (target - x_hat)^2
            reconstruction              - log p(x|z)                                       nats
            kl                          KL(q(z|x) || p(z))                                 nats
            negative_elbo               reconstruction + kl                                nats
            negative_bound              what an IWAE and its like are trained on           nats
            importance_weighted_bound   log( 1/K sum over k of w_k ), as `log_likelihood`  nats
            effective_sample_size       (sum over k of w_k)^2 / sum over k of w_k^2

        with z ~ q(z|x), x_hat decoded from the code that `encode` gives, and the weights
        w_k = p(x|z_k) p(z_k) / q(z_k|x) of K codes z_k ~ q(z|x). The bound is the tighter the
        larger the effective sample size, from 1 to K, is. Codes without a density have the first
        two alone. `negative_bound` is there where `kerae.terms.ImportanceWeightedBound` is a term:
        its value, of as many codes as the model draws in training.

        The first five are those of `evaluate` and of an exported `score`. For gray pixels under
        Bernoulli, which is no density of them, all but the first are those of the objective.

        Args:
            x: Array `(n, *input_shape)`, or a data set as `encode` takes it.
            y: As for `log_likelihood`.
            num_samples: Integer, the number K of codes per example.
            seed: Integer, of these codes; the scores of an example depend on nothing else but the
                example.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Dict of arrays `(n,)`.

        Example:

        >>> model = kerae.VAE((8, 8, 1), latent_dim=2)
        >>> scores = model.score(np.zeros((3, 8, 8, 1), "float32"), num_samples=5)
        >>> scores["effective_sample_size"].shape
        (3,)

        Raises:
            ValueError: If the data do not fit the model, codes have a density but the prior has
                none, or `num_samples` is below 1.
        Reference:
            Burda et al., 2016, https://arxiv.org/abs/1509.00519 (bound);
            Kong, Liu and Wong, 1994, https://doi.org/10.1080/01621459.1994.10476469 (size)
        """

        _check_counts(num_samples, seed, batch_size)

        def scores(arrays):
            found = in_batches(self, partial(scored, model=self), arrays, batch_size)
            if self.latent.has_density:
                sums = self._log_sums(arrays, num_samples, seed, batch_size)
                found["importance_weighted_bound"] = sums[0] - math.log(num_samples)
                found["effective_sample_size"] = effective_sample_size(sums, num_samples)
            bounds = [term.label for term in bounds_of(self)]
            names = (*OF_A_PASS, *bounds, *OF_WEIGHTS)
            return {name: found[name] for name in names if name in found}

        return self._answers(scores, x, y, self._read_beside(target=True), batch_size)

    def log_likelihood(
        self,
        x: Any,
        y: ArrayLike | None = None,
        num_samples: int = 1000,
        seed: int = 0,
        batch_size: int = BATCH_SIZE,
    ) -> np.ndarray:
        """log p(x) of examples, estimated by importance sampling from the posterior.

            log p(x) = log( 1/K sum over k of  p(x|z_k) p(z_k) / q(z_k|x) ),   z_k ~ q(z|x)

        A lower bound in expectation that gets tighter with K; with K = 1 it is the ELBO. Of a
        conditional model it is log p(x|y). Where of many codes only few count, by the effective
        sample size of `score`, it warns: q(z|x) is then far from the posterior, and the estimate
        too low.

        Args:
            x: Array `(n, *input_shape)`, or a data set as `encode` takes it.
            y: Array of what a conditional model is conditioned on, or of what is to come back of a
                model whose target is given.
            num_samples: Integer, the number K of codes per example.
            seed: Integer; with it, the estimate of an example depends on nothing but the
                example.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array `(n,)`, in nats.
        Raises:
            ValueError: If the data do not fit the model, the latent has no density, the
                likelihood is none for such data, as Bernoulli for gray pixels, or `num_samples`
                is below 1.
        Reference:
            Burda et al., 2016, https://arxiv.org/abs/1509.00519
        """

        _check_counts(num_samples, seed, batch_size)

        def estimates(arrays):
            for targets in self.targets_in_parts(*arrays):
                self.likelihood.check_density(targets)
            sums = self._log_sums(arrays, num_samples, seed, batch_size)
            _warn_of_few(effective_sample_size(sums, num_samples), num_samples)
            return sums[0] - math.log(num_samples)

        return self._answers(estimates, x, y, self._read_beside(target=True), batch_size)

    def _log_sums(self, arrays, num_samples, seed, batch_size):
        """log of the sum of the weights of an example, and of that of their squares, `(2, n)`."""
        size = math.prod(self.target_shape)
        at_once = max(1, min(num_samples, ELEMENTS_AT_ONCE // (batch_size * size)))
        sums = np.full((2, len(arrays[0])), -np.inf)
        for done in range(0, num_samples, at_once):
            more = in_batches(
                self,
                partial(self._log_sums_of_some, num_samples=at_once),
                arrays,
                batch_size=batch_size,
                seed=seed,
                skip=done,
                kept=min(at_once, num_samples - done),
            )
            sums = np.logaddexp(sums, np.asarray(more, "float64"))
        return sums

    def _log_sums_of_some(self, x, y=None, *, seed, skip, kept, num_samples):
        noise = self.noise(x, seed=seed, skip=skip)
        outputs = self.propagate(x, y, noise=noise, num_samples=num_samples)
        is_kept = ops.arange(num_samples, dtype="int32") < kept
        log_weights = ops.where(is_kept, self.log_weights(outputs), -math.inf)
        return ops.logsumexp(log_weights, axis=1), ops.logsumexp(2 * log_weights, axis=1)


def effective_sample_size(sums: Any, num_samples: int) -> np.ndarray:
    """How many of the codes count, `(n,)`, of `(log sum w, log sum w^2)` over the codes of each."""
    # Of weights that are far from 1, rounding can leave the interval.
    return np.clip(np.exp(2 * sums[0] - sums[1]), 1, num_samples)


def _warn_of_few(sizes, num_samples):
    few = int(np.sum(sizes < FEW_THAT_COUNT))
    if num_samples >= MANY_CODES and few > SHARE * len(sizes):
        warnings.warn(
            f"On {few} of {len(sizes)} examples fewer than {FEW_THAT_COUNT} of {num_samples} codes "
            "count (effective sample size), so that their log-likelihood is likely too low. Take "
            "more `num_samples`, or kerae.analysis.annealed_importance_sampling.",
            stacklevel=5,
        )


def _check_counts(num_samples, seed, batch_size):
    check_count("num_samples", num_samples)
    check_annotated("scores", "seed", int, seed)
    check_count("batch_size", batch_size)

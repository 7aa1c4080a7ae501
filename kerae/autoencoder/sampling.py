"""New examples of a trained model, of its own prior or of another."""

import random
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from ..checks.arguments import check_annotated
from ..checks.data import checked_labels, repeated_label
from ..checks.numbers import check_count
from ..checks.types import ArrayLike, ModelMixin
from ..noise.repeatable import RepeatableNoise
from .in_batches import BATCH_SIZE, in_batches
from .parts import check_kinds

if TYPE_CHECKING:
    from ..priors.prior import Prior


class Sampling(ModelMixin):
    """Sampling of `kerae.Autoencoder`."""

    def sample(
        self,
        num_samples: int,
        y: ArrayLike | None = None,
        seed: int | None = None,
        batch_size: int = BATCH_SIZE,
        prior: "Prior | None" = None,
    ) -> np.ndarray:
        """New examples: the mean of p(x|z) at codes drawn from the model's prior.

        Args:
            num_samples: Integer.
            y: What a conditional model is conditioned on, or the class whose part of the prior
                is drawn from, -1 for any: one label or vector, or one for each sample.
            seed: Integer; the same seed gives the same codes on every backend. `None` draws
                one from Python's generator, which `kerae.set_random_seed` sets.
            batch_size: Integer, the number of examples computed at once.
            prior: `kerae.priors.Prior` to draw codes from in the place of the model's own, such
                as `kerae.priors.Flow.fitted(model, x_train)`.
        Returns:
            Array `(num_samples, *data_shape)`.
        Raises:
            ValueError: If `num_samples` is below 1, or `y` or the prior does not fit the model.
        """
        check_kinds(prior=prior)
        check_annotated("samples", "seed", int | None, seed)
        if prior is None:
            self.check_prior()
        else:
            prior.fit_to(self)
            prior.check_fitted()
        check_count("num_samples", num_samples)
        if seed is None:
            seed = random.randrange(2**31)
        numbers = np.arange(num_samples, dtype="int32")
        # A prior with classes can also be drawn from as a whole.
        readers = self._conditions if y is None else self.label_readers
        if y is not None and self.draws_by_class(prior):
            readers = [*readers, prior or self.prior]
        y = repeated_label(readers, y, num_samples)
        arrays = (numbers, *checked_labels(self, readers, y, num_samples))
        sample = partial(self._sample, prior=prior)
        return in_batches(self, sample, arrays, batch_size=batch_size, seed=seed)

    def with_prior(self, prior: "Prior") -> Any:
        """The same model under another prior, of which it then samples, also where exported.

        A plain `kerae.Autoencoder` of the same networks, whose variables are shared, with the
        reconstruction as its only term; to be saved, exported and scored, not trained.

        Args:
            prior: `kerae.priors.Prior`, such as `kerae.priors.fitted("gmm", model, x_train)`.
        Returns:
            `kerae.Autoencoder`.

        Example:

        >>> data, model = kerae.data.load("digits"), kerae.AE((8, 8, 1), latent_dim=2)
        >>> prior = kerae.priors.fitted("gmm", model, data.x_train, num_components=10)
        >>> model.with_prior(prior).sample(5).shape
        (5, 8, 8, 1)

        Raises:
            ValueError: If the prior does not fit the model.
        """
        from ..terms import Reconstruction
        from .recomposed import recomposed

        check_kinds(prior=prior)
        return recomposed(self, [Reconstruction()], prior=prior, adversary=None)

    def check_prior(self) -> None:
        """Raises a `ValueError` if the prior is none yet that samples can be drawn from."""
        self.prior.check_fitted()

    def _sample(self, numbers, y=None, *, seed, prior):
        noise = RepeatableNoise("sample", (numbers, ops.zeros_like(numbers)), seed)
        return self._decode(self.drawn_from_prior(noise, y, prior), y)

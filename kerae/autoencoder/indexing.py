"""Discrete codes by their numbers."""

from functools import partial
from typing import Any

import numpy as np

from ..checks.codes import as_indices
from ..checks.data import checked_labels, repeated_label
from ..checks.types import ArrayLike, ModelMixin
from ..latents.discrete import Discrete
from .in_batches import BATCH_SIZE, in_batches
from .measured import indices as indices_of


class Indexing(ModelMixin):
    """The numbers of the codes of `kerae.Autoencoder`, where these are finitely many.

    Needs of the model: `latent` and what `Inference` gives.
    """

    def encode_indices(
        self, x: Any, y: ArrayLike | None = None, batch_size: int = BATCH_SIZE
    ) -> np.ndarray:
        """The numbers of the discrete codes of examples.

        Args:
            x: Array `(n, *input_shape)`, or a data set as `encode` takes it.
            y: As for `encode`.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array of int32 `(n, *places)` with the `places` of the latent. Of a quantizer of maps
            `(n, height, width)`, of vectors `(n,)`; where a code has several numbers, as of
            `kerae.latents.Residual`, they are the last axis. Of `kerae.latents.Categorical` the
            likeliest category of each variable, `(n, num_variables)`, and the same of those of a
            `kerae.latents.Joint`. Of `kerae.latents.TwoLevel` those of the top and then those of
            the bottom in a row, which its `by_level` makes maps of.
        Raises:
            ValueError: If the data do not fit the model, or its codes are not discrete.
        """
        y, readers = self._read_by_encoder(y)
        of_model = partial(indices_of, model=self)
        answer = partial(in_batches, self, of_model, batch_size=batch_size)
        return self._answers(answer, x, y, readers, batch_size)

    def decode_indices(
        self, indices: ArrayLike, y: ArrayLike | None = None, batch_size: int = BATCH_SIZE
    ) -> np.ndarray:
        """The mean of p(x|z) of codes, in data space.

        Args:
            indices: Array of integers, the numbers of codes, as `encode_indices` gives them.
            y: As for `decode`.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array `(n, *data_shape)`.
        Raises:
            ValueError: If they are of another shape, no integers, or no numbers of codes; or codes
                have other dimensions than discrete ones.
        """
        if not isinstance(self.latent, Discrete):
            raise ValueError(
                "Expected codes that are discrete in all of their dimensions, to be decoded by "
                f"their numbers. Received: those of {self.latent}. Use `decode`."
            )
        indices = as_indices(indices, self.latent.num_codes_at)
        y = repeated_label(self._conditions, y, len(indices))
        arrays = (indices, *checked_labels(self, self._conditions, y, len(indices)))
        return in_batches(self, self._decode_indices, arrays, batch_size=batch_size)

    def _decode_indices(self, indices, y=None):
        return self._decode(self.latent.codes_of(indices), y)

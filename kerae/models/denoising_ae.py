from typing import Any

import keras
import numpy as np
from keras import ops

from .. import corruptions
from ..autoencoder.in_batches import BATCH_SIZE, in_batches
from ..checks.arrays import check_array
from ..checks.data import checked_examples
from ..checks.given import as_array
from ..checks.types import Activation, ArrayLike, Shape
from ..noise.repeatable import RepeatableNoise
from .ae import AE


@keras.saving.register_keras_serializable("kerae")
class DenoisingAE(AE):
    """Denoising autoencoder: trained to give the clean data back from spoilt data.

        loss = - log p(x | z),   z = g(encoder(x')),   x' ~ corruption(x)        nats per example

    Evaluation spoils nothing: its loss is that of clean data.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of code units.
        code_activation: Keras activation g of the code. Defaults to none.
        corruption: `kerae.corruptions.Corruption`, or its name: `"gaussian"` (the default),
            `"masking"`, `"salt_and_pepper"`. It spoils what `preprocessing` gives.
        **kwargs: `likelihood`, `encoder`, `decoder` and `preprocessing`, as for
            `kerae.Autoencoder`.

    Example:

    >>> model = kerae.DenoisingAE(input_shape=(8, 8, 1), latent_dim=2)
    >>> noisy = model.corrupt(np.zeros((3, 8, 8, 1), "float32"), seed=0)
    >>> model.denoise(noisy).shape
    (3, 8, 8, 1)

    Raises:
        ValueError: If the encoder or the decoder does not fit, or the corruption is unknown.
    Reference:
        Vincent et al., 2008, https://doi.org/10.1145/1390156.1390294
    """

    parts = (*AE.parts, corruptions.Corruption)

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        code_activation: Activation = None,
        corruption: str | corruptions.Corruption = "gaussian",
        **kwargs: Any,
    ) -> None:
        corruption = corruptions.get(corruption)
        super().__init__(input_shape, latent_dim, code_activation, corruption=corruption, **kwargs)

    def corrupt(self, x: ArrayLike, seed: int = 0, batch_size: int = BATCH_SIZE) -> np.ndarray:
        """Preprocessed examples, spoilt as in training, but by repeatable noise.

        Args:
            x: Array `(n, *input_shape)`.
            seed: Integer; the same seed gives the same noise for the same example, on every
                backend.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array `(n, *data_shape)`, for `denoise`.
        Raises:
            ValueError: If the data do not fit the model.
        """
        x = checked_examples(self, x)
        return in_batches(self, self._corrupt, (x,), batch_size=batch_size, seed=seed)

    def denoise(self, x: ArrayLike, batch_size: int = BATCH_SIZE) -> np.ndarray:
        """The reconstruction of examples that are noisy as they are: none is added.

        Args:
            x: Array `(n, *data_shape)` as `corrupt` gives it: not preprocessed again, and free
                to leave the interval that the likelihood takes.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array `(n, *data_shape)`.
        Raises:
            ValueError: If the shape does not fit the model, or numbers are not finite.
        """
        x = as_array(x, "x")
        check_array(x, self.data_shape, "x")
        return in_batches(self, self._denoise, (x,), batch_size=batch_size)

    def _corrupt(self, x, seed):
        x = self.preprocess(x)
        noise = RepeatableNoise("corrupt", RepeatableNoise.identity_of(x), seed)
        return self.corruption.corrupt(x, noise)

    def _denoise(self, x):
        return self._decode(self.latent.mode(self.posterior(ops.cast(x, self.variable_dtype))))

"""What is asked of a trained model: NumPy in, NumPy out, in batches, nothing in it changes."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from .. import latent_space
from ..checks.arguments import check_annotated
from ..checks.arrays import check_array, parts
from ..checks.batches import batches_of
from ..checks.data import checked_examples, checked_labels, repeated_label
from ..checks.given import as_array, is_array
from ..checks.types import ArrayLike, ModelMixin
from .in_batches import BATCH_SIZE, in_batches, in_turn

if TYPE_CHECKING:
    from ..geometry import Geometry


class Inference(ModelMixin):
    """Encoding and decoding of `kerae.Autoencoder`."""

    def encode(
        self, x: Any, y: ArrayLike | None = None, batch_size: int = BATCH_SIZE
    ) -> np.ndarray:
        """The codes of examples: for a stochastic latent, the mean of the posterior q(z|x).

        A data set (`tf.data.Dataset`, `keras.utils.PyDataset`, torch `DataLoader`) is read a batch
        at a time. Batches are `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`; `y` is looked at
        where the model reads it.

        Args:
            x: Array `(n, *input_shape)`, or a data set of batches of such.
            y: Array of the labels or vectors that a conditional model is conditioned on. Where
                only the decoder is, as in `kerae.CAAE`, it is not looked at.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array `(n, latent_dim)`.
        Raises:
            ValueError: If the data do not fit the model.
        """
        y, readers = self._read_by_encoder(y)
        encode = partial(in_batches, self, self._encode, batch_size=batch_size)
        return self._answers(encode, x, y, readers, batch_size)

    def draw_codes(
        self,
        x: ArrayLike,
        y: ArrayLike | None = None,
        seed: int = 0,
        batch_size: int = BATCH_SIZE,
    ) -> np.ndarray:
        """A code drawn of each example, z ~ q(z|x); of a deterministic latent, the code.

        Args:
            x: Array `(n, *input_shape)`.
            y: Array of what a conditional model is conditioned on, or of a target that is given.
            seed: Integer; the same seed gives the same codes on every backend.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array `(n, *event_shape)`.
        Raises:
            ValueError: If the data do not fit the model.
        """
        check_annotated("codes", "seed", int, seed)
        arrays = self.checked_inputs(x, y, target=True)
        return in_batches(self, self._draw_codes, arrays, batch_size=batch_size, seed=seed)

    def decode(
        self, z: ArrayLike, y: ArrayLike | None = None, batch_size: int = BATCH_SIZE
    ) -> np.ndarray:
        """The mean of p(x|z) of codes, in data space.

        Args:
            z: Array `(n, latent_dim)`.
            y: What a conditional model is conditioned on: one label or vector, or one for each
                code.
            batch_size: Integer, the number of codes computed at once.
        Returns:
            Array `(n, *data_shape)`.
        Raises:
            ValueError: If the codes do not fit the model.
        """
        z = as_array(z, "z")
        check_array(z, self.latent.event_shape, "z")
        y = repeated_label(self._conditions, y, len(z))
        arrays = (z, *checked_labels(self, self._conditions, y, len(z)))
        return in_batches(self, self._decode, arrays, batch_size=batch_size)

    def reconstruct(
        self, x: Any, y: ArrayLike | None = None, batch_size: int = BATCH_SIZE
    ) -> np.ndarray:
        """The mean of p(x|z) at the code of each example; the same as `predict`.

        Args:
            x: Array `(n, *input_shape)`, or a data set as `encode` takes it.
            y: Array of the labels or vectors that a conditional model is conditioned on.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array `(n, *data_shape)`.
        Raises:
            ValueError: If the data do not fit the model.
        """
        reconstruct = partial(in_batches, self, self._reconstruct, batch_size=batch_size)
        return self._answers(reconstruct, x, y, self._conditions, batch_size)

    def interpolate(
        self,
        x_a: ArrayLike,
        x_b: ArrayLike,
        y: ArrayLike | None = None,
        steps: int = 10,
        method: "str | Geometry | None" = None,
    ) -> np.ndarray:
        """Decoded codes on the way from one example to another.

        Args:
            x_a: Array `(n, *input_shape)`.
            x_b: Array of the same shape.
            y: Array of what a conditional model is conditioned on, for each pair.
            steps: Integer of at least 2, the number of images, both ends included.
            method: `"linear"` or `"slerp"`; see `kerae.latent_space.interpolate`. Defaults to the
                shortest way in the space of the latent's codes, its `geometry`: for most a
                straight line.
        Returns:
            Array `(n, steps, *data_shape)`.
        Raises:
            ValueError: If the data do not fit the model or each other.
        """
        x_a, x_b = as_array(x_a, "x_a"), as_array(x_b, "x_b")
        z_a, z_b = self.encode(x_a, y), self.encode(x_b, y)
        method = self.latent.geometry if method is None else method
        z = latent_space.interpolate(z_a, z_b, steps, method)
        y = y if y is None else np.repeat(y, steps, axis=0)
        decoded = self.decode(z.reshape(-1, *self.latent.event_shape), y)
        return decoded.reshape(-1, steps, *decoded.shape[1:])

    def targets_in_batches(
        self, x: ArrayLike, y: ArrayLike | None = None, batch_size: int = BATCH_SIZE
    ) -> Any:
        """What the model compares its reconstructions with, as a NumPy array."""
        if self.preprocessing is None and not self.target.reads_labels:
            return x
        return in_batches(self, self._target, (x, y) if y is not None else (x,), batch_size)

    def targets_in_parts(self, x: ArrayLike, y: ArrayLike | None = None) -> Iterator[Any]:
        """The same, of a few thousand examples at a time where a copy of all may be too large."""
        if self.preprocessing is None and not self.target.reads_labels:
            return iter([x])
        arrays = (x,) if y is None else (x, y)
        return (self.targets_in_batches(*some) for some in zip(*map(parts, arrays)))

    def checked_inputs(self, x: ArrayLike, y: ArrayLike | None, target: bool = False) -> tuple:
        """What the model is called with: a tuple of the examples, and `y` if it is conditional.

        Args:
            x: Array `(n, *input_shape)`.
            y: Array, or `None`.
            target: Boolean, whether `y` is also needed where only the target reads it.
        Raises:
            ValueError: If the data do not fit the model.
        """
        return self._checked_for(self._read_beside(target), x, y)

    @property
    def _conditions(self):
        return [] if self.condition is None else [self.condition]

    def _read_by_encoder(self, y):
        """`y` and the parts that read it, where the encoder is given what they make of it."""
        for_decoder_only = self.condition is not None and not self.encoder_is_conditional
        return (None, []) if for_decoder_only else (y, self._conditions)

    def _read_beside(self, target):
        """The parts that read `y`; that of a target, where there is one, if it is asked for."""
        return [*self._conditions, *([self.target] if target and self.target.reads_labels else [])]

    def _checked_for(self, readers, x, y):
        x = checked_examples(self, x)
        return (x, *checked_labels(self, readers, y, len(x)))

    def _answers(self, function, x, y, readers, batch_size):
        """What `function` gives for arrays, or for a data set a batch at a time.

        Args:
            function: As for `in_turn`.
            x: Array, or data set as `encode` takes it.
            y: Array, or `None`.
            readers: List of the parts of the model that read `y`.
            batch_size: Integer, the number of examples that the function computes at once.
        Raises:
            ValueError: If the data do not fit the model.
        """
        if is_array(x):
            return function(self._checked_for(readers, x, y))
        if y is not None:
            raise ValueError(
                "Expected a data set whose batches are (x, y). Received: `y` beside it. Leave it "
                "out, or pass arrays."
            )
        batches = map(keras.utils.unpack_x_y_sample_weight, batches_of(x))
        checked = (self._checked_for(readers, x, y if readers else None) for x, y, _ in batches)
        return in_turn(function, checked, batch_size)

    # What is compiled: functions of tensors that draw no fresh noise.

    def _target(self, x, y=None):
        return self.target(self.preprocess(x), y)

    def _encode(self, x, y=None):
        return self.latent.mode(self.posterior(self.preprocess(x), self.embed(y)))

    def _draw_codes(self, x, y=None, *, seed):
        noise = self.noise(x, seed=seed)
        return self.up_to_codes(x, y, noise=noise, num_samples=1)["z"][:, 0]

    def _decode(self, z, y=None):
        z = ops.cast(z, self.variable_dtype)
        return self.likelihood.mean(self.likelihood_parameters(z, self.embed(y)))

    def _reconstruct(self, x, y=None):
        return self(x if y is None else (x, y))

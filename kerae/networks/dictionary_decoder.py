import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import keras
from keras import ops

from ..backend import scattered, sum_of_rows
from ..checks.arguments import check_choice
from ..checks.numbers import check_count
from ..checks.parts import checked_shape
from ..checks.types import Shape, Tensor
from ..configurable import Configurable
from ..ops.gradients import tangential_gradient
from ..ops.rows import are_few

LENGTHS = ("unit", "divided", "free", "by_layer")


@keras.saving.register_keras_serializable("kerae.networks")
class DictionaryDecoder(Configurable, keras.Layer):
    """A sum of atoms, one a code unit, and a bias.

        x_hat = ( sum over units j of  z_j d_j  +  b ) / s

    `lengths` says what holds of the lengths of the atoms d_j, which a code could else make up for:

    - `"unit"`: each is 1 after every step of training, before which the part of the gradient along
      the atom is removed
    - `"divided"`: d_j = w_j / |w_j| of trained rows w_j of any length, with which
      `kerae.networks.DictionaryEncoder` multiplies what it gives of the unit
    - `"free"`: any; terms of sparsity then weigh z_j by |d_j|
    - `"by_layer"`: any; they weigh it by the sum of the lengths of its parts, one for each layer,
      the first axis of the decoded

    Args:
        latent_dim: Integer, the number of atoms.
        output_shape: Tuple, the shape of the decoded.
        lengths: `"unit"`, `"divided"`, `"free"` or `"by_layer"`. Defaults to `"unit"`.
        initial_length: Float, the length of each atom, or of each row, at the start. Defaults to 1.

    Call arguments:
        z: Tensor `(batch, latent_dim)`.

    Attributes:
        rows: Variable `(latent_dim, size)`, the rows w_j; the atoms themselves but for `"divided"`.
        bias: Variable `(size,)`.
        scale: Variable, the number s by which inputs are multiplied, 1 at the start.
        started: Variable, 1 where bias and scale are no longer those of the start, else 0.

    Example:

    >>> decoder = kerae.networks.DictionaryDecoder(latent_dim=8, output_shape=(4,))
    >>> tuple(decoder(np.zeros((3, 8), "float32")).shape)
    (3, 4)

    Raises:
        ValueError: If a size is not positive, or `lengths` none of these.
    Reference:
        Bricken et al., 2023, https://transformer-circuits.pub/2023/monosemantic-features (unit)
    """

    def __init__(
        self,
        latent_dim: int,
        output_shape: Shape,
        lengths: str = "unit",
        initial_length: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_count("latent_dim", latent_dim)
        check_choice("lengths", lengths, LENGTHS)
        self.latent_dim = latent_dim
        self.output_shape = checked_shape("output_shape", output_shape)
        self.lengths = lengths
        self.initial_length = initial_length
        self.size = math.prod(self.output_shape)
        self.rows = self.add_weight(
            shape=(latent_dim, self.size),
            initializer=self._random_rows,
            constraint=keras.constraints.UnitNorm(axis=1) if lengths == "unit" else None,
            name="rows",
        )
        self.bias = self.add_weight(shape=(self.size,), initializer="zeros", name="bias")
        self.scale = self.add_weight(shape=(), initializer="ones", trainable=False, name="scale")
        self.started = self.add_weight(
            shape=(), initializer="zeros", dtype="int32", trainable=False, name="started"
        )
        self.built = True

    def _random_rows(self, shape, dtype=None):
        rows = keras.random.normal(shape, dtype=dtype)
        return self.initial_length * rows / ops.norm(rows, axis=1, keepdims=True)

    def row_lengths(self) -> Tensor:
        """The lengths |w_j|, `(latent_dim,)`."""
        return ops.sqrt(ops.sum(ops.square(ops.convert_to_tensor(self.rows)), axis=1))

    def atoms(self) -> Tensor:
        """The atoms d_j, `(latent_dim, size)`."""
        rows = ops.convert_to_tensor(self.rows)
        if self.lengths == "unit":
            return tangential_gradient(rows)
        return rows / ops.expand_dims(self.row_lengths(), 1) if self.lengths == "divided" else rows

    def atom_lengths(self) -> Tensor:
        """What terms of sparsity weigh units by, `(latent_dim,)`, or `None` where that is 1."""
        if self.lengths == "by_layer":
            parts = ops.reshape(self.rows, (self.latent_dim, self.output_shape[0], -1))
            return ops.sum(ops.sqrt(ops.sum(ops.square(parts), axis=2)), axis=1)
        return self.row_lengths() if self.lengths == "free" else None

    def sum_of_atoms(self, z: Tensor) -> Tensor:
        """The sum over units of z_j d_j, `(batch, size)`, without bias and scale."""
        return ops.matmul(*(ops.cast(each, self.compute_dtype) for each in (z, self.atoms())))

    def sum_of_active(self, amounts: Tensor, places: Tensor) -> Tensor:
        """The same for codes that are 0 but for the k units at `places`, `(batch, k)` as these."""
        if not are_few(places.shape[1], self.latent_dim):
            return self.sum_of_atoms(scattered(amounts, places, self.latent_dim))
        dtype = keras.backend.result_type(self.variable_dtype, "float32")
        amounts, atoms = (ops.cast(each, dtype) for each in (amounts, self.atoms()))
        return ops.cast(sum_of_rows(amounts, places, atoms), self.compute_dtype)

    def prefix_sums(self, z: Tensor, sizes: Sequence[int]) -> list[Tensor]:
        """The sums over the first units, as many as each of `sizes`, which rise.

        Each block of units between two sizes is multiplied once.
        """
        z, atoms = (ops.cast(each, self.compute_dtype) for each in (z, self.atoms()))
        ends = zip((0, *sizes), sizes)
        products = [ops.matmul(z[:, first:last], atoms[first:last]) for first, last in ends]
        return list(accumulate(products))

    def finished(self, total: Tensor) -> Tensor:
        """The decoded for a sum of atoms."""
        bias, scale = (ops.cast(each, self.compute_dtype) for each in (self.bias, self.scale))
        return ops.reshape((total + bias) / scale, (-1, *self.output_shape))

    def call(self, z: Tensor):
        return self.finished(self.sum_of_atoms(z))

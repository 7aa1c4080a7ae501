import math
from typing import Any

import keras
from keras import ops

from ..backend import products_at
from ..checks.types import Shape, Tensor
from ..configurable import Configurable
from .dictionary_decoder import DictionaryDecoder


@keras.saving.register_keras_serializable("kerae.networks")
class DictionaryEncoder(Configurable, keras.Layer):
    """How much of each atom of a dictionary is in an example, before a sparse activation.

        h = (s x - b) W + c

    with the bias b and the scale s of the decoder, from which W starts as the transposed atoms.
    Where its atoms are rows divided by their lengths, h is multiplied by these lengths, so that a
    choice among units does not depend on them.

    Args:
        decoder: `kerae.networks.DictionaryDecoder`.
        centered: Boolean, whether the decoder's bias b is subtracted, which takes data of the shape
            of the decoded. Defaults to true.
        tied: Boolean, whether W stays the transposed rows of the decoder. Defaults to false.
        use_bias: Boolean, whether there is a bias c. Defaults to true.
        skip: Boolean, whether there is a linear map from data to the decoded, past the code, that
            starts at 0. Defaults to false.

    Call arguments:
        x: Tensor `(batch, …)`.

    Returns:
        Tensor `(batch, latent_dim)`.

    Example:

    >>> decoder = kerae.networks.DictionaryDecoder(latent_dim=8, output_shape=(4,))
    >>> encoder = kerae.networks.DictionaryEncoder(decoder)
    >>> tuple(encoder(np.zeros((3, 4), "float32")).shape)
    (3, 8)

    Raises:
        ValueError: If it is centered or tied, and the data have another size than the decoded.
    """

    def __init__(
        self,
        decoder: DictionaryDecoder,
        centered: bool = True,
        tied: bool = False,
        use_bias: bool = True,
        skip: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.autocast = False  # data are centered in full precision, whatever that of the product
        self.decoder = decoder
        self.centered = centered
        self.tied = tied
        self.use_bias = use_bias
        self.skip = skip

    def build(self, input_shape: Shape) -> None:
        size, decoder = math.prod(input_shape[1:]), self.decoder
        if size != decoder.size and (self.centered or self.tied):
            raise ValueError(
                f"Expected examples of {decoder.size} elements, as the decoder gives them. "
                f"Received: {size}. Leave out `tied`, and pass `centered=False`."
            )
        if not self.tied:
            start = "glorot_uniform" if size != decoder.size else self._transposed
            shape = (size, decoder.latent_dim)
            self.kernel = self.add_weight(shape=shape, initializer=start, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(decoder.latent_dim,), initializer="zeros", name="bias"
            )
        if self.skip:
            self.skip_kernel = self.add_weight(
                shape=(size, decoder.size), initializer="zeros", name="skip_kernel"
            )
        self.built = True

    def _transposed(self, shape, dtype=None):
        # A copy: PyTorch's fused update takes no transposed view.
        return ops.convert_to_numpy(self.decoder.rows).T.copy()

    def skipped(self, x: Tensor) -> Tensor:
        """What comes to the decoded `(batch, size)` past the code."""
        kernel = ops.cast(self.skip_kernel, self.compute_dtype)
        x = ops.reshape(x, (-1, kernel.shape[0]))
        return ops.matmul(ops.cast(x, kernel.dtype), kernel)

    def _factors(self, x):
        """x - b, W and c, which has what b gets of the product as its gradient: W^T times the sum
        over the batch, and not the sum of W^T times each example."""
        decoder = self.decoder
        kernel = ops.transpose(decoder.rows) if self.tied else ops.convert_to_tensor(self.kernel)
        kernel = ops.cast(kernel, self.compute_dtype)
        x = ops.reshape(x, (-1, kernel.shape[0])) * ops.cast(decoder.scale, x.dtype)
        bias = self.bias if self.use_bias else ops.zeros(kernel.shape[1], kernel.dtype)
        if self.centered:
            center = ops.cast(decoder.bias, x.dtype)
            fixed = ops.stop_gradient(center)
            x, zeros = x - fixed, ops.cast(center - fixed, kernel.dtype)
            bias = bias - ops.matmul(zeros, ops.stop_gradient(kernel))
        return ops.cast(x, kernel.dtype), kernel, bias

    def features_at(self, x: Tensor, features: Tensor, places: Tensor) -> Tensor:
        """Some of the features, with gradients for which no others are looked at.

        Args:
            x: Tensor `(batch, …)`, which gets no gradient.
            features: Tensor `(batch, latent_dim)`, what the encoder gives for it.
            places: Integer tensor `(batch, k)`, the units.
        Returns:
            Tensor `(batch, k)`.
        """
        x, kernel, bias = self._factors(x)
        if self.decoder.lengths == "divided":
            lengths = self.decoder.row_lengths()
            kernel, bias = kernel * lengths, bias * lengths
        given = (features, places, ops.stop_gradient(x), kernel, bias)
        dtype = keras.backend.result_type(self.variable_dtype, "float32")
        return products_at(*(each if each is places else ops.cast(each, dtype) for each in given))

    def call(self, x: Tensor):
        x, kernel, bias = self._factors(x)
        h, decoder = ops.matmul(x, kernel) + bias, self.decoder
        return h * decoder.row_lengths() if decoder.lengths == "divided" else h

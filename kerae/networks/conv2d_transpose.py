import keras
from keras import layers

from .. import backend


@keras.saving.register_keras_serializable("kerae.networks")
class Conv2DTranspose(layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose` that trains quicker on JAX on a CPU.

    XLA computes the gradient of the kernel there in up to ten times the time of the rest; here it
    is made of products of matrices. The numbers, the variables and all arguments are those of
    Keras' layer, which computes by itself elsewhere, and with `dilation_rate` or `output_padding`.

    Example:

    >>> layer = kerae.networks.Conv2DTranspose(3, 4, strides=2, padding="same")
    >>> tuple(layer(np.zeros((1, 7, 7, 8), "float32")).shape)
    (1, 14, 14, 3)
    """

    def call(self, inputs):
        if max(self.dilation_rate) > 1 or self.output_padding is not None:
            return super().call(inputs)
        y = backend.conv_transpose(
            inputs, self.kernel, self.strides, self.padding, data_format=self.data_format
        )
        if self.use_bias:
            of_image = (1, 1) if self.data_format == "channels_first" else ()
            y = y + keras.ops.reshape(self.bias, (-1, *of_image))
        return y if self.activation is None else self.activation(y)

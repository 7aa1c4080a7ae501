import keras

from ..checks.types import Shape


@keras.saving.register_keras_serializable("kerae.latents")
class LinearHead(keras.layers.Dense):
    """A linear layer on the encoder's features, which have to be vectors.

    Raises:
        ValueError: If the features are not one tensor of shape `(batch, features)`.
    """

    def build(self, input_shape: Shape):
        if isinstance(input_shape[0], list | tuple):
            raise ValueError(
                "Expected the encoder to give one tensor of features. Received: "
                f"{len(input_shape)} tensors. End it before mean and log-variance: the latent "
                "makes them."
            )
        if len(input_shape) != 2 or input_shape[-1] is None:
            raise ValueError(
                "Expected the encoder to give features of shape (batch, features). "
                f"Received: {('batch', *input_shape[1:])}. "
                "End the encoder with keras.layers.Flatten or a global pooling layer."
            )
        super().build(input_shape)

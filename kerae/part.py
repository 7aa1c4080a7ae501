"""What latents, priors, likelihoods and terms have in common."""

import keras

from .configurable import Configurable


class Part(Configurable, keras.Layer):
    """A piece of an autoencoder: a Keras layer that computes in the dtype of its variables.

    Networks may run in half precision (`mixed_bfloat16`); densities and sums over pixels
    may not, so a part takes the policy's variable dtype for its computations too.
    """

    def __init__(self, dtype=None, **kwargs):
        policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())
        super().__init__(dtype=policy.variable_dtype, **kwargs)

    def build(self, input_shape):
        """Parts without variables have nothing to build."""

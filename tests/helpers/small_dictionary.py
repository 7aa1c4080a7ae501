"""A dictionary of images, small and fast: a linear decoder whose kernel are the atoms."""

import keras
import numpy as np

import kerae


@keras.saving.register_keras_serializable("tests")
class SmallDictionary(kerae.SparseAE):
    @property
    def atoms(self):
        return np.asarray(keras.ops.convert_to_numpy(self.decoder.layers[0].kernel))


def small_dictionary(shape=(8, 8, 1), latent_dim=30):
    size = int(np.prod(shape))
    decoder = keras.Sequential([keras.layers.Dense(size), keras.layers.Reshape(shape)])
    return SmallDictionary(
        shape, latent_dim, penalty="l1", decoder=decoder, likelihood="normal", sparsity_weight=0.3
    )

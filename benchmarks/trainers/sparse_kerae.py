"""kerae's dictionaries, on any backend."""

import keras
import numpy as np

import kerae


class Trainer:
    """`train(x)` is one pass, in order; `codes(x)` and `reconstruct(x)` are those of inference."""

    def __init__(self, kind, input_dim, latent_dim, k, rate, sparsity, batch_size, steps):
        weights = {"sparsity_weight": sparsity} if kind == "relu" else {"k": k}
        self.model = kerae.SAE(input_dim, latent_dim, activation=kind, **weights)
        self.model.compile(keras.optimizers.Adam(rate))
        self.batch_size = batch_size

    def train(self, x):
        self.model.fit(x, batch_size=self.batch_size, epochs=1, shuffle=False, verbose=0)

    def codes(self, x):
        return self.model.encode(x)

    def reconstruct(self, x):
        return np.asarray(self.model.decode(self.model.encode(x)))

"""The VAE of https://keras.io/examples/generative/vae, with 16 latent dimensions and logits.

Its networks, Adam at 1e-3 and batches of 128.
"""

import keras
from contenders import INPUT_SHAPE
from keras import layers

from .keras_fit import VAE

LATENT_DIM, BATCH_SIZE = 16, 128


def trainer(network, x, epochs, seed):
    return Trainer(x, seed)


class Trainer:
    epochs = None

    def __init__(self, x, seed):
        keras.utils.set_random_seed(seed)
        same = {"strides": 2, "padding": "same", "activation": "relu"}
        encoder = keras.Sequential(
            [
                layers.Input(INPUT_SHAPE),
                layers.Conv2D(32, 3, **same),
                layers.Conv2D(64, 3, **same),
                layers.Flatten(),
                layers.Dense(16, "relu"),
            ]
        )
        decoder = keras.Sequential(
            [
                layers.Input((LATENT_DIM,)),
                layers.Dense(7 * 7 * 64, "relu"),
                layers.Reshape((7, 7, 64)),
                layers.Conv2DTranspose(64, 3, **same),
                layers.Conv2DTranspose(32, 3, **same),
                layers.Conv2DTranspose(1, 3, padding="same"),
            ]
        )
        self.x, self.model = x, VAE(encoder, decoder, LATENT_DIM)
        self.model.compile(keras.optimizers.Adam(1e-3))

    def train(self, epoch):
        self.model.fit(self.x, batch_size=BATCH_SIZE, verbose=0)

    def negative_elbo(self, x):
        return self.model.evaluate(x, batch_size=1000, verbose=0, return_dict=True)["loss"]

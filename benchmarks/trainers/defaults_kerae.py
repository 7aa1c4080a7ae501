"""kerae's VAE as `kerae train vae` makes and trains it."""

import math

import keras
from contenders import INPUT_SHAPE

import kerae
from kerae.run.learning_rate import warmed_up_cosine

LATENT_DIM, BATCH_SIZE, LEARNING_RATE = 16, 128, 2e-3


def trainer(network, x, epochs, seed):
    return Trainer(x, epochs, seed)


class Trainer:
    def __init__(self, x, epochs, seed):
        kerae.set_random_seed(seed)
        self.x, self.epochs = x, epochs
        self.model = kerae.VAE(INPUT_SHAPE, LATENT_DIM).start_at_mean(x)
        steps = epochs * math.ceil(len(x) / BATCH_SIZE)
        self.model.compile(keras.optimizers.Adam(warmed_up_cosine(LEARNING_RATE, steps)))

    def train(self, epoch):
        span = {"initial_epoch": epoch, "epochs": epoch + 1}
        self.model.fit(self.x, batch_size=BATCH_SIZE, verbose=0, **span)

    def negative_elbo(self, x):
        return self.model.evaluate(x, batch_size=1000, verbose=0, return_dict=True)["loss"]

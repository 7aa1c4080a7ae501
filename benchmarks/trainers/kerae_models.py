"""kerae's models with the networks of `keras_networks`."""

from contenders import INPUT_SHAPE

import kerae

from . import MODELS
from .keras_networks import keras_networks


def trainer(name, batch_size):
    kind, options = MODELS[name]
    encoder, decoder, latent_dim = keras_networks("dense")
    networks = {"encoder": encoder, "decoder": decoder}
    model = getattr(kerae, kind)(INPUT_SHAPE, latent_dim, **options, **networks)
    model.compile("adam")
    return Trainer(model, batch_size)


class Trainer:
    """Trains epoch by epoch, and estimates log p(x)."""

    def __init__(self, model, batch_size):
        self.model, self.batch_size = model, batch_size

    def __call__(self, x, epochs):
        history = self.model.fit(x, batch_size=self.batch_size, epochs=epochs, verbose=0)
        return history.history["loss"][-1]

    def log_likelihood(self, x, num_samples):
        return self.model.score(x, num_samples=num_samples)["importance_weighted_bound"]

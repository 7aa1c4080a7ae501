import keras
from keras import ops

from .keras_networks import keras_networks


class VAE(keras.Model):
    """As anyone would write it with Keras alone."""

    def __init__(self, encoder, decoder, latent_dim):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.mean = keras.layers.Dense(latent_dim)
        self.log_variance = keras.layers.Dense(latent_dim)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x):
        features = self.encoder(x)
        mean, log_variance = self.mean(features), self.log_variance(features)
        epsilon = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        logits = self.decoder(mean + ops.exp(0.5 * log_variance) * epsilon)
        error = ops.sum(ops.softplus(logits) - x * logits, axis=(1, 2, 3))
        kl = 0.5 * ops.sum(mean**2 + ops.exp(log_variance) - 1 - log_variance, axis=1)
        self.add_loss(ops.mean(error + kl))
        return logits


def trainer(network, batch_size, steps_per_execution=None):
    model = VAE(*keras_networks(network))
    model.compile("adam", steps_per_execution=steps_per_execution or 1)

    def train(x, epochs):
        history = model.fit(x, batch_size=batch_size, epochs=epochs, verbose=0)
        return history.history["loss"][-1]

    return train

from contenders import INPUT_SHAPE

import kerae

from .keras_networks import keras_networks


def trainer(network, batch_size, steps_per_execution=None):
    encoder, decoder, latent_dim = keras_networks(network)
    model = kerae.VAE(INPUT_SHAPE, latent_dim, encoder=encoder, decoder=decoder)
    chosen = {} if steps_per_execution is None else {"steps_per_execution": steps_per_execution}
    model.compile("adam", **chosen)

    def train(x, epochs):
        history = model.fit(x, batch_size=batch_size, epochs=epochs, verbose=0)
        return history.history["loss"][-1]

    return train

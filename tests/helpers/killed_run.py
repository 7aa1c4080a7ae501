"""Trains as tests/callbacks/test_checkpoint.py does, and is killed in the middle of an epoch."""

import os
import signal
import sys

import keras
import numpy as np

import kerae

EPOCHS = 5


def new_model():
    kerae.set_random_seed(3)
    model = kerae.VAE(
        input_shape=(8, 8, 1),
        latent_dim=2,
        beta=kerae.schedules.Linear(0.0, 1.0, steps=50),
        encoder=keras.Sequential(
            [keras.layers.Flatten(), keras.layers.Dense(32, "relu"), keras.layers.Dropout(0.2)]
        ),
    )
    schedule = keras.optimizers.schedules.CosineDecay(1e-2, decay_steps=100)
    model.compile(keras.optimizers.Adam(schedule))
    return model


def train(model, folder, *callbacks):
    x = np.random.default_rng(0).random((380, 8, 8, 1), dtype="float32")
    checkpoint = kerae.callbacks.Checkpoint(folder)
    return model.fit(
        x[:320],
        validation_data=(x[320:],),
        batch_size=32,
        epochs=EPOCHS,
        initial_epoch=checkpoint.restore(model),
        callbacks=[*callbacks, checkpoint],
        verbose=0,
    )


class Kill(keras.callbacks.Callback):
    epoch = None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == (3, 7):
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    train(new_model(), sys.argv[1], Kill())

"""Trains models on one replica or on two; see test_replicas.py.

On TensorFlow two are logical devices under MirroredStrategy, one strategy for all models:
TensorFlow mistakes the collective operations of a second one in a process for those of the first.
On PyTorch they are processes that torchrun has started.
"""

import json
import os
import sys
from contextlib import nullcontext

import keras
import numpy as np

import kerae

x = np.random.default_rng(0).random((37, 8, 8, 1), dtype="float32")
x[-1] = 1.0


def clustered():
    terms = [kerae.Reconstruction(), kerae.penalties.ClusterAssignment([[1.0, 0.0], [0.0, 1.0]])]
    latent = kerae.latents.Deterministic(2)
    return kerae.Autoencoder((8, 8, 1), latent, terms=terms, encoder=keras.layers.Flatten())


class LostAtLast(kerae.Term):
    """NaN for the last example."""

    label = "lost"

    def value(self, model, outputs):
        means = keras.ops.mean(outputs["x"], axis=(1, 2, 3))
        return keras.ops.where(means == 1, np.nan, 0.0)


def losing():
    latent, terms = kerae.latents.Deterministic(2), [kerae.Reconstruction(), LostAtLast()]
    return kerae.Autoencoder((8, 8, 1), latent, terms=terms, encoder=keras.layers.Flatten())


MODELS = {
    "VAE": lambda: kerae.VAE((8, 8, 1), 2, encoder=keras.layers.Flatten()),
    "SparseAE": lambda: kerae.SparseAE((8, 8, 1), 3, encoder=keras.layers.Flatten()),
    "RAE": lambda: kerae.RAE((8, 8, 1), 3, regularizer="spectral", encoder=keras.layers.Flatten()),
    "DIPVAE": lambda: kerae.DIPVAE((8, 8, 1), 2, 1.0, 1.0, "ii", encoder=keras.layers.Flatten()),
    "clusters": clustered,
    "AAE": lambda: kerae.AAE((8, 8, 1), 2, encoder=keras.layers.Flatten()),
    "WAE": lambda: kerae.WAE((8, 8, 1), 2, encoder=keras.layers.Flatten()),
    "BetaTCVAE": lambda: kerae.BetaTCVAE(
        (8, 8, 1), 2, dataset_size=37, encoder=keras.layers.Flatten()
    ),
    "DenoisingAE": lambda: kerae.DenoisingAE((8, 8, 1), 2, encoder=keras.layers.Flatten()),
    "losing": losing,
}


def train(make, scope, seed):
    with scope:
        keras.utils.set_random_seed(seed)
        model = make()
        model.compile(keras.optimizers.SGD(1e-2))
    try:
        logs = model.fit(x, batch_size=16, epochs=3, verbose=0).history
    except FloatingPointError as error:
        return str(error)
    evaluated = model.evaluate(x, batch_size=16, return_dict=True, verbose=0)
    variables = [model.step, *model.trainable_variables]
    step, *weights = [keras.ops.convert_to_numpy(each).tolist() for each in variables]
    return {"logs": logs, "evaluated": evaluated, "weights": weights, "step": step}


def two_devices():
    import tensorflow as tf

    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope


def two_processes():
    import torch

    torch.distributed.init_process_group("gloo")
    return nullcontext


if __name__ == "__main__":
    scope = {"one": lambda: nullcontext, "devices": two_devices, "processes": two_processes}
    scope = scope[sys.argv[1]]()
    rank = int(os.environ.get("RANK", 0))  # only what the first makes of its seed should count
    trained = {name: train(make, scope(), seed=rank) for name, make in MODELS.items()}
    if rank == 0:
        print(json.dumps(trained))

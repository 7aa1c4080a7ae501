"""Trains the named model on one and on two logical devices under MirroredStrategy.

One model a process: TensorFlow mistakes the collective operations of a second strategy for those
of the first. See test_replicas.py.
"""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

import kerae

x = np.random.default_rng(0).random((32, 8, 8, 1), dtype="float32")


class NoNoise:
    def normal(self, shape):
        return np.zeros((1, *shape), "float32")


def clustered():
    terms = [kerae.Reconstruction(), kerae.penalties.ClusterAssignment([[1.0, 0.0], [0.0, 1.0]])]
    latent = kerae.latents.Deterministic(2)
    return kerae.Autoencoder((8, 8, 1), latent, terms=terms, encoder=keras.layers.Flatten())


MODELS = {
    "VAE": lambda: kerae.VAE((8, 8, 1), 2, encoder=keras.layers.Flatten()),
    "SparseAE": lambda: kerae.SparseAE((8, 8, 1), 3, encoder=keras.layers.Flatten()),
    "RAE": lambda: kerae.RAE((8, 8, 1), 3, regularizer="spectral", encoder=keras.layers.Flatten()),
    "DIPVAE": lambda: kerae.DIPVAE((8, 8, 1), 2, 1.0, 1.0, "ii", encoder=keras.layers.Flatten()),
    "clusters": clustered,
    "AAE": lambda: kerae.AAE((8, 8, 1), 2, encoder=keras.layers.Flatten()),
}


def train(make, devices):
    with tf.distribute.MirroredStrategy(devices).scope():
        keras.utils.set_random_seed(0)
        model = make()
        model.noise = lambda x, training: NoNoise()
        model.compile(keras.optimizers.SGD(1e-2))
    batches = tf.data.Dataset.from_tensor_slices(x).batch(16)
    logs = model.fit(batches, epochs=3, verbose=0).history
    evaluated = model.evaluate(batches, return_dict=True, verbose=0)
    step = keras.ops.convert_to_numpy(model.step)
    weights = [w.numpy().tolist() for w in model.trainable_variables]
    return {"logs": logs, "evaluated": evaluated, "weights": weights, "step": int(step)}


if __name__ == "__main__":
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    make = MODELS[sys.argv[1]]
    print(json.dumps([train(make, ["CPU:0"]), train(make, ["CPU:0", "CPU:1"])]))

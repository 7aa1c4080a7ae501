"""Trains on one and on two logical devices under MirroredStrategy; see test_replicas.py."""

import json

import keras
import numpy as np
import tensorflow as tf

import kerae

x = np.random.default_rng(0).random((32, 8, 8, 1), dtype="float32")


class NoNoise:
    def normal(self, shape):
        return np.zeros((1, *shape), "float32")


def train(devices):
    with tf.distribute.MirroredStrategy(devices).scope():
        keras.utils.set_random_seed(0)
        model = kerae.VAE((8, 8, 1), 2, encoder=keras.layers.Flatten())
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
    print(json.dumps([train(["CPU:0"]), train(["CPU:0", "CPU:1"])]))

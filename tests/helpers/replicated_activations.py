"""Trains a dictionary on activations in files by a strategy; see test_replicated_activations.py.

python replicated_activations.py STRATEGY DEVICES FOLDER
"""

import json
import sys
from contextlib import contextmanager

import keras
import numpy as np

import kerae

FEATURES, LATENTS, BATCH = 6, 8, 20


def model():
    kerae.set_random_seed(0)
    layers = {"encoder": keras.layers.Identity(), "decoder": keras.layers.Dense(FEATURES)}
    return kerae.SparseAE((FEATURES,), LATENTS, likelihood="normal", **layers)


@contextmanager
def dictionary_spread(devices):
    """The latents on as many devices of JAX."""
    import jax

    jax.config.update("jax_num_cpu_devices", devices)
    mesh = keras.distribution.DeviceMesh((1, devices), ("batch", "model"))
    layout = keras.distribution.LayoutMap(mesh)
    layout[".*linear_head.*kernel"] = (None, "model")
    layout[".*linear_head.*bias"] = ("model",)
    layout[".*/dense/kernel"] = ("model", None)
    with keras.distribution.ModelParallel(layout_map=layout, batch_dim_name="batch").scope():
        made = model()
        for matrix, axis in ((made.latent.head.kernel, 1), (made.decoder.kernel, 0)):
            part = matrix.value.addressable_data(0).shape[axis]
            assert part == LATENTS // devices, (matrix.path, part)
        yield


def trained(folder):
    x = kerae.data.Activations(folder, batch_size=BATCH, memory=4 * 4 * FEATURES * 60)
    made = model()
    made.compile(keras.optimizers.SGD(1e-2))
    logs = made.fit(x, epochs=2, verbose=0).history
    evaluated = made.evaluate(x, verbose=0, return_dict=True)
    weights = [np.asarray(keras.ops.convert_to_numpy(v)).tolist() for v in made.trainable_variables]
    return {"loss": logs["loss"], "evaluated": evaluated["loss"], "weights": weights}


if __name__ == "__main__":
    strategy, devices, folder = sys.argv[1:]
    devices = int(devices) or None
    spread = strategy == "model_parallel"
    with dictionary_spread(devices) if spread else kerae.distribution.strategy(strategy, devices):
        print(json.dumps(trained(folder)))

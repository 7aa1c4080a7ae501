"""The only code that imports a framework: the same functions for each, in the same order.

- `train_step`, `test_step`: methods of `kerae.Autoencoder`, in the form that Keras' trainer of
  that framework expects.
- `compiled(model, function)`: `function` of tensors, compiled, with the variables of `model` read
  at every call.
- `jvp(function, x, tangent)`: J(x) tangent, the derivative of `function` along `tangent`.
- `vjp(function, x)`: the function that maps a cotangent to J(x)^T cotangent. Both can be
  differentiated again.
- `replica_mean(x)`: the mean of `x` over the replicas of a distributed step.
- `seed_global_generator(seed)`: seeds what Keras draws from without a seed generator.
- `devices()`: the names of the devices that this process sees.
"""

from importlib import import_module

import keras

from .._choose_backend import BACKENDS

if keras.backend.backend() not in BACKENDS:
    raise ImportError(
        "kerae runs on the Keras backends tensorflow, jax and torch. "
        f"Received: {keras.backend.backend()}. Set KERAS_BACKEND to one of the three."
    )

_chosen = import_module(f".{keras.backend.backend()}", __name__)

train_step = _chosen.train_step
test_step = _chosen.test_step
compiled = _chosen.compiled
jvp = _chosen.jvp
vjp = _chosen.vjp
replica_mean = _chosen.replica_mean
seed_global_generator = _chosen.seed_global_generator
devices = _chosen.devices

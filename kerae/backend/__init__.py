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

import keras

if keras.backend.backend() == "tensorflow":
    from .tensorflow import (
        compiled,
        devices,
        jvp,
        replica_mean,
        seed_global_generator,
        test_step,
        train_step,
        vjp,
    )
elif keras.backend.backend() == "jax":
    from .jax import (
        compiled,
        devices,
        jvp,
        replica_mean,
        seed_global_generator,
        test_step,
        train_step,
        vjp,
    )
elif keras.backend.backend() == "torch":
    from .torch import (
        compiled,
        devices,
        jvp,
        replica_mean,
        seed_global_generator,
        test_step,
        train_step,
        vjp,
    )
else:
    raise ImportError(
        "kerae runs on the Keras backends tensorflow, jax and torch. "
        f"Received: {keras.backend.backend()}. Set KERAS_BACKEND to one of the three."
    )

__all__ = [
    "compiled",
    "devices",
    "jvp",
    "replica_mean",
    "seed_global_generator",
    "test_step",
    "train_step",
    "vjp",
]

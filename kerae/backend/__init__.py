"""The only code that imports a framework: the same functions for each, in the same order.

- `train_step`, `test_step`: methods of `kerae.Autoencoder`, in the form that Keras' trainer of
  that framework expects.
- `can_loop(model)`: whether `train_many` trains a compiled model as Keras' own loop does: on
  one device, and compiled as it is by default.
- `default_steps(on_cpu)`: the steps a call where none are asked for, from those on a CPU.
- `plannable(steps, batches)`: the steps a call, at most those wanted, that Keras can plan for an
  epoch of so many batches.
- `counted(batches)`: so many data for Keras' `fit` to count, in batches of one, cheaply.
- `steps_of_keras(steps)`: the steps a call, at most those asked for, of Keras' own loop.
- `train_many(model)`: a function of `kerae.data.ResidentBatches`, the steps to train for now,
  those of the whole fit, and what Keras' trainer gives to a training function.
- `fused(optimizer)`: the optimizer, with a quicker kernel for the same update where there is one.
- `has_room_for(size)`: whether so many bytes can lie on the device beside what is there.
- `on_device(array)`: a tensor of a NumPy array that nobody changes meanwhile.
- `compiled(model, function, *layers)`: `function` of tensors, compiled, with the variables of
  `model` and of `layers` read at every call. A Python `if` on a tensor is refused, as in training;
  but not on PyTorch.
- `one_operation(function)`: `function` of tensors that is made of many small operations, prepared
  once for each shape: compiled as a whole on JAX, where each operation that is called by itself is
  compiled, and a function of its own in the graphs of TensorFlow.
- `cond(predicate, true, false)`: `true()` or `false()`, of which no more than one is computed where
  that can be decided, with gradients for both. They draw no noise, and change no variable.
- `scattered(values, places, size)`: a tensor `(rows, size)` that has `values` `(rows, k)` at
  `places` of each row, all different, and zeros elsewhere.
- `segment_sum(values, segments, count)`: a tensor `(count, …)` of the sums of the rows of `values`
  that have each number in `segments`, from 0 on; a GPU waits for that of Keras on PyTorch.
- `rows_are_quick()`: whether the two functions that follow are quicker than products of matrices
  of which most elements are 0, as they are on a CPU where nothing is split over devices.
- `sum_of_rows(amounts, places, rows)`: of the `(count, size)` rows the sum of those at `places`
  `(batch, k)`, times their amounts, `(batch, size)`, with gradients for amounts and rows.
- `products_at(products, places, x, kernel, bias)`: of the products x W + bias, which are given, the
  k at `places` of each row, all different, with gradients for kernel and bias alone.
- `argmax(x)`: the place of the largest value along the last axis, an int32, the first one of
  several; that of Keras tells -0 from 0, on TensorFlow by operations that LiteRT does not know.
- `fori_loop(first, end, body, state)`: the state after `state = body(step, state)` for each step;
  that of Keras begins several steps at once on TensorFlow, with all that they hold in memory.
- `conv(x, kernel, strides, padding, data_format)` and `conv_transpose(…)`: as those of Keras,
  which XLA differentiates slowly on a CPU.
- `jvp(function, x, tangent)`: J(x) tangent, the derivative of `function` along `tangent`.
- `vjp(function, x)`: the function that maps a cotangent to J(x)^T cotangent. Both can be
  differentiated again.
- `replica_sum(x)`, `replica_concat(x)`: the sum of `x` over the replicas of a distributed step,
  and the rows of all of them in their order.
- `replica_rows(count)`: the number of rows on all replicas, and of those before this one's
  `count`; the very `count` and 0 where there is one.
- `variables_kept(model)`: a context after whose failure the model's variables are what they were
  before, where Keras has lost them.
- `own_rows(rows)`: those of a batch's row numbers that this process has to feed, and `None` or,
  where the last one was repeated so that all devices get as many, an array of shape
  `(rows, repetitions)` to be fed beside the examples.
- `share(variables)`: gives the variables of all replicas the values of the first.
- `strategy_scope(strategy, devices)`: the context in which models train by a strategy.
- `replicas()`, `is_first()`, `barrier()`: see `kerae.distribution`.
- `tells_of_lost_process(error)`: whether an exception comes from another process that ended.
- `seed_global_generator(seed)`: seeds what Keras draws from without a seed generator.
- `devices()`: the names of the devices that this process sees.

`tensorflow.py`, `jax.py` and `torch.py` hold them; what belongs to the training loop lies beside
each in a file of its own, `…_loop.py`, operations on arrays in `…_arrays.py`, and those of few of
many rows in `…_rows.py`.
`torch_modules.py` is for networks of PyTorch that are no Keras models, on any backend.

Importing this package imports no framework: a server of exported models needs TensorFlow alone.
"""

from importlib import import_module

from .choice import BACKENDS

ARRAY_FUNCTIONS = (
    "argmax",
    "cond",
    "conv",
    "conv_transpose",
    "fori_loop",
    "jvp",
    "scattered",
    "segment_sum",
    "vjp",
)
ROW_FUNCTIONS = ("products_at", "rows_are_quick", "sum_of_rows")
LOOP_FUNCTIONS = (
    "can_loop",
    "counted",
    "default_steps",
    "fused",
    "has_room_for",
    "on_device",
    "plannable",
    "steps_of_keras",
    "train_many",
    "variables_kept",
)
__all__ = [
    "argmax",
    "barrier",
    "can_loop",
    "compiled",
    "cond",
    "conv",
    "conv_transpose",
    "counted",
    "default_steps",
    "devices",
    "fori_loop",
    "fused",
    "has_room_for",
    "is_first",
    "jvp",
    "on_device",
    "one_operation",
    "own_rows",
    "plannable",
    "products_at",
    "replica_concat",
    "replica_rows",
    "replica_sum",
    "replicas",
    "rows_are_quick",
    "scattered",
    "seed_global_generator",
    "segment_sum",
    "share",
    "steps_of_keras",
    "strategy_scope",
    "sum_of_rows",
    "tells_of_lost_process",
    "test_step",
    "train_many",
    "train_step",
    "variables_kept",
    "vjp",
]


def __getattr__(name):
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import keras

    chosen = keras.backend.backend()
    if chosen not in BACKENDS:
        raise ImportError(
            "kerae runs on the Keras backends tensorflow, jax and torch. "
            f"Received: {chosen}. Set KERAS_BACKEND to one of the three."
        )
    kinds = {"_loop": LOOP_FUNCTIONS, "_arrays": ARRAY_FUNCTIONS, "_rows": ROW_FUNCTIONS}
    suffix = next((kind for kind, names in kinds.items() if name in names), "")
    return getattr(import_module(f".{chosen}{suffix}", __name__), name)

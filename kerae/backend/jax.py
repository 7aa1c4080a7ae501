"""Training, testing and compiled functions on JAX."""

import atexit
import os
import sys
from contextlib import contextmanager

import jax
import keras
import numpy as np
from jax.experimental import multihost_utils


def _stateless(groups, function):
    """Calls `function` with variables bound to given values.

    Args:
        groups: List of pairs (variables, values).
    Returns:
        What `function` returned, and for each group the values afterwards.
    """
    bound = [pair for variables, values in groups for pair in zip(variables, values, strict=True)]
    with keras.StatelessScope(state_mapping=bound) as scope:
        result = function()
    return result, [[scope.get_current_value(v) for v in variables] for variables, _ in groups]


def train_step(self, state, data):
    data = _examples(data)
    trainable, non_trainable, optimizer_variables, metrics = state

    def objective(trainable):
        groups = [
            (self.trainable_variables, trainable),
            (self.non_trainable_variables, non_trainable),
            (self.metrics_variables, metrics),
            (self.optimizer.variables, optimizer_variables),
        ]
        loss, (_, *updated, _) = _stateless(
            groups,
            lambda: self.optimizer.scale_loss(self.objective(data, training=True)),
        )
        return loss, updated

    gradients, (non_trainable, metrics) = jax.grad(objective, has_aux=True)(trainable)
    trainable, optimizer_variables = self.optimizer.stateless_apply(
        optimizer_variables, gradients, trainable
    )
    logs, _ = _stateless([(self.metrics_variables, metrics)], self.get_metrics_result)
    return logs, (trainable, non_trainable, optimizer_variables, metrics)


def test_step(self, state, data):
    data = _examples(data)
    trainable, non_trainable, metrics = state
    groups = [
        (self.trainable_variables, trainable),
        (self.non_trainable_variables, non_trainable),
        (self.metrics_variables, metrics),
    ]

    def objective():
        self.objective(data, training=False)
        return self.get_metrics_result()

    logs, (trainable, non_trainable, metrics) = _stateless(groups, objective)
    return logs, (trainable, non_trainable, metrics)


def compiled(model, function, *layers):
    def variables():
        return [variable for layer in (model, *layers) for variable in layer.variables]

    @jax.jit
    def pure(values, inputs, named):
        return _stateless([(variables(), values)], lambda: function(*inputs, **named))[0]

    return lambda *inputs, **named: pure([v.value for v in variables()], inputs, named)


def one_operation(function):
    return jax.jit(function, inline=True)


def replica_sum(x):
    """The argument: under `keras.distribution` a batch is that of all devices."""
    return x


replica_concat = replica_sum


def replica_rows(count):
    return count, 0


def own_rows(rows):
    """The part of a batch that Keras spreads over the devices of this process."""
    distribution = keras.distribution.distribution()
    if distribution is None:
        return rows, None
    replicas = distribution.num_model_replicas
    missing = -len(rows) % replicas
    parts = min(replicas, distribution.num_processes)
    own = np.split(np.pad(rows, (0, missing), "edge"), parts)[distribution.data_shard_id]
    return own, np.empty((len(own), missing), "bool")


def _examples(data):
    """A batch without the rows that `own_rows` has repeated."""
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    if not isinstance(x, tuple):
        return data
    x, repeated = x
    count = len(x) - repeated.shape[1]
    arrays = (a if a is None else a[:count] for a in (x, y, sample_weight))
    return keras.utils.pack_x_y_sample_weight(*arrays)


def share(variables):
    """Does nothing: Keras keeps the variables of all replicas alike."""


@contextmanager
def strategy_scope(strategy, devices):
    try:
        if devices is not None:
            jax.config.update("jax_num_cpu_devices", devices)
        several = "KERAS_DISTRIBUTION_JOB_ADDRESSES" in os.environ
        if several:
            keras.distribution.initialize()
    except RuntimeError as error:
        raise RuntimeError(
            f"Expected the strategy before JAX computes anything. Received: {error}"
        ) from error
    names = keras.distribution.list_devices()
    if (devices or 1) > len(names):
        raise ValueError(f"Expected at least {devices} devices. Received: {len(names)}.")
    if not several:
        names = names[:devices]
    # `own_rows` has sharded arrays; Keras would take nothing but a tf.data.Dataset.
    with keras.distribution.DataParallel(devices=names, auto_shard_dataset=False).scope():
        try:
            yield
        except BaseException as error:
            if several:
                # A typer.Exit has a code.
                atexit.register(_exit_at_once, getattr(error, "exit_code", 1))
            raise
    if several:
        jax.distributed.shutdown()


def _exit_at_once(code):
    """Ends the process before JAX waits, for minutes, until the others have ended as well."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def replicas():
    distribution = keras.distribution.distribution()
    return 1 if distribution is None else distribution.num_model_replicas


def is_first():
    return jax.process_index() == 0


def barrier():
    multihost_utils.sync_global_devices("kerae")


def tells_of_lost_process(error):
    lost = ("Gloo", "NCCL", "UNAVAILABLE", "Connection", "heartbeat")
    return isinstance(error, jax.errors.JaxRuntimeError) and any(w in str(error) for w in lost)


def seed_global_generator(seed):
    """Does nothing: Keras draws from its own seed generators."""


def devices():
    return [str(device) for device in jax.devices()]

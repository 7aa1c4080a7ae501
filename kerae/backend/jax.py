"""Training, testing and compiled functions on JAX."""

from functools import partial

import jax
import keras

ROOM_ON_CPU = 2**30


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


def can_loop(model):
    return model.jit_compile and keras.distribution.distribution() is None


def training_loop(model):
    """Runs steps in one compiled loop; one by one where XLA's loops are slow."""

    def step(state, tensors, rows):
        return model.train_step(state, keras.tree.map_structure(lambda all: all[rows], tensors))

    @partial(jax.jit, donate_argnums=0)
    def many(state, tensors, rows, count):
        logs = jax.eval_shape(step, state, tensors, rows[0])[0]
        zeros = jax.tree.map(lambda log: jax.numpy.zeros(log.shape, log.dtype), logs)
        return jax.lax.fori_loop(
            0, count, lambda i, carry: step(carry[1], tensors, rows[i]), (zeros, state)
        )

    one = jax.jit(step, donate_argnums=0)
    looped = None

    def loop(batches, steps, steps_in_all, state, _):
        nonlocal looped
        rows, whole, rest = batches.take(steps)
        if looped is None:
            looped = _loops_well(one.trace(state, batches.tensors, rows[0]))
        if looped and whole:
            logs, state = many(state, batches.tensors, rows, whole)
        else:
            for own in rows[:whole]:
                logs, state = one(state, batches.tensors, own)
        if len(rest):
            logs, state = one(state, batches.tensors, rest)
        return logs, state

    return loop


def _loops_well(traced):
    """Whether XLA uses all cores inside of a loop: not for convolutions on CPUs."""
    return jax.default_backend() != "cpu" or "conv_general_dilated" not in str(traced.jaxpr)


def fused(optimizer):
    """The argument: XLA fuses updates by itself."""
    return optimizer


def has_room_for(size):
    stats = jax.devices()[0].memory_stats()
    return size <= ((stats["bytes_limit"] - stats["bytes_in_use"]) // 2 if stats else ROOM_ON_CPU)


def compiled(model, function):
    @jax.jit
    def pure(values, inputs, named):
        return _stateless([(model.variables, values)], lambda: function(*inputs, **named))[0]

    return lambda *inputs, **named: pure([v.value for v in model.variables], inputs, named)


def jvp(function, x, tangent):
    return jax.jvp(function, (x,), (tangent,))[1]


def vjp(function, x):
    _, pullback = jax.vjp(function, x)
    return lambda cotangent: pullback(cotangent)[0]


def replica_sum(x):
    """The argument: under `keras.distribution` a batch is that of all devices."""
    return x


def replica_concat(x):
    return x


def replica_rows(count):
    return count, 0


def own_rows(rows):
    """The argument: Keras spreads a batch over the devices."""
    return rows


def share(variables):
    """Does nothing: Keras keeps the variables of all replicas alike."""


def seed_global_generator(seed):
    """Does nothing: Keras draws from its own seed generators."""


def devices():
    return [str(device) for device in jax.devices()]

"""Training, testing and compiled functions on JAX."""

import jax
import keras


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

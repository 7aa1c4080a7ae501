"""The path through a frozen network is pure: no gradient to it, no change in it."""

import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops

import kerae
from kerae.ops.frozen import frozen

generator = np.random.default_rng(0)
X = generator.normal(1.0, 2.0, size=(8, 3)).astype("float32")


def network():
    model = keras.Sequential(
        [
            keras.layers.Input((3,)),
            keras.layers.Dense(4, "tanh"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1),
        ]
    )
    for variable in model.trainable_variables:
        variable.assign(generator.normal(size=variable.shape))
    return model


def state(layer):
    return [ops.convert_to_numpy(variable).copy() for variable in layer.variables]


def slopes(call, layer, x):
    """Gradients of the sum of squares of `call(x)` by x and by the variables of a layer."""
    variables = layer.trainable_variables

    def loss(values):
        with keras.StatelessScope(state_mapping=list(zip(variables, values[1:]))):
            return ops.sum(ops.square(call(values[0])))

    return gradient(loss, [x, *map(ops.convert_to_numpy, variables)])


def test_gradients_go_to_the_input_as_without_freezing_and_to_no_variable():
    layer = network()
    of_input, *of_variables = slopes(layer, layer, X)
    assert all(slope.any() for slope in of_variables)
    through, *frozen_variables = slopes(frozen(layer), layer, X)
    np.testing.assert_allclose(through, of_input, rtol=1e-5)
    assert through.any() and not any(slope.any() for slope in frozen_variables)


def test_no_gradient_reaches_the_variables_in_training_either():
    layer = network()
    judge = lambda x: frozen(layer)(x, training=True)  # noqa: E731
    through, *frozen_variables = slopes(judge, layer, X)
    assert through.any() and not any(slope.any() for slope in frozen_variables)


def test_nothing_in_the_network_changes():
    layer = network()
    before = state(layer)
    frozen(layer)(X, training=True)
    for value, kept in zip(state(layer), before, strict=True):
        np.testing.assert_array_equal(value, kept)
    layer(X, training=True)
    changed = sum((value != kept).any() for value, kept in zip(state(layer), before))
    # Two moving averages, and the seed of dropout, which on PyTorch is the framework's own.
    assert changed == (2 if keras.backend.backend() == "torch" else 3)


def test_it_computes_what_the_network_would_compute_now():
    layer = network()
    for training in (False, True):
        kerae.set_random_seed(3)
        judged = frozen(layer)(X, training=training)
        kerae.set_random_seed(3)
        expected = layer(X, training=training)
        np.testing.assert_allclose(*map(ops.convert_to_numpy, (judged, expected)), rtol=1e-5)


def adversarial_model(momentum=0.9):
    """An AAE whose critic normalizes its batch, drops units, and hardly learns."""
    critic = keras.Sequential(
        [
            keras.layers.BatchNormalization(momentum=momentum),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1),
        ]
    )
    model = kerae.AAE((3,), 2, likelihood="normal", critic=critic, encoder=keras.layers.Flatten())
    model.compile(keras.optimizers.SGD(0.0))
    return model


def test_batch_statistics_of_a_critic_see_what_it_is_trained_on_once():
    model = adversarial_model()
    real = np.zeros((len(X), 2), "float32") + 5.0
    model.prior.sample = lambda noise, labels=None: ops.convert_to_tensor(real)
    codes = model.encode(X)
    for _ in range(2):
        model.train_on_batch(X)
    mean = np.zeros(2)
    for seen in [real, codes] * 2:
        mean = 0.9 * mean + 0.1 * seen.mean(axis=0)
    found = ops.convert_to_numpy(model.critic.layers[0].moving_mean)
    np.testing.assert_allclose(found, mean, rtol=1e-4)


def test_dropout_of_a_critic_changes_from_step_to_step():
    model = adversarial_model()
    seen = set()
    for _ in range(3):
        model.reset_metrics()
        seen.add(model.train_on_batch(X, return_dict=True)["adversarial"])
    assert len(seen) == 3


def test_evaluation_changes_nothing_in_a_critic():
    model = adversarial_model()
    model.train_on_batch(X)
    before = state(model.critic)
    first = model.evaluate(X, verbose=0)
    assert model.evaluate(X, verbose=0) == pytest.approx(first, rel=1e-6)
    model.sample(3, seed=0)
    for value, kept in zip(state(model.critic), before, strict=True):
        np.testing.assert_array_equal(value, kept)

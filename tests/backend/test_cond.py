"""Branches of a step that are computed only where they are needed, in each fast loop."""

from importlib import import_module

import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops

import kerae
from kerae import backend

X = np.random.default_rng(0).normal(size=(40, 8)).astype("float32")


class EveryThird(kerae.Term):
    """At every third step pulls codes towards a noise, by a weight without a gradient at others."""

    label = "every_third"

    def __init__(self):
        super().__init__()
        self.scale = self.add_weight(shape=(2,), initializer="ones")

    def value(self, model, outputs):
        z, noise = outputs["z"][:, 0], outputs["noise"].normal((2,))

        def pulled():
            return ops.sum(ops.square(self.scale * z - noise), axis=1)

        return backend.cond(outputs["step"] % 3 == 2, pulled, lambda: 0 * z[:, 0])


def of_noise():
    terms = [kerae.Reconstruction(), kerae.terms.KLDivergence(), EveryThird()]
    return kerae.Autoencoder((8,), kerae.latents.Normal(2), terms=terms, likelihood="normal")


def of_dead_units():
    model = kerae.SAE(8, 32, k=2, dead_after=70)
    model.encoder.bias.assign(np.where(np.arange(32) < 8, 0, -1))
    return model


def trained(make):
    kerae.set_random_seed(0)
    model = make()
    model.compile(keras.optimizers.SGD(1e-2))
    logs = model.fit(X, batch_size=8, epochs=6, verbose=0).history
    values = [*model.trainable_variables, model.step, model.seed_generator.state]
    return [ops.convert_to_numpy(value) for value in values], logs


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
@pytest.mark.parametrize("make", [of_noise, of_dead_units])
def test_branches_are_taken_as_in_single_steps(make, monkeypatch):
    with monkeypatch.context() as step_by_step:
        step_by_step.setattr(keras.config, "max_steps_per_epoch", lambda: 5)
        expected, logs = trained(make)
    captured = []
    if keras.backend.backend() == "torch":
        loop = import_module("kerae.backend.torch_loop")
        capture = loop.captured_step

        def noted(*given):
            captured.append(capture(*given))
            return captured[-1]

        monkeypatch.setattr(loop, "STEPS_WORTH_CAPTURE", 0)
        monkeypatch.setattr(loop, "captured_step", noted)
    values, in_loop = trained(make)
    for value, of_step in zip(values, expected, strict=True):
        np.testing.assert_allclose(value, of_step, rtol=1e-4, atol=1e-5)
    for name in logs:
        np.testing.assert_allclose(in_loop[name], logs[name], rtol=1e-4, atol=1e-6)
    assert all(captured) and len(captured) == (keras.backend.backend() == "torch")
    if make is of_dead_units:
        assert logs["dead_units"][0] == 0 and max(logs["auxiliary"]) > 0
        assert max(logs["dead_units"]) > 0


def test_values_are_at_their_places_and_so_are_gradients():
    places = np.array([[2, 0], [1, 3]], "int32")
    values = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
    expected = [[2, 0, 1, 0], [0, 3, 0, 4]]
    made = backend.scattered(ops.convert_to_tensor(values), ops.convert_to_tensor(places), 4)
    np.testing.assert_array_equal(ops.convert_to_numpy(made), expected)
    weights = np.arange(8, dtype="float32").reshape(2, 4)

    def weighed(values):
        made = backend.scattered(values, ops.convert_to_tensor(places), 4)
        return ops.sum(made * ops.convert_to_tensor(weights))

    np.testing.assert_array_equal(gradient(weighed, values), [[2, 0], [5, 7]])


def test_rows_are_summed_by_their_segment():
    values = np.arange(8, dtype="float32").reshape(4, 2)
    segments = ops.convert_to_tensor(np.array([2, 0, 2, 0], "int32"))
    made = backend.segment_sum(ops.convert_to_tensor(values), segments, 4)
    expected = [[8, 10], [0, 0], [4, 6], [0, 0]]
    np.testing.assert_array_equal(ops.convert_to_numpy(made), expected)

"""What fails leaves the model, and the process, as they were."""

import zipfile

import keras
import numpy as np
import pytest
from keras import ops

import kerae

X = np.random.default_rng(0).random((8, 6), dtype="float32")


JAX = keras.backend.backend() == "jax"


class Failing(kerae.Term):
    """Fails where it is told to."""

    label = "failing"
    fails = False

    def value(self, model, outputs):
        if self.fails:
            raise RuntimeError("a mistake in a term")
        return ops.zeros_like(outputs["log_likelihood"][:, 0])


@pytest.mark.parametrize("steps", [1, "auto"])
@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_a_step_that_cannot_be_traced_leaves_the_weights(steps, method):
    term = Failing(1.0)
    model = kerae.VAE((6,), 2, terms=[kerae.Reconstruction(), term])
    model.compile(steps_per_execution=steps)
    model.fit(X, verbose=0)
    variables = [*model.trainable_variables, *model.optimizer.variables]
    before = [ops.convert_to_numpy(each).copy() for each in variables]
    term.fails = True
    model.compile(model.optimizer, steps_per_execution=steps)  # what was compiled would not fail
    with pytest.raises(RuntimeError, match="a mistake in a term"):
        getattr(model, method)(X, verbose=0)
    term.fails = False
    for each, value in zip(variables, before, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(each), value)
    model.fit(X, verbose=0)


class Wide(keras.layers.Layer):
    """Its dense layer is built when it is called, on shapes alone: its variables come later."""

    def __init__(self, units):
        super().__init__()
        self.dense = keras.layers.Dense(units)

    def call(self, x):
        return self.dense(x)


@pytest.mark.parametrize(
    "make",
    [
        lambda: kerae.VAE((6,), latent_dim=10**13),
        pytest.param(
            lambda: kerae.VAE((6,), latent_dim=2, encoder=Wide(10**13)),
            marks=pytest.mark.skipif(JAX, reason="JAX says so when the model is used"),
        ),
    ],
    ids=["latent", "encoder"],
)
def test_a_model_that_is_too_large_leaves_room_for_others(make):
    with pytest.raises(Exception, match="(?i)memory|allocat|exhausted|too large|invalid|unbuilt"):
        make()
    model = kerae.VAE((6,), 2)
    model.compile()
    model.fit(X, verbose=0)


def test_a_file_of_a_model_that_is_too_large_leaves_room_for_others(tmp_path):
    """A file can ask for more than there is; its archive is small."""
    decoder = keras.Sequential([keras.layers.Dense(9), keras.layers.Dense(6)])
    kerae.AE((6,), 2, decoder=decoder).save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        config = archive.read("config.json").decode()
        weights = archive.read("model.weights.h5")
    assert '"units": 9' in config
    with zipfile.ZipFile(tmp_path / "large.keras", "w") as archive:
        archive.writestr("config.json", config.replace('"units": 9', '"units": 9000000000000'))
        archive.writestr("metadata.json", '{"keras_version": "3", "date_saved": ""}')
        archive.writestr("model.weights.h5", weights)
    with pytest.raises(Exception, match="(?i)memory|allocate|exhausted|too large|invalid|read"):
        kerae.load(tmp_path / "large.keras")
    kerae.AE((6,), 2)


@pytest.mark.slow
@pytest.mark.parametrize("more", [{"sample_weight": np.ones(8)}, {"y": np.zeros(8)}], ids=str)
def test_a_second_fit_may_have_what_the_first_had_not(more, monkeypatch):
    if keras.backend.backend() == "torch":
        monkeypatch.setattr("kerae.backend.torch_loop.STEPS_WORTH_CAPTURE", 1)
    model = kerae.VAE((6,), 2)
    model.compile()
    for arguments in ({}, more, {}):
        model.fit(X, batch_size=4, verbose=0, **arguments)
    model.fit(X.astype("float64"), batch_size=4, verbose=0)

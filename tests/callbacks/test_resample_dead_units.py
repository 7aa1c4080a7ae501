import keras
import numpy as np
import pytest
from keras import ops

import kerae
from kerae.callbacks import ResampleDeadUnits

X = (np.random.default_rng(0).normal(size=(128, 8)) + 3).astype("float32")


def array(variable):
    return np.asarray(ops.convert_to_numpy(variable))


def test_dead_units_start_anew_and_the_others_stay_as_they_are():
    model = kerae.SAE(8, 16, k=2, dead_after=500).start_at_mean(X)
    model.compile(keras.optimizers.Adam(1e-3))
    model.fit(X, epochs=3, batch_size=32, verbose=0)
    model.latent.age.assign(np.where(np.arange(16) < 10, 0, 1000))
    callback = ResampleDeadUnits(X)
    callback.set_model(model)
    callback.on_train_begin()
    every = [*model.trainable_variables, *model.optimizer.variables]
    before = [array(each).copy() for each in every]
    callback.on_epoch_end(0)
    shifted = (array(model.decoder.scale) * X - array(model.decoder.bias)).astype("float64")
    cosines = shifted @ array(model.decoder.rows)[10:].T
    cosines /= np.linalg.norm(shifted, axis=1)[:, None]
    np.testing.assert_allclose(cosines.max(axis=0), 1, atol=1e-5)
    kernel = array(model.encoder.kernel)
    length = 0.2 * np.linalg.norm(kernel[:, :10], axis=0).mean()
    np.testing.assert_allclose(np.linalg.norm(kernel[:, 10:], axis=0), length, rtol=1e-5)
    assert not array(model.encoder.bias)[10:].any() and not array(model.latent.age).any()
    changed = 0
    for variable, old in zip(every, before):
        new, shape = array(variable), tuple(variable.shape)
        places = {(16, 8): np.s_[10:], (8, 16): np.s_[:, 10:], (16,): np.s_[10:]}.get(shape)
        if places is None:
            np.testing.assert_array_equal(new, old)
            continue
        kept = np.s_[:, :10] if shape == (8, 16) else np.s_[:10]
        np.testing.assert_array_equal(new[kept], old[kept])
        if not any(variable is each for each in model.trainable_variables):
            assert old[places].any() and not new[places].any(), variable.path
            changed += 1
    assert changed == 6  # two moments of atoms, weights and biases


@pytest.mark.once
def test_units_stay_where_nothing_is_left_to_learn():
    model = kerae.SAE(8, 16, k=2, dead_after=1).start_at_mean(np.ones((4, 8), "float32"))
    model.compile("adam")
    model.latent.age.assign(np.ones(16, "int32"))
    callback = ResampleDeadUnits(np.ones((4, 8), "float32"))
    callback.set_model(model)
    callback.on_train_begin()
    rows = array(model.decoder.rows).copy()
    callback.on_epoch_end(0)
    np.testing.assert_array_equal(array(model.decoder.rows), rows)


@pytest.mark.mainly("torch")
def test_training_goes_on_with_what_it_set():
    model = kerae.SAE(8, 16, k=2, dead_after=100).start_at_mean(X)
    model.encoder.bias.assign(np.where(np.arange(16) < 4, 0, -50))
    model.compile(keras.optimizers.Adam(1e-3))
    model.fit(X, epochs=2, batch_size=32, callbacks=[ResampleDeadUnits(X)], verbose=0)
    assert array(model.encoder.bias).min() > -1


@pytest.mark.parametrize("a_call", [1, 3, None])
def test_it_may_be_every_so_many_steps(a_call, monkeypatch):
    model = kerae.SAE(8, 16, k=2, dead_after=1000).start_at_mean(X)
    model.compile(keras.optimizers.SGD(0.0), **({"steps_per_execution": a_call} if a_call else {}))
    callback, numbers = ResampleDeadUnits(X, steps=5), []
    resample = callback._resample

    def noted(number):
        encoder, latent = callback.model.encoder, callback.model.latent
        encoder.bias.assign(np.where(np.arange(16) < 10, 0, -50))
        latent.age.assign(np.where(np.arange(16) < 10, 0, 1000))
        resample(number)
        numbers.append(number)

    monkeypatch.setattr(callback, "_resample", noted)
    model.fit(X, epochs=3, batch_size=16, callbacks=[callback], verbose=0)  # of eight steps
    of_three = [6, 10, 16, 20] if keras.backend.backend() == "torch" else [6, 11, 16, 22]
    expected = {1: [5, 10, 15, 20], 3: of_three, None: [8, 16, 24]}[a_call]
    assert numbers == expected and int(array(model.step)) == 24
    assert not array(model.encoder.bias).any()
    assert array(model.latent.age).max() < 1000


@pytest.mark.once
def test_models_without_a_dictionary_of_their_data_are_refused():
    model = kerae.AE((8,), 2, likelihood="normal")
    model.compile()
    with pytest.raises(ValueError, match="Expected a dictionary of the data"):
        model.fit(X, callbacks=[ResampleDeadUnits(X)], verbose=0)

"""Two optimizers, one for the model and one for its adversary, and what a file keeps of them."""

import keras
import numpy as np
import pytest
from keras import ops
from keras.optimizers import SGD, Adam, RMSprop
from shifted_normal import ShiftedNormal

import kerae

X = np.random.default_rng(0).random((8, 4), dtype="float32")


def adversarial(optimizer="adam", adversary_optimizer=None, prior=None):
    kerae.set_random_seed(1)
    model = kerae.AAE((4,), 2, prior=prior, critic=keras.layers.Dense(1))
    model.compile(optimizer, adversary_optimizer)
    return model


def values(variables):
    return [ops.convert_to_numpy(variable).copy() for variable in variables]


def moved(model):
    """The networks that a training step moves: all of the variables of each, or none."""
    own = {id(variable) for variable in model.adversary.trainable_variables}
    before = values(model.trainable_variables)
    model.train_on_batch(X)
    found = {"model": set(), "critic": set()}
    for variable, old in zip(model.trainable_variables, before, strict=True):
        name = "critic" if id(variable) in own else "model"
        found[name].add(bool((ops.convert_to_numpy(variable) != old).any()))
    assert all(len(states) == 1 for states in found.values())
    return {name for name, states in found.items() if states == {True}}


@pytest.mark.parametrize("learning", ["model", "critic"])
def test_each_network_moves_by_its_own_optimizer_also_when_loaded(learning, tmp_path):
    rates = {"model": 0.0, "critic": 0.0} | {learning: 1.0}
    model = adversarial(SGD(rates["model"]), SGD(rates["critic"]))
    assert moved(model) == {learning}
    model.save(tmp_path / "aae.keras")
    assert moved(kerae.load(tmp_path / "aae.keras")) == {learning}


def settings(optimizer):
    return {"class": type(optimizer).__name__} | optimizer.get_config()


def test_without_an_own_optimizer_the_adversary_gets_one_like_the_models():
    model = adversarial(Adam(3e-3, beta_1=0.5))
    assert moved(model) == {"model", "critic"}
    first, second = model.optimizer.optimizers
    assert first is not second
    assert settings(first) == settings(second)


def test_names_of_optimizers_are_taken():
    model = adversarial("rmsprop", "sgd")
    model.train_on_batch(X)
    first, second = model.optimizer.optimizers
    assert isinstance(first, RMSprop) and isinstance(second, SGD)


def test_a_schedule_of_the_learning_rate_counts_the_same_steps_for_both():
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1], [1.0, 0.0])
    model = adversarial(SGD(schedule))
    assert [moved(model) for _ in range(3)] == [{"model", "critic"}] * 2 + [set()]


def test_a_loaded_model_goes_on_with_the_settings_and_the_state_of_both(tmp_path):
    model = adversarial(Adam(1e-2, beta_1=0.5, clipnorm=1.0), SGD(1e-3, momentum=0.9))
    model.fit(X, epochs=3, batch_size=4, verbose=0)
    model.save(tmp_path / "aae.keras")
    loaded = kerae.load(tmp_path / "aae.keras")
    for kept, old in zip(loaded.optimizer.optimizers, model.optimizer.optimizers, strict=True):
        assert settings(kept) == settings(old)
    for kept, old in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(*values((kept, old)), err_msg=old.path)
    assert any(np.any(value) for value in values(loaded.optimizer.optimizers[1].variables[2:]))
    for each in (model, loaded):
        kerae.set_random_seed(2)
        each.fit(X, epochs=2, batch_size=4, verbose=0)
    for kept, old in zip(loaded.variables, model.variables, strict=True):
        np.testing.assert_array_equal(*values((kept, old)), err_msg=old.path)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_trains_both_and_is_loaded(policy, tmp_path):
    keras.config.set_dtype_policy(policy)
    try:
        model = adversarial(SGD(0.1), SGD(0.1))
        assert moved(model) == {"model", "critic"}
        assert np.isfinite(model.evaluate(X, verbose=0)).all()
        model.save(tmp_path / "aae.keras")
        loaded = kerae.load(tmp_path / "aae.keras")
        for kept, old in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
            np.testing.assert_array_equal(*values((kept, old)), err_msg=old.path)
        assert moved(loaded) == {"model", "critic"}
        assert moved(model) == {"model", "critic"}
    finally:
        keras.config.set_dtype_policy("float32")


def test_a_model_without_an_adversary_takes_no_optimizer_for_it():
    model = kerae.AE((4,), 2)
    with pytest.raises(ValueError, match="no adversary.*adversary_optimizer='sgd'. Leave it out"):
        model.compile(adversary_optimizer="sgd")


def test_a_critic_whose_loss_is_no_number_is_named():
    model = adversarial(prior=ShiftedNormal(float("nan")))
    with pytest.raises(FloatingPointError, match="by the term 'critic'"):
        model.fit(X, verbose=0)

import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops
from scipy import stats

import kerae
from kerae.terms import KLSparsity

# On others test_contract.py computes the gradients of models that have it.
pytestmark = pytest.mark.mainly("torch")


def value(z, rho=0.05):
    """The value for codes `z` of shape `(batch, latent_dim)`; no model is asked."""
    z = ops.convert_to_tensor(np.asarray(z, "float32"))
    outputs = {"x": z, "z": ops.expand_dims(z, 1)}
    return ops.convert_to_numpy(KLSparsity(rho).value(None, outputs))


def kl(rho, means):
    return sum(stats.entropy([rho, 1 - rho], [mean, 1 - mean]) for mean in means)


@pytest.mark.parametrize("rho", [0.05, 0.3, 0.9])
def test_it_is_the_kl_of_bernoulli_variables_summed_over_units_for_each_example(rho):
    z = np.random.default_rng(0).random((7, 4))
    found = value(z, rho)
    assert found.shape == (7,)
    np.testing.assert_allclose(found, kl(rho, z.mean(axis=0)), rtol=1e-4)


def test_it_is_0_at_rho_and_positive_on_both_sides():
    assert value(np.full((3, 2), 0.05)) == pytest.approx(np.zeros(3), abs=1e-6)
    assert (value(np.full((3, 2), 0.04)) > 1e-4).all()
    assert (value(np.full((3, 2), 0.06)) > 1e-4).all()


def test_the_mean_over_the_batch_counts_and_not_the_single_activation():
    z = np.tile([[1.0, 0.0], [0.0, 1.0]], (10, 1))
    assert value(z, rho=0.5) == pytest.approx(np.zeros(20), abs=1e-6)


def test_value_and_gradient_are_finite_for_units_that_are_dead_or_always_on():
    z = np.tile([[0.0, 1.0]], (3, 1))
    np.testing.assert_allclose(value(z), kl(0.05, [1e-6, 1 - 1e-6]), rtol=0.02)

    def loss(z):
        return ops.sum(KLSparsity().value(None, {"x": z, "z": ops.expand_dims(z, 1)}))

    assert np.isfinite(gradient(loss, z)).all()


def test_the_gradient_is_that_of_the_formula():
    z = np.random.default_rng(0).random((5, 3)).astype("float32")

    def loss(z):
        return ops.mean(KLSparsity(0.2).value(None, {"x": z, "z": ops.expand_dims(z, 1)}))

    mean = z.mean(axis=0)
    expected = np.tile((-0.2 / mean + 0.8 / (1 - mean)) / 5, (5, 1))
    np.testing.assert_allclose(gradient(loss, z), expected, rtol=1e-4)


def model(latent):
    terms = [kerae.Reconstruction(), KLSparsity()]
    return kerae.Autoencoder((4,), latent, terms=terms)


@keras.saving.register_keras_serializable("tests")
def half_sigmoid(x):
    return 0.5 * ops.sigmoid(x)


@pytest.mark.parametrize("activation", ["sigmoid", "hard_sigmoid", "softmax", half_sigmoid])
def test_takes_codes_between_0_and_1(activation):
    assert model(kerae.latents.Deterministic(2, activation)).labels[1] == "sparsity"


@pytest.mark.parametrize("activation", [None, "relu", "relu6", "tanh", "softplus"])
def test_refuses_codes_that_leave_the_interval(activation):
    name = keras.activations.serialize(keras.activations.get(activation))
    with pytest.raises(ValueError, match=rf"in \[0, 1\].*activation '{name}'.*\"sigmoid\""):
        model(kerae.latents.Deterministic(2, activation))


def test_refuses_codes_that_are_drawn():
    with pytest.raises(ValueError, match=r"in \[0, 1\]. Received: Normal codes"):
        model(kerae.latents.Normal(2))


@pytest.mark.parametrize("rho", [0, 1, -0.1, float("nan")])
def test_refuses_a_mean_activation_that_is_none(rho):
    with pytest.raises(ValueError, match=f"`rho`.*rho={rho}"):
        KLSparsity(rho)


def test_only_the_code_counts():
    encoder = keras.Sequential([keras.layers.Dense(8, "sigmoid"), keras.layers.Dense(3)])
    found = kerae.Autoencoder(
        (4,),
        kerae.latents.Deterministic(2, "sigmoid"),
        terms=[kerae.Reconstruction(), KLSparsity()],
        encoder=encoder,
    )
    found.compile()
    x = np.random.default_rng(0).random((9, 4), dtype="float32")
    expected = kl(0.05, found.encode(x).mean(axis=0))
    logs = found.evaluate(x, batch_size=9, return_dict=True, verbose=0)
    assert logs["sparsity"] == pytest.approx(expected, rel=1e-4)

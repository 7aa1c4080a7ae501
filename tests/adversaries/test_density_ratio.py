"""The critic of FactorVAE: what it compares, and what it finds for a normal that is known."""

import keras
import numpy as np
import pytest
from keras import ops
from routing import moved_by
from scipy import stats

import kerae
from kerae.adversaries import DensityRatio, LatentCritic
from kerae.noise.fresh import FreshNoise
from kerae.noise.repeatable import RepeatableNoise
from kerae.terms import EstimatedTotalCorrelation

pytestmark = pytest.mark.mainly("torch")
Z = np.arange(60, dtype="float32").reshape(20, 3)  # no two elements are alike


def fresh():
    return FreshNoise(keras.random.SeedGenerator(0), 20)


def repeatable():
    return RepeatableNoise("pass", RepeatableNoise.identity_of(ops.convert_to_tensor(Z)), seed=0)


def permuted(noise):
    outputs = {"z": ops.convert_to_tensor(Z[:, None]), "noise": noise}
    return ops.convert_to_numpy(DensityRatio().real(None, outputs))


@pytest.mark.parametrize("noise", [fresh, repeatable])
def test_each_dimension_keeps_its_values_in_another_order(noise):
    found = permuted(noise())
    np.testing.assert_array_equal(np.sort(found, axis=0), Z)
    orders = np.argsort(found, axis=0).T
    assert len({tuple(order) for order in (np.arange(20), *orders)}) == 4
    pairs = {tuple(row) for row in Z}
    assert sum(tuple(row) in pairs for row in found) <= 2


def test_evaluation_repeats_the_order_and_training_does_not():
    np.testing.assert_array_equal(permuted(repeatable()), permuted(repeatable()))
    noise = fresh()
    assert (permuted(noise) != permuted(noise)).any()


def normal(correlation, count, seed):
    covariance = [[1, correlation], [correlation, 1]]
    draws = np.random.default_rng(seed).multivariate_normal([0, 0], covariance, size=count)
    return draws.astype("float32")


def least_loss(correlation, count=100_000):
    """That of the best critic, which knows both densities, from draws of both."""
    joint = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]])
    real, fake = normal(0.0, count, seed=3), normal(correlation, count, seed=4)
    false_alarm, miss = (
        np.logaddexp(0, sign * (joint.logpdf(z) - stats.norm.logpdf(z).sum(axis=1))).mean()
        for z, sign in ((real, 1), (fake, -1))
    )
    return false_alarm + miss


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [pytest.param(0.0, marks=pytest.mark.nightly), 0.8])
def test_a_trained_critic_knows_the_total_correlation_of_a_normal(correlation):
    """Of codes that are the data themselves, and stay it: the model's own rate is 0."""
    layers = keras.layers
    network = keras.Sequential(
        [layers.Dense(32, "leaky_relu"), layers.Dense(32, "leaky_relu"), layers.Dense(1)]
    )
    model = kerae.Autoencoder(
        (2,),
        kerae.latents.Deterministic(2),
        likelihood="normal",
        terms=[kerae.Reconstruction(), EstimatedTotalCorrelation()],
        encoder=layers.Flatten(),
        decoder=layers.Dense(2),
        adversary=DensityRatio(network),
    )
    model.latent.head.set_weights([np.eye(2), np.zeros(2)])
    model.compile(keras.optimizers.SGD(0.0), adversary_optimizer=keras.optimizers.Adam(0.01))
    model.fit(normal(correlation, 4096, seed=1), epochs=15, batch_size=256, verbose=0)
    np.testing.assert_array_equal(model.latent.head.get_weights()[0], np.eye(2))
    x = normal(correlation, 8192, seed=2)
    logs = model.evaluate(x, batch_size=1024, return_dict=True, verbose=0)
    analytic = -0.5 * np.log(1 - correlation**2)
    assert logs["total_correlation"] == pytest.approx(analytic, abs=0.08)
    assert logs["critic"] == pytest.approx(least_loss(correlation), abs=0.03)


def test_the_term_moves_what_makes_the_codes_and_the_critics_loss_the_critic_alone(images):
    model = kerae.FactorVAE((8, 8, 1), 2, critic=keras.Sequential([keras.layers.Dense(1)]))
    assert moved_by(model, [images], "total_correlation") == {"encoder", "latent"}
    assert moved_by(model, [images], "kl") == {"encoder", "latent"}
    assert moved_by(model, [images], "reconstruction") == {"encoder", "latent", "decoder"}
    assert moved_by(model, [images], "critic") == {"critic"}


@pytest.mark.parametrize("adversary", [None, LatentCritic()], ids=["none", "another"])
def test_the_term_refuses_a_model_whose_critic_compares_something_else(adversary):
    with pytest.raises(ValueError, match=r"EstimatedTotalCorrelation needs.*DensityRatio"):
        kerae.Autoencoder(
            (4,),
            kerae.latents.Normal(2),
            terms=[EstimatedTotalCorrelation()],
            adversary=adversary,
        )

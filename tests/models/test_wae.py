import keras
import numpy as np
import pytest
from on_digits import distance_from_prior, small_critic, trained
from routing import moved_by
from shifted_normal import ShiftedNormal

import kerae
from kerae.adversaries import LatentCritic
from kerae.terms import Deception, MaximumMeanDiscrepancy

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")


@pytest.mark.parametrize("divergence", ["imq", "rbf"])
def test_its_terms_are_a_reconstruction_and_an_mmd_of_a_deterministic_code(divergence):
    prior = ShiftedNormal(1.0)
    model = kerae.WAE((4,), 2, divergence, weight=3.0, prior=prior)
    _, mmd = model.terms
    assert (type(mmd), mmd.weight, mmd.kernel) == (MaximumMeanDiscrepancy, 3.0, divergence)
    assert type(model.latent) is kerae.latents.Deterministic
    assert model.prior is prior
    assert model.adversary is None and model.critic is None


def test_as_a_gan_it_has_a_critic_of_codes():
    network = small_critic()
    model = kerae.WAE((4,), 2, "gan", weight=3.0, critic=network)
    _, deception = model.terms
    assert (type(deception), deception.weight) == (Deception, 3.0)
    assert type(model.adversary) is LatentCritic and model.critic is network


def test_the_loss_is_the_weighted_sum_of_what_is_logged(images):
    model = kerae.WAE((8, 8, 1), 2, weight=3.0)
    model.compile()
    logs = model.evaluate(images, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 3 * logs["mmd"], rel=1e-5)


def test_the_papers_cost_is_a_normal_likelihood_of_variance_one_half():
    x = np.random.default_rng(0).random((6, 5), dtype="float32")
    model = kerae.WAE((5,), 2, likelihood=kerae.likelihoods.Normal(scale=0.5**0.5))
    model.compile()
    logs = model.evaluate(x, verbose=0, return_dict=True)
    squared = np.square(x - model.reconstruct(x)).sum(axis=1).mean()
    assert logs["reconstruction"] == pytest.approx(squared + 5 / 2 * np.log(np.pi), rel=1e-4)


def test_the_mmd_moves_what_makes_the_codes(images):
    model = kerae.WAE((8, 8, 1), 2, "gan")
    assert moved_by(model, [images], "adversarial") == {"encoder", "latent"}
    assert moved_by(model, [images], "critic") == {"critic"}


@pytest.fixture(scope="module")
def distance_without(digits):
    """Of an autoencoder whose codes may be anywhere."""
    model = trained(kerae.AE, digits.x_train, epochs=15)
    return distance_from_prior(model.encode(digits.x_train))


@pytest.mark.nightly
@pytest.mark.once
@pytest.mark.parametrize("divergence", ["imq", "rbf"])
def test_on_digits_codes_are_like_the_prior(digits, distance_without, divergence):
    model = trained(kerae.WAE, digits.x_train, divergence, epochs=15)
    distance = distance_from_prior(model.encode(digits.x_train))
    assert distance < 0.02 < 0.1 * distance_without


@pytest.mark.nightly
@pytest.mark.once
def test_on_digits_the_codes_of_the_gan_are_like_the_prior(digits, distance_without):
    kerae.set_random_seed(0)
    model = kerae.WAE(
        (8, 8, 1),
        4,
        "gan",
        weight=1.0,
        critic=small_critic(),
        encoder=kerae.networks.dense_encoder((8, 8, 1), widths=(64,)),
        decoder=kerae.networks.dense_decoder((4,), (8, 8, 1), widths=(64,)),
    )
    adam = keras.optimizers.Adam
    model.compile(adam(0.003, beta_1=0.5), adversary_optimizer=adam(0.001, beta_1=0.5))
    model.fit(digits.x_train, epochs=30, batch_size=64, verbose=0)
    distance = distance_from_prior(model.encode(digits.x_train))
    assert distance < 0.02 < 0.1 * distance_without


def test_refuses_what_makes_no_sense():
    with pytest.raises(ValueError, match='"imq", "rbf" or "gan".*\'mmd\''):
        kerae.WAE((4,), 2, divergence="mmd")
    with pytest.raises(ValueError, match="no `critic` with divergence='imq'"):
        kerae.WAE((4,), 2, critic=small_critic())
    with pytest.raises(ValueError, match="`weight`.*at least 0"):
        kerae.WAE((4,), 2, weight=-1.0)

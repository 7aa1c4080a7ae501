"""A ladder whose networks are linear, of which everything is known in closed form."""

import keras
import numpy as np
import pytest
from gradients import loss_gradients
from keras import ops
from scipy import stats

import kerae
from kerae import latents, priors, terms
from kerae.checks.answers import check_answers

pytestmark = pytest.mark.mainly("torch")

SCALE = 0.5  # of the data given z_1
ABOVE = np.array([0.7, 0.4, 0.9])  # deviations of z_1 given z_2
A = np.array([[1.5, 0.0, 0.0], [0.0, -0.8, 0.0]])  # from z_2 to the mean of z_1
B = np.linalg.qr(np.random.default_rng(1).normal(size=(5, 3)))[0].T * [[1.0], [2.0], [0.5]]
OFFSET = np.array([0.3, -0.2, 0.1])  # of the mean of z_1
X = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")

# Of x, what is seen of z_1: its columns are orthogonal.
SEEN = np.linalg.inv(B @ B.T) @ B
SEEN_VARIANCE = SCALE**2 / np.diag(B @ B.T)
# Of z_2, what z_1 and its noise let through.
PRECISION = 1 + np.diag(A @ np.diag(1 / (ABOVE**2 + SEEN_VARIANCE)) @ A.T)
GAIN = np.diag(1 / PRECISION) @ A @ np.diag(1 / (ABOVE**2 + SEEN_VARIANCE))


def linear(hidden, heads, kernel, bias):
    """Makes a hidden layer of SiLU units and a linear head one linear layer: s(u) - s(-u) = u."""
    hidden.set_weights([np.hstack([kernel, -kernel]), np.zeros(2 * kernel.shape[1])])
    eye = np.eye(kernel.shape[1])
    heads.mean.set_weights([np.vstack([eye, -eye]), bias])


def constant(head, variance):
    kernel, bias = head.log_variance.get_weights()
    head.log_variance.set_weights([0 * kernel, np.broadcast_to(np.log(variance), bias.shape)])


@pytest.fixture(scope="module")
def model():
    decoder = keras.Sequential([keras.layers.Dense(5, use_bias=False)])
    model = kerae.Autoencoder(
        (5,),
        latents.Ladder((3, 2), width=6),
        likelihood=kerae.likelihoods.Normal(SCALE),
        prior=priors.Hierarchical(),
        terms=[kerae.Reconstruction(), terms.KLDivergence(), *map(terms.LayerKL, (1, 2))],
        encoder=keras.layers.Flatten(),
        decoder=decoder,
    )
    lower, upper = model.latent.layers
    decoder.set_weights([B])
    lower.evidence.mean.set_weights([SEEN.T, np.zeros(3)])
    constant(lower.evidence, SEEN_VARIANCE)
    kernel = (GAIN @ SEEN).T
    upper.up.set_weights([np.hstack([kernel, -kernel, 0 * kernel]), np.zeros(6)])
    eye = np.eye(2)
    upper.evidence.mean.set_weights([np.vstack([eye, -eye, 0 * eye]), -GAIN @ OFFSET])
    constant(upper.evidence, 1 / PRECISION)
    linear(lower.down, lower.generated, A, OFFSET)
    constant(lower.generated, ABOVE**2)
    return model


def marginal():
    covariance = B.T @ (A.T @ A + np.diag(ABOVE**2)) @ B + SCALE**2 * np.eye(5)
    return stats.multivariate_normal(OFFSET @ B, covariance)


def test_where_posteriors_are_exact_one_code_tells_the_likelihood(model):
    expected = marginal().logpdf(X)
    found = [model.log_likelihood(X, num_samples=1, seed=seed) for seed in range(3)]
    np.testing.assert_allclose(found, np.tile(expected, (3, 1)), atol=1e-3)
    scores = model.score(X, num_samples=10)
    np.testing.assert_allclose(scores["effective_sample_size"], 10, rtol=1e-3)


def test_importance_sampling_finds_the_likelihood_where_they_are_not(model):
    before = model.latent.get_weights()
    head = model.latent.layers[1].evidence
    constant(head, 2 / PRECISION)
    found = model.log_likelihood(X, num_samples=20_000)
    model.latent.set_weights(before)
    np.testing.assert_allclose(found, marginal().logpdf(X), atol=0.05)


def test_the_kl_of_each_layer_is_that_of_the_posteriors(model):
    mean = (X @ SEEN.T - OFFSET) @ GAIN.T  # of q(z_2|x)
    upper = 0.5 * (mean**2 + 1 / PRECISION - 1 + np.log(PRECISION)).sum(axis=1)
    variance = 1 / (1 / ABOVE**2 + 1 / SEEN_VARIANCE)  # of q(z_1|z_2, x)
    # Its mean is off that of p(z_1|z_2) by part of what z_2 leaves open of what is seen.
    off = X @ SEEN.T - OFFSET - mean @ A
    spread = np.diag(A.T @ np.diag(1 / PRECISION) @ A)
    squared = (variance / SEEN_VARIANCE) ** 2 * (off**2 + spread)
    lower = 0.5 * ((squared + variance) / ABOVE**2 - 1 - np.log(variance / ABOVE**2)).sum(axis=1)
    outputs = model.propagate(ops.convert_to_tensor(X), num_samples=20_000)
    found = ops.convert_to_numpy(model.latent.kl_divergence(outputs))
    np.testing.assert_allclose(found[:, 1], upper, rtol=1e-3)  # a float mean of many codes
    np.testing.assert_allclose(found[:, 0], lower, rtol=0.02)
    log_q, log_p = model.latent.log_posterior(outputs), outputs["prior"].log_prob(outputs["z"])
    ratio = ops.convert_to_numpy(log_q - log_p)
    error = ratio.std(axis=1) / np.sqrt(20_000)
    assert (abs(ratio.mean(axis=1) - found.sum(axis=1)) < 5 * error).all()


def test_samples_have_the_moments_of_the_data(model):
    count = 20_000
    samples = model.sample(count, seed=0)  # means of p(x|z): without its noise
    covariance = marginal().cov - SCALE**2 * np.eye(5)
    error = np.sqrt(np.diag(covariance) / count)
    assert (abs(samples.mean(axis=0) - OFFSET @ B) < 5 * error).all()
    np.testing.assert_allclose(np.cov(samples.T), covariance, atol=0.1)


def test_the_code_is_the_mean_of_each_layer_given_those_above(model):
    z_2 = (X @ SEEN.T - OFFSET) @ GAIN.T
    weight = ABOVE**2 / (ABOVE**2 + SEEN_VARIANCE)
    z_1 = weight * (X @ SEEN.T) + (1 - weight) * (z_2 @ A + OFFSET)
    np.testing.assert_allclose(model.encode(X), np.hstack([z_1, z_2]), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.reconstruct(X), z_1 @ B, rtol=1e-4, atol=1e-5)


def test_logs_tell_of_each_layer_and_their_sum_is_the_kl(model):
    model.compile()
    logs = model.evaluate(X, verbose=0, return_dict=True)
    outputs = model.propagate(ops.convert_to_tensor(X))
    kl = ops.convert_to_numpy(model.latent.kl_divergence(outputs)).mean(axis=0)
    assert [logs["kl_1"], logs["kl_2"]] == pytest.approx(kl.tolist(), rel=1e-5)
    assert logs["kl"] == pytest.approx(kl.sum(), rel=1e-5)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + logs["kl"], rel=1e-5)


def test_of_one_layer_it_is_a_vae():
    encoder, decoder = keras.Sequential([keras.layers.Dense(6, "tanh")]), keras.layers.Dense(5)
    shared = {"encoder": encoder, "decoder": decoder, "likelihood": "normal"}
    ladder, vae = kerae.LadderVAE((5,), (3,), **shared), kerae.VAE((5,), 3, **shared)
    vae.latent.set_weights(ladder.latent.get_weights())
    for model in (ladder, vae):
        model.compile()
    logs = [model.evaluate(X, verbose=0, return_dict=True) for model in (ladder, vae)]
    assert logs[0].pop("kl_1") == pytest.approx(logs[0]["kl"])
    assert logs[0] == pytest.approx(logs[1], rel=1e-5)


def test_layers_within_their_free_bits_get_no_gradient_from_the_kl():
    arguments = {"width": 6, "likelihood": "normal"}
    free = kerae.LadderVAE((5,), (3, 2), free_bits=1e3, **arguments)
    without = kerae.LadderVAE((5,), (3, 2), terms=[kerae.Reconstruction()], **arguments)
    for one, other in zip(without.trainable_variables, free.trainable_variables, strict=True):
        one.assign(other)
    slopes, expected = (loss_gradients(each, (X,)) for each in (free, without))
    for one, other in zip(slopes, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    free.compile()
    logs = free.evaluate(X, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 2e3)


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: latents.Ladder(3), r"`latent_dims` to be a tuple .*Give \(3,\)"),
        (lambda: latents.Ladder((3, 0)), "`latent_dims` to be a tuple of positive"),
        (lambda: latents.Ladder((3, 2), width=0), "`width` of at least 1"),
        (lambda: latents.Ladder((3, 2), num_samples=0), "`num_samples` of at least 1"),
        (
            lambda: kerae.VAE((4,), 2, prior=priors.Hierarchical()),
            "codes lie in layers under a Hierarchical prior. Received: Normal",
        ),
        (
            lambda: kerae.VAE((4,), 2, terms=[kerae.Reconstruction(), terms.LayerKL(1)]),
            "KL of layer 1. Received: Normal and StandardNormal",
        ),
        (
            lambda: kerae.LadderVAE((4,), (2, 1), terms=[kerae.Reconstruction(), terms.LayerKL(3)]),
            "one of the 2 of the model's latent. Received: layer=3",
        ),
        (
            lambda: kerae.LadderVAE((4,), (2, 1), beta=0.5, terms=[kerae.Reconstruction()]),
            "either `terms` or `beta`",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_under_another_prior_the_kl_is_estimated_in_one_group():
    arguments = {"encoder": keras.layers.Flatten(), "decoder": keras.layers.Dense(5)}
    kinds = [kerae.Reconstruction(), terms.KLDivergence()]
    ladder = latents.Ladder((3, 2), width=6)
    model = kerae.Autoencoder((5,), ladder, "normal", terms=kinds, **arguments)
    outputs = model.propagate(ops.convert_to_tensor(X))
    assert tuple(model.latent.kl_divergence(outputs).shape) == (4, 1)
    check_answers(model, X)

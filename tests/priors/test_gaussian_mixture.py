import keras
import numpy as np
import pytest
from keras import ops
from numbered_noise import noise
from scipy import special, stats

import kerae
from kerae.noise.fresh import FreshNoise
from kerae.priors import GaussianMixture

pytestmark = pytest.mark.mainly("torch")

# Components so far apart that a code tells its own.
MEANS = np.array([[-20.0, 0.0], [0.0, 0.0], [20.0, 10.0]])
COVARIANCES = np.array(
    [[[1.0, 0.6], [0.6, 2.0]], [[0.5, -0.3], [-0.3, 0.25]], [[3.0, 0.0], [0.0, 0.1]]]
)
PROBABILITIES = np.array([0.5, 0.2, 0.3])


def mixture():
    return GaussianMixture(MEANS, COVARIANCES, PROBABILITIES)


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def component_of(z):
    return np.argmin(np.linalg.norm(z[:, None] - MEANS, axis=-1), axis=1)


@pytest.mark.parametrize("shape", [(2,), (7, 2), (4, 3, 2)], ids=str)
def test_log_prob_is_that_of_scipys_components(shape):
    z = np.random.default_rng(0).normal(0, 10, shape).astype("float32")
    components = [
        stats.multivariate_normal(mean, covariance).logpdf(z)
        for mean, covariance in zip(MEANS, COVARIANCES)
    ]
    expected = special.logsumexp(np.moveaxis(components, 0, -1), b=PROBABILITIES, axis=-1)
    found = numpy(mixture().log_prob(z))
    assert found.shape == shape[:-1]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_one_standard_component_is_the_standard_normal():
    z = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    prior = GaussianMixture(np.zeros((1, 3)), np.eye(3)[None])
    expected = kerae.priors.StandardNormal().log_prob(z)
    np.testing.assert_allclose(numpy(prior.log_prob(z)), numpy(expected), rtol=1e-5)


def test_components_are_drawn_with_their_probabilities():
    counts = np.bincount(component_of(numpy(mixture().sample(noise(2000)))), minlength=3)
    assert stats.chisquare(counts, 2000 * PROBABILITIES).pvalue > 0.01


def test_codes_of_a_component_have_its_mean_and_covariance():
    labels = np.repeat([0, 1, 2], 1000)
    z = numpy(mixture().sample(noise(3000), labels))
    for k in range(3):
        members = z[labels == k]
        error = np.sqrt(np.diag(COVARIANCES[k]) / 1000)
        assert (np.abs(members.mean(axis=0) - MEANS[k]) < 3 * error).all()
        s = COVARIANCES[k]
        # The variance of a sample covariance S_ij is (S_ii S_jj + S_ij^2) / n.
        error = np.sqrt((np.outer(np.diag(s), np.diag(s)) + s**2) / 1000)
        assert (np.abs(np.cov(members.T) - s) < 3 * error).all()


def test_labels_choose_the_component_and_minus_1_leaves_it_free():
    labels = np.tile([2, 0, -1, 1], 500)
    found = component_of(numpy(mixture().sample(noise(2000), labels)))
    np.testing.assert_array_equal(found[labels >= 0], labels[labels >= 0])
    counts = np.bincount(found[labels < 0], minlength=3)
    assert stats.chisquare(counts, 500 * PROBABILITIES).pvalue > 0.01


def test_a_code_is_the_same_function_of_the_noise_on_every_backend():
    u, epsilon = (numpy(draw) for draw in _draws(noise(50)))
    component = np.searchsorted(np.cumsum(PROBABILITIES), u, side="right")
    factors = np.linalg.cholesky(COVARIANCES)
    expected = MEANS[component] + np.einsum("bij,bj->bi", factors[component], epsilon)
    np.testing.assert_allclose(numpy(mixture().sample(noise(50))), expected, rtol=1e-4, atol=1e-4)


def _draws(noise):
    return noise.uniform(()), noise.normal((2,))


def test_fresh_draws_differ_from_each_other_and_from_those_before():
    fresh = FreshNoise(keras.random.SeedGenerator(0), 10)
    draws = np.concatenate([numpy(mixture().sample(fresh)) for _ in range(2)])
    assert draws.shape == (20, 2) and len(np.unique(draws, axis=0)) == 20


def known_codes():
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [2000, 800, 1200])
    factors = np.linalg.cholesky(COVARIANCES)[labels]
    z = MEANS[labels] + np.einsum("bij,bj->bi", factors, generator.normal(size=(4000, 2)))
    return z.astype("float32")


def test_fit_recovers_a_known_mixture():
    prior = GaussianMixture(np.zeros((3, 2)), [np.eye(2)] * 3)
    assert prior.fit(known_codes()) is prior
    order = np.argsort(numpy(prior.location)[:, 0])
    factors = numpy(prior.scale_tril)[order]
    np.testing.assert_allclose(numpy(prior.location)[order], MEANS, atol=0.15)
    np.testing.assert_allclose(factors @ factors.swapaxes(1, 2), COVARIANCES, atol=0.3)
    np.testing.assert_allclose(numpy(prior.probability)[order], PROBABILITIES, atol=1e-3)


def encoder_of(codes):
    """A model whose codes are its examples."""
    latent = kerae.latents.Deterministic(2)
    model = kerae.Autoencoder((2,), latent, "normal", encoder=keras.layers.Flatten())
    model.latent.set_weights([np.eye(2), np.zeros(2)])
    np.testing.assert_allclose(model.encode(codes), codes, rtol=1e-6)
    return model


def bic(prior, z):
    """By the definition, with the density of SciPy."""
    factors = numpy(prior.scale_tril)
    components = [
        stats.multivariate_normal(mean, factor @ factor.T).logpdf(z)
        for mean, factor in zip(numpy(prior.location), factors)
    ]
    log_probs = special.logsumexp(components, axis=0, b=numpy(prior.probability)[:, None])
    return -2 * log_probs.sum() + (6 * len(factors) - 1) * np.log(len(z))


def test_the_number_of_components_is_that_of_the_least_bic():
    z = known_codes()[::4]
    model = encoder_of(z)
    fitted = {n: GaussianMixture.fitted(model, z, num_components=n) for n in (1, 2, 3, 6)}
    assert [len(each.means) for each in fitted.values()] == [1, 2, 3, 6]
    assert min(fitted, key=lambda count: bic(fitted[count], z)) == 3
    chosen = GaussianMixture.fitted(model, z, num_components=(1, 2, 3, 6, 5000))
    np.testing.assert_array_equal(numpy(chosen.location), numpy(fitted[3].location))
    assert {0, 1, 2} == set(component_of(model.encode(z)))
    by_class = GaussianMixture.fitted(model, z, component_of(z), num_components=(1, 2))
    assert [len(each.means) for each in by_class.priors] == [1, 1, 1]
    for each, mean in zip(by_class.priors, MEANS):
        np.testing.assert_allclose(numpy(each.location)[0], mean, atol=0.3)


def test_refuses_a_number_of_components_that_is_none():
    z = known_codes()[:5]
    for count, message in ((0, "of at least 1"), (9, "at most 5, the number of codes"), ((), "5")):
        with pytest.raises(ValueError, match=message):
            GaussianMixture.fitted(encoder_of(z), z, num_components=count)


@pytest.mark.parametrize("shape", [(10, 3), (10,)], ids=str)
def test_refuses_to_fit_codes_of_another_shape(shape):
    with pytest.raises(ValueError, match=r"Expected `z` of shape \('n', 2\)"):
        mixture().fit(np.zeros(shape, "float32"))


def model(prior):
    class Identity(keras.layers.Layer):
        def call(self, z):
            return z

    latent = kerae.latents.Normal(2)
    return kerae.Autoencoder((2,), latent, "normal", prior=prior, decoder=Identity())


def test_a_model_samples_from_the_mixture_that_its_prior_has_become():
    fitted = model(GaussianMixture(np.zeros((3, 2)), [np.eye(2)] * 3))
    assert np.abs(fitted.sample(1000, seed=0)).max() < 7
    fitted.prior.fit(known_codes())
    samples = fitted.sample(1000, seed=0)
    assert {0, 1, 2} == set(component_of(samples))
    assert (np.linalg.norm(samples - MEANS[component_of(samples)], axis=1) < 10).all()


def test_the_fitted_mixture_is_saved_with_the_model(tmp_path):
    fitted = kerae.Autoencoder(
        (4,), kerae.latents.Normal(2), prior=GaussianMixture(np.zeros((3, 2)), [np.eye(2)] * 3)
    )
    fitted.prior.fit(known_codes())
    fitted.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    z = known_codes()[::400]
    np.testing.assert_allclose(
        numpy(loaded.prior.log_prob(z)), numpy(fitted.prior.log_prob(z)), rtol=1e-6
    )
    np.testing.assert_allclose(loaded.sample(5, seed=0), fitted.sample(5, seed=0), rtol=1e-6)


def test_the_mixture_does_not_move_in_training():
    trained = model(mixture())
    trained.compile()
    before = [value.copy() for value in trained.prior.get_weights()]
    trained.fit(known_codes()[::400], epochs=2, verbose=0)
    for value, kept in zip(trained.prior.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, kept)
    assert trained.prior.trainable_variables == []


def test_a_ring_is_stretched_along_its_radii():
    prior = GaussianMixture.ring(4, radius=5.0, radial=2.0, tangential=0.5)
    np.testing.assert_allclose(prior.means, [[5, 0], [0, 5], [-5, 0], [0, -5]], atol=1e-12)
    level, upright = np.diag([4.0, 0.25]), np.diag([0.25, 4.0])
    expected = [level, upright, level, upright]
    np.testing.assert_allclose(prior.covariances, expected, atol=1e-12)
    oblique = np.array(GaussianMixture.ring(8, 5.0, 2.0, 0.5).covariances[1])
    # Variance 4 along (1, 1) and 0.25 along (-1, 1).
    np.testing.assert_allclose(oblique, [[2.125, 1.875], [1.875, 2.125]], atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 1.0), r"`means` as an array. Received: 0.0"),
        ((MEANS, COVARIANCES[:2]), r"Received: \(3, 2\) and \(2, 2, 2\)"),
        ((MEANS[:1], [[[1.0, 0.5], [0.0, 1.0]]]), r"symmetric and positive definite"),
        ((MEANS[:1], [[[1.0, 2.0], [2.0, 1.0]]]), r"symmetric and positive definite"),
        ((MEANS, COVARIANCES, [0.5, 0.5]), r"3 positive numbers with the sum 1.*\[0.5, 0.5\]"),
        ((MEANS, COVARIANCES, [0.5, 0.2, 0.2]), r"\[0.5, 0.2, 0.2\]"),
        ((MEANS, COVARIANCES, [1.2, -0.4, 0.2]), r"\[1.2, -0.4, 0.2\]"),
    ],
    ids=["numbers", "count", "asymmetric", "indefinite", "too few", "sum", "negative"],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        GaussianMixture(*arguments)


def test_refuses_a_model_with_codes_of_another_shape():
    with pytest.raises(ValueError, match=r"GaussianMixture, \(2,\). Received.*shape \(3,\)"):
        kerae.Autoencoder((4,), kerae.latents.Normal(3), prior=mixture())

"""KL, sampling and densities of the normal posterior, against SciPy."""

import keras
import numpy as np
import pytest
from given_noise import GivenNoise
from gradients import gradient
from keras import ops
from scipy import integrate, stats
from shifted_normal import ShiftedNormal

import kerae
from kerae.latents import Deterministic, Normal
from kerae.noise.fresh import FreshNoise
from kerae.priors import StandardNormal

MEAN = np.float32([[0.0, 1.5], [-2.0, 0.3]])
SCALE = np.float32([[1.0, 0.2], [0.7, 3.0]])


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def posterior_of(mean, scale):
    return {
        "mean": ops.convert_to_tensor(mean, "float32"),
        "log_variance": ops.convert_to_tensor(2 * np.log(scale), "float32"),
    }


POSTERIOR = posterior_of(MEAN, SCALE)


def kl_by_integration(mean, scale, prior):
    """The integral of q log(q / p) over the 20 standard deviations around the mean."""
    q = stats.norm(mean, scale)
    integrand = lambda z: q.pdf(z) * (q.logpdf(z) - prior.logpdf(z))  # noqa: E731
    return integrate.quad(integrand, mean - 10 * scale, mean + 10 * scale)[0]


def kl_divergence(latent, posterior, z=None, prior=None):
    prior = prior or StandardNormal()
    return latent.kl_divergence({"posterior": posterior, "z": z, "prior": prior})


def exact_kl(prior):
    kl = [kl_by_integration(m, s, prior) for m, s in zip(MEAN.flat, SCALE.flat)]
    return np.reshape(kl, MEAN.shape)


def test_kl_of_a_standard_normal_from_itself_is_zero():
    same = posterior_of(np.zeros((3, 2)), np.ones((3, 2)))
    assert (numpy(kl_divergence(Normal(2), same)) == 0).all()


def test_kl_from_the_standard_normal_is_the_integral_in_each_dimension():
    found = numpy(kl_divergence(Normal(2), POSTERIOR))
    np.testing.assert_allclose(found, exact_kl(stats.norm), rtol=1e-5, atol=1e-6)


def test_kl_is_never_negative():
    generator = np.random.default_rng(0)
    posterior = posterior_of(generator.normal(size=(500, 4)), generator.exponential(size=(500, 4)))
    assert numpy(kl_divergence(Normal(4), posterior)).min() >= -1e-6


def many_codes(latent, posterior, count):
    epsilon = np.random.default_rng(0).normal(size=(len(posterior["mean"]), count, 2))
    return latent.sample(posterior, GivenNoise(epsilon), count)


@pytest.mark.parametrize("prior", [ShiftedNormal(1.0, 2.0), ShiftedNormal(0.0, 1.0)])
def test_kl_from_another_prior_is_estimated_from_the_codes(prior):
    latent, count = Normal(2), 100_000
    z = many_codes(latent, POSTERIOR, count)
    found = numpy(kl_divergence(latent, POSTERIOR, z, prior))
    assert found.shape == (2, 1)
    log_ratio = numpy(latent.log_prob(POSTERIOR, z) - prior.log_prob(z))
    tolerance = 5 * log_ratio.std(axis=1) / np.sqrt(count)
    expected = exact_kl(stats.norm(prior.mean, prior.scale)).sum(axis=1)
    assert (np.abs(found[:, 0] - expected) < tolerance + 1e-5).all()
    assert (tolerance < 0.1).all()


def test_a_subclass_of_the_standard_normal_is_not_taken_for_it():
    class Wider(StandardNormal):
        def log_prob(self, z):
            return super().log_prob(z / 2) - 2 * np.log(2)

    latent = Normal(2)
    z = many_codes(latent, POSTERIOR, 1000)
    expected = numpy(latent.log_prob(POSTERIOR, z) - Wider().log_prob(z)).mean(axis=1)
    found = numpy(kl_divergence(latent, POSTERIOR, z, Wider()))
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-5)


class Tripled(Normal):
    """q(z|x) = N(3 mean, (3 scale)^2)"""

    def sample(self, posterior, noise, num_samples=None):
        return 3 * super().sample(posterior, noise, num_samples)

    def log_prob(self, posterior, z):
        return super().log_prob(posterior, z / 3) - self.latent_dim * np.log(3)


def test_a_subclass_that_draws_other_codes_does_not_keep_the_exact_kl_of_normal_ones():
    count = 100_000
    z = many_codes(Tripled(2), POSTERIOR, count)
    found = numpy(kl_divergence(Tripled(2), POSTERIOR, z))[:, 0]
    pairs = zip(3 * MEAN.ravel(), 3 * SCALE.ravel())
    exact = np.reshape([kl_by_integration(*each, stats.norm) for each in pairs], MEAN.shape)
    np.testing.assert_allclose(found, exact.sum(axis=1), rtol=0.02)


def test_a_subclass_that_draws_the_same_codes_keeps_the_exact_kl():
    class Named(Normal):
        def mode(self, posterior):
            return 2 * posterior["mean"]

    found = numpy(kl_divergence(Named(2), POSTERIOR))
    np.testing.assert_allclose(found, exact_kl(stats.norm), rtol=1e-5, atol=1e-6)


def test_log_prob_is_scipys_summed_over_dimensions():
    z = np.random.default_rng(0).normal(size=(2, 3, 2)).astype("float32")
    expected = stats.norm.logpdf(z, MEAN[:, None], SCALE[:, None]).sum(axis=-1)
    found = Normal(2).log_prob(POSTERIOR, ops.convert_to_tensor(z))
    np.testing.assert_allclose(numpy(found), expected, rtol=1e-5)


def test_codes_are_the_mean_plus_the_scale_times_the_noise():
    epsilon = np.random.default_rng(0).normal(size=(2, 3, 2))
    found = numpy(Normal(2).sample(POSTERIOR, GivenNoise(epsilon), 3))
    np.testing.assert_allclose(found, MEAN[:, None] + SCALE[:, None] * epsilon, rtol=1e-5)


def test_codes_are_distributed_as_the_posterior():
    noise = FreshNoise(keras.random.SeedGenerator(0), 2)
    codes = numpy(Normal(2).sample(POSTERIOR, noise, 5000))
    for example in range(2):
        for j in range(2):
            posterior = stats.norm(MEAN[example, j], SCALE[example, j])
            assert stats.kstest(codes[example, :, j], posterior.cdf).pvalue > 0.01


def test_two_equal_rows_two_samples_and_two_calls_get_different_codes():
    noise = FreshNoise(keras.random.SeedGenerator(0), 3)
    same = posterior_of(np.zeros((3, 2)), np.ones((3, 2)))
    latent = Normal(2, num_samples=4)
    codes = [numpy(latent.sample(same, noise)) for _ in range(2)]
    assert codes[0].shape == (3, 4, 2)
    assert len(np.unique(codes)) == 2 * 3 * 4 * 2


def test_the_deterministic_code_is_the_mean():
    np.testing.assert_array_equal(numpy(Normal(2).mode(POSTERIOR)), MEAN)


def test_mean_and_log_variance_are_linear_in_the_features():
    latent = Normal(3)
    features = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    once, thrice = latent(features), latent(-3 * features)
    for name in ("mean", "log_variance"):
        np.testing.assert_allclose(numpy(thrice[name]), -3 * numpy(once[name]), rtol=1e-5)
        assert numpy(once[name]).min() < 0
    assert not np.allclose(numpy(once["mean"]), numpy(once["log_variance"]))


@pytest.mark.parametrize("beyond", [30.0, 1e4, -30.0, -1e4])
def test_log_variance_is_limited_and_finds_its_way_back(beyond):
    latent = Normal(1)
    latent(np.zeros((1, 1)))
    latent.mean_head.kernel.assign([[0.0]])
    latent.log_variance_head.kernel.assign([[1.0]])

    def kl(feature):
        posterior = latent(ops.reshape(feature, (1, 1)))
        return ops.sum(kl_divergence(latent, posterior))

    # KL = (exp(v) - 1 - v) / 2 at v = +-20; a step against its slope goes towards the limits.
    limit = np.sign(beyond) * 20.0
    assert float(numpy(kl(beyond))) == pytest.approx((np.exp(limit) - 1 - limit) / 2, rel=1e-5)
    slope = gradient(kl, beyond)
    assert slope == pytest.approx((np.exp(limit) - 1) / 2, rel=1e-5)
    assert np.sign(slope) == np.sign(beyond)


@pytest.mark.parametrize("num_samples", [0, -1])
def test_refuses_fewer_than_one_sample(num_samples):
    with pytest.raises(ValueError, match=f"num_samples.*Received: {num_samples}"):
        Normal(2, num_samples=num_samples)


def test_refuses_features_that_are_no_vectors():
    with pytest.raises(ValueError, match=r"Received: \('batch', 4, 4, 8\).*keras.layers.Flatten"):
        Normal(2)(keras.Input((4, 4, 8)))


@pytest.mark.once
@pytest.mark.parametrize("latent", [Normal(2), Deterministic(2)], ids=str)
def test_an_encoder_that_makes_mean_and_variance_itself_is_refused(latent):
    x = keras.Input((4,))
    encoder = keras.Model(x, [keras.layers.Dense(2)(x), keras.layers.Dense(2)(x)])
    with pytest.raises(ValueError, match="one tensor of features. Received: 2 tensors"):
        kerae.Autoencoder((4,), latent, encoder=encoder)

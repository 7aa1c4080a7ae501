"""Posteriors of several modalities: the product against NumPy, the mixture against SciPy."""

import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops
from scipy import integrate, special, stats

from kerae.latents import MixtureOfExperts, Normal, ProductOfExperts
from kerae.noise.fresh import FreshNoise
from kerae.priors import StandardNormal

pytestmark = pytest.mark.mainly("torch")

generator = np.random.default_rng(0)
FEATURES = [generator.normal(size=(5, size)).astype("float32") for size in (3, 4)]
FLAGS = np.float32([[1, 1], [1, 0], [0, 1], [0, 0], [1, 1]])


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def given(features=FEATURES, flags=FLAGS):
    return [ops.convert_to_tensor(each) for each in (*features, flags)]


def built(of_class, **arguments):
    """A latent, and mean and scale of each of its experts."""
    latent = of_class(2, **arguments)
    latent(given())
    normals = [
        {name: numpy(each) for name, each in normal(x).items()}
        for normal, x in zip(latent.experts.normals, given())
    ]
    return (
        latent,
        np.stack([each["mean"] for each in normals], axis=1),
        np.stack([np.exp(each["log_variance"] / 2) for each in normals], axis=1),
    )


def test_a_product_adds_precisions_to_that_of_the_prior():
    latent, means, scales = built(ProductOfExperts)
    posterior = latent(given())
    precisions = FLAGS[..., None] / scales**2
    precision = 1 + precisions.sum(axis=1)
    mean = (precisions * means).sum(axis=1) / precision
    np.testing.assert_allclose(numpy(posterior["mean"]), mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(numpy(posterior["log_variance"]), -np.log(precision), rtol=1e-4)


def outputs_of(latent, posterior, z=None):
    return {"posterior": posterior, "z": z, "prior": StandardNormal()}


def test_a_product_of_nothing_is_the_prior_and_its_kl_is_exact():
    latent, *_ = built(ProductOfExperts)
    posterior = latent(given())
    kl = numpy(latent.kl_divergence(outputs_of(latent, posterior)))
    exact = Normal(2).kl_divergence(outputs_of(latent, posterior))
    np.testing.assert_array_equal(kl, numpy(exact))
    assert (kl[3] == 0).all() and (kl[[0, 1, 2, 4]] > 0).all()


@pytest.mark.parametrize("of_class", [ProductOfExperts, MixtureOfExperts])
def test_what_is_missing_makes_no_difference(of_class):
    latent, *_ = built(of_class)
    posterior = latent(given())
    z = ops.convert_to_tensor(generator.normal(size=(5, 3, 2)), "float32")
    others = [each + (1e3 * (1 - FLAGS[:, i]))[:, None] for i, each in enumerate(FEATURES)]
    other = latent(given(others))
    for method in (latent.mode, lambda posterior: latent.log_prob(posterior, z)):
        np.testing.assert_array_equal(numpy(method(posterior)), numpy(method(other)))
    drawn = [
        numpy(latent.sample(each, FreshNoise(keras.random.SeedGenerator(0), 5), 50))
        for each in (posterior, other)
    ]
    np.testing.assert_array_equal(*drawn)


def components(means, scales, example):
    """The normals that the mixture of an example is made of, and their weights."""
    there = FLAGS[example] == 1
    if not there.any():
        return np.zeros((1, 2)), np.ones((1, 2)), np.ones(1)
    count = there.sum()
    return means[example, there], scales[example, there], np.full(count, 1 / count)


@pytest.mark.parametrize("example", range(5))
def test_the_log_density_of_a_mixture_is_scipys(example):
    latent, means, scales = built(MixtureOfExperts)
    z = generator.normal(size=(5, 7, 2)).astype("float32")
    found = numpy(latent.log_prob(latent(given()), ops.convert_to_tensor(z)))[example]
    mean, scale, weights = components(means, scales, example)
    log_probs = stats.norm.logpdf(z[example][:, None], mean, scale).sum(axis=-1)
    expected = special.logsumexp(log_probs, b=weights, axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    mode = numpy(latent.mode(latent(given())))[example]
    np.testing.assert_allclose(mode, weights @ mean, rtol=1e-4, atol=1e-6)


def test_codes_of_a_mixture_are_distributed_as_it():
    latent, means, scales = built(MixtureOfExperts)
    noise = FreshNoise(keras.random.SeedGenerator(1), 5)
    codes = numpy(latent.sample(latent(given()), noise, 4000))
    assert codes.shape == (5, 4000, 2)
    for example in range(5):
        mean, scale, weights = components(means, scales, example)
        for j in range(2):
            cdf = lambda z: stats.norm.cdf(z[:, None], mean[:, j], scale[:, j]) @ weights  # noqa: B023, E731
            assert stats.kstest(codes[example, :, j], cdf).pvalue > 0.001  # of ten


class OnlyUniform:
    """Normal draws of 0, and the uniform draws that it is given."""

    def __init__(self, uniform, count=5):
        self.draws, self.count = np.float32(uniform), count

    def uniform(self, shape):
        return ops.convert_to_tensor(np.broadcast_to(self.draws, (self.count, *shape)).copy())

    def normal(self, shape):
        return ops.zeros((self.count, *shape))


def test_each_code_is_drawn_of_what_is_there_whatever_the_draw():
    latent, means, _ = built(MixtureOfExperts)
    draws = [0.0, 0.49, 0.51, 1 - 2**-24]
    codes = numpy(latent.sample(latent(given()), OnlyUniform(draws), 4))
    first, second = np.swapaxes(means, 0, 1)
    for example, expected in {
        0: [first, first, second, second],
        1: [first] * 4,
        2: [second] * 4,
        3: [np.zeros_like(first)] * 4,
    }.items():
        np.testing.assert_allclose(codes[example], [each[example] for each in expected], rtol=1e-5)


def test_no_code_is_drawn_of_what_is_missing_where_weights_are_rounded():
    for count in range(2, 30):  # on TensorFlow twelve twelfths are 0.9999999
        weights = np.array([[0.0, *[1 / count] * count, 0.0]])
        means = np.arange(count + 2.0).reshape(1, -1, 1)
        arrays = {"means": means, "log_variances": 0 * means, "weights": weights}
        posterior = {name: ops.convert_to_tensor(x, "float32") for name, x in arrays.items()}
        code = MixtureOfExperts(1).sample(posterior, OnlyUniform([1 - 2**-24], 1), 1)
        assert numpy(code) == count


def test_the_kl_of_a_mixture_is_estimated_without_bias():
    latent, means, scales = built(MixtureOfExperts)
    posterior = latent(given())
    noise = FreshNoise(keras.random.SeedGenerator(2), 5)
    z = latent.sample(posterior, noise, 20_000)
    log_ratio = numpy(latent.log_prob(posterior, z) - StandardNormal().log_prob(z))
    kl = numpy(latent.kl_divergence(outputs_of(latent, posterior, z)))
    assert kl.shape == (5, 1)
    mean, scale, weights = components(means, scales, 0)
    grid = np.linspace(-8, 8, 321)
    points = np.stack(np.meshgrid(grid, grid), axis=-1)
    log_probs = stats.norm.logpdf(points[..., None, :], mean, scale).sum(axis=-1)
    log_q = special.logsumexp(log_probs, b=weights, axis=-1)
    integrand = np.exp(log_q) * (log_q - stats.norm.logpdf(points).sum(axis=-1))
    exact = integrate.simpson(integrate.simpson(integrand, x=grid), x=grid)
    error = log_ratio[0].std() / np.sqrt(20_000)
    assert abs(kl[0, 0] - exact) < 4 * error + 1e-3 and error < 0.02


def test_codes_of_a_mixture_are_differentiated_as_draws_of_their_normal():
    latent, *_ = built(MixtureOfExperts)

    def codes(x):
        noise = OnlyUniform([0.1, 0.9])
        return ops.sum(latent.sample(latent([x, *given()[1:]]), noise, 2), axis=(0, 1))[0]

    kernel, _ = latent.experts.normals[0].mean_head.get_weights()
    # How many of the two codes of an example are drawn of the first modality.
    expected = np.array([1, 2, 0, 0, 1])[:, None] * kernel[:, 0]
    np.testing.assert_allclose(gradient(codes, FEATURES[0]), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.once
@pytest.mark.parametrize("of_class", [ProductOfExperts, MixtureOfExperts])
@pytest.mark.parametrize(
    "features",
    [FEATURES[0], FEATURES, [FEATURES[0], FLAGS]],
    ids=["one", "no flags", "other flags"],
)
def test_an_encoder_of_no_modalities_is_refused(of_class, features):
    with pytest.raises(ValueError, match="list of the features of each modality and"):
        of_class(2)(features)


@pytest.mark.once
@pytest.mark.parametrize("of_class", [ProductOfExperts, MixtureOfExperts])
def test_counts_below_one_are_refused(of_class):
    for arguments in ((0,), (2, 0)):
        with pytest.raises(ValueError, match="of at least 1"):
            of_class(*arguments)

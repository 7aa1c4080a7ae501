"""Codes on the sphere, against SciPy, closed forms and integrals of 40 digits."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops
from numbered_noise import noise
from scipy import special, stats

import kerae
from kerae.latents import PowerSpherical, VonMisesFisher
from kerae.priors import StandardNormal, UniformSphere
from kerae.testing import check_part

pytestmark = pytest.mark.mainly("torch")
BOTH = pytest.mark.parametrize("latent", [VonMisesFisher, PowerSpherical])
# KL(vMF(kappa) || uniform) in nats by mpmath, 40 digits, with Bessel functions.
CONCENTRATIONS = (1e-3, 1.0, 10.0, 100.0, 1e4)
KL = {
    2: (2.499999531e-07, 0.21047560739, 1.5430261764, 2.7190046106, 5.0240837175),
    3: (1.66666650e-07, 0.151595923928, 1.99573231684, 4.29831736655, 8.9034875526),
    5: (9.9999996e-08, 0.0959157607972, 2.41617665124, 6.82502660982, 16.0154156508),
    11: (4.54545450e-08, 0.0449840794607, 2.43834453046, 12.0692643784, 34.8956642629),
    21: (2.38095238e-08, 0.0237358927067, 1.85552023173, 17.3505621847, 62.5058194920),
    1000: (4.99999999999e-10, 0.0004999992515, 0.0499925166266, 4.9267643677, 1175.8792777608),
}
# d E[mu.z] / d kappa = 1 - A^2 - (m - 1) / kappa * A, A the ratio of Bessel functions.
SLOPES = [(5, 2.0, 0.147389), (3, 2.0, 0.173978), (11, 10.0, 0.0291459), (2, 3.0, 0.0739287)]


def direction(latent_dim, rows=1):
    """Of length 1, away from the axes, in either half."""
    mean = np.sin(1.0 + np.arange(rows * latent_dim)).reshape(rows, latent_dim)
    return (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype("float32")


def posterior_of(latent_dim, concentration, rows=1):
    concentration = np.broadcast_to(np.float32(concentration), (rows, 1))
    given = {"mean": direction(latent_dim, rows), "concentration": concentration}
    return {name: ops.convert_to_tensor(value) for name, value in given.items()}


def exact_kl(latent, posterior):
    outputs = {"posterior": posterior, "prior": UniformSphere()}
    return ops.convert_to_numpy(latent.kl_divergence(outputs))[:, 0]


@BOTH
def test_codes_say_much_of_the_direction_from_the_start(latent):
    posterior = latent(4)(np.zeros((2, 8), "float32"))
    found = ops.convert_to_numpy(posterior["concentration"])
    np.testing.assert_allclose(found, np.full((2, 1), 20.0), rtol=1e-6)


@pytest.mark.parametrize("latent_dim", KL)
def test_kl_of_von_mises_and_fisher_is_that_of_the_bessel_functions(latent_dim):
    rows = len(CONCENTRATIONS)
    posterior = posterior_of(latent_dim, np.reshape(CONCENTRATIONS, (-1, 1)), rows)
    found = exact_kl(VonMisesFisher(latent_dim), posterior)
    np.testing.assert_allclose(found, KL[latent_dim], rtol=1e-6, atol=1e-4)


@pytest.mark.parametrize("latent_dim", [2, 3, 5, 100])
def test_kl_of_the_power_spherical_is_its_closed_form(latent_dim):
    kappa, half = np.array([0.01, 1.0, 10.0, 1e3]), (latent_dim - 1) / 2
    alpha = half + kappa
    log_normalizer = (alpha + half) * np.log(2) + half * np.log(np.pi)
    log_normalizer += special.gammaln(alpha) - special.gammaln(alpha + half)
    tilted = kappa * (np.log(2) + special.digamma(alpha) - special.digamma(alpha + half))
    area = np.log(2) + latent_dim / 2 * np.log(np.pi) - special.gammaln(latent_dim / 2)
    posterior = posterior_of(latent_dim, kappa[:, None], len(kappa))
    found = exact_kl(PowerSpherical(latent_dim), posterior)
    np.testing.assert_allclose(found, tilted - log_normalizer + area, rtol=1e-5, atol=1e-4)


@BOTH
def test_gradients_are_finite_at_the_ends_and_that_of_the_kl_is_its_slope(latent):
    def kl(concentration, latent_dim):
        outputs = {"posterior": posterior_of(latent_dim, 1.0, len(concentration))}
        outputs["posterior"]["concentration"] = concentration
        outputs["prior"] = UniformSphere()
        z = latent(latent_dim).sample(outputs["posterior"], noise(len(concentration)), 4)
        drawn = ops.sum(z * ops.expand_dims(outputs["posterior"]["mean"], 1))
        return ops.sum(latent(latent_dim).kl_divergence(outputs)) + 0.0 * drawn

    kappa = np.float32([[1e-3], [0.1], [5.0], [300.0], [1e4]])
    for latent_dim in (2, 3, 40, 1000):
        found = gradient(lambda each, dim=latent_dim: kl(each, dim), kappa)
        assert np.isfinite(found).all() and (found > 0).all()


@pytest.mark.parametrize("latent_dim", [2, 3, 10])
def test_densities_are_those_of_scipy(latent_dim):
    posterior = posterior_of(latent_dim, 7.0, 3)
    z = direction(latent_dim, 12)[-6:].reshape(3, 2, latent_dim)
    found = VonMisesFisher(latent_dim).log_prob(posterior, ops.convert_to_tensor(z))
    for mean, row, given in zip(direction(latent_dim, 3).astype("float64"), found, z):
        exact = stats.vonmises_fisher(mean / np.linalg.norm(mean), 7.0).logpdf(
            given / np.linalg.norm(given, axis=1, keepdims=True).astype("float64")
        )
        np.testing.assert_allclose(row, exact, atol=2e-5)


@BOTH
@pytest.mark.parametrize("latent_dim", [2, 3, 20])
def test_the_kl_is_the_mean_of_log_densities_of_what_is_drawn(latent, latent_dim):
    posterior = posterior_of(latent_dim, 9.0, 200)
    part = latent(latent_dim)
    z = part.sample(posterior, noise(200), 50)
    np.testing.assert_allclose(np.linalg.norm(z, axis=-1), 1.0, rtol=1e-6)
    ratio = ops.convert_to_numpy(part.log_prob(posterior, z) - UniformSphere().log_prob(z))
    error = ratio.std() / np.sqrt(ratio.size)
    assert abs(ratio.mean() - exact_kl(part, posterior)[0]) < 4 * error


@pytest.mark.parametrize(("latent_dim", "kappa", "slope"), SLOPES)
def test_codes_move_with_the_concentration_as_their_mean_does(latent_dim, kappa, slope):
    rows, samples = 400, 100
    mean = ops.expand_dims(ops.convert_to_tensor(direction(latent_dim, rows)), 1)

    def drawn(concentration):
        posterior = posterior_of(latent_dim, kappa, rows) | {"concentration": concentration}
        z = VonMisesFisher(latent_dim).sample(posterior, noise(rows), samples)
        return ops.sum(z * mean) / samples

    found = gradient(drawn, np.full((rows, 1), kappa, "float32"))
    assert abs(found.mean() - slope) < 4 * found.std() / np.sqrt(rows)
    value = float(drawn(ops.full((rows, 1), kappa))) / rows
    order = latent_dim / 2 - 1
    ratio = special.ive(order + 1, kappa) / special.ive(order, kappa)
    assert abs(value - ratio) < 4 / np.sqrt(kappa * rows * samples)


def test_codes_move_with_the_direction_wherever_it_points():
    """Rotated with it: the slope of E[a.z] is A times that of a.mu."""
    axes = np.concatenate([np.eye(3), -np.eye(3), [[-1e-6, 1.0, 0.0]]]).astype("float32")
    rows = np.repeat(axes, 500, axis=0)
    towards = np.float32([0.0, 0.6, 0.8])

    end = ops.convert_to_tensor(towards)

    def drawn(mean):
        unit = mean / ops.norm(mean, axis=1, keepdims=True)
        posterior = posterior_of(3, 5.0, len(rows)) | {"mean": unit}
        return ops.sum(VonMisesFisher(3).sample(posterior, noise(len(rows)), 20) * end) / 20

    found = gradient(drawn, rows).reshape(len(axes), 500, 3)
    ratio = 1 / np.tanh(5.0) - 1 / 5.0
    across = towards - axes * (axes @ towards)[:, None]
    error = found.std(axis=1) / np.sqrt(500)
    assert (abs(found.mean(axis=1) - ratio * across) < 4 * error + 1e-5).all()


def test_without_a_uniform_prior_the_kl_is_estimated():
    posterior, latent = posterior_of(3, 5.0, 2), VonMisesFisher(3)
    z = latent.sample(posterior, noise(2), 1)
    outputs = {"posterior": posterior, "prior": StandardNormal(), "z": z}
    found = ops.convert_to_numpy(latent.kl_divergence(outputs))
    expected = latent.log_prob(posterior, z) - StandardNormal().log_prob(z)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_features_of_nothing_have_a_direction():
    for latent in (VonMisesFisher(4), PowerSpherical(4)):
        mean = ops.convert_to_numpy(latent.mode(latent(ops.zeros((2, 6)))))
        np.testing.assert_allclose(np.linalg.norm(mean, axis=1), 1, rtol=1e-6)


@pytest.mark.slow
@BOTH
def test_it_is_a_part(latent):
    check_part(latent(3))


def test_a_line_is_no_sphere():
    with pytest.raises(ValueError, match="`latent_dim` of at least 2"):
        VonMisesFisher(1)
    with pytest.raises(ValueError, match="at least 2 coordinates"):
        kerae.Autoencoder((4,), kerae.latents.Deterministic(1), prior=UniformSphere())

"""The density around codes, against SciPy's and scikit-learn's."""

import keras
import numpy as np
import pytest
from keras import ops
from numbered_noise import noise
from scipy import stats
from sklearn import neighbors
from sklearn.model_selection import GridSearchCV, LeaveOneOut

import kerae
from kerae.priors import KernelDensity
from kerae.testing import check_part

pytestmark = pytest.mark.mainly("torch")

AXES = np.array([[2.0, 0.0], [1.5, 0.5]])


def codes(count=200, seed=0):
    """Two bent and slanted clouds, far from 0."""
    epsilon = np.random.default_rng(seed).normal(size=(count, 2))
    epsilon[: count // 3, 1] += 4 + epsilon[: count // 3, 0] ** 2
    return epsilon @ AXES.T + [30.0, -10.0]


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


@pytest.mark.parametrize("bandwidth", ["scott", "silverman", 0.3], ids=str)
def test_its_density_is_that_of_scipy(bandwidth):
    z = codes()
    prior = KernelDensity(200, bandwidth)
    assert prior.fit(z) is prior
    expected = stats.gaussian_kde(z.T, bandwidth)
    asked = np.concatenate([codes(20, seed=1), [[25.0, 8.0]]]).reshape(7, 3, 2)
    found = numpy(prior.log_prob(ops.convert_to_tensor(asked.astype("float32"))))
    np.testing.assert_allclose(
        found, expected.logpdf(asked.reshape(-1, 2).T).reshape(7, 3), rtol=1e-4
    )


def test_codes_are_drawn_around_those_that_are_kept():
    prior = KernelDensity(200, 0.3).fit(codes())
    z, again = numpy(prior.sample(noise(3000))), stats.gaussian_kde(codes().T, 0.3)
    assert z.shape == (3000, 2)
    expected = again.resample(3000, seed=0).T
    for direction in (np.eye(2)[0], np.eye(2)[1], np.array([1.0, -1.0])):
        assert stats.ks_2samp(z @ direction, expected @ direction).pvalue > 0.01
    found, density = (kind.mean() for kind in (again.logpdf(z.T), again.logpdf(expected.T)))
    assert found == pytest.approx(density, abs=4 * again.logpdf(expected.T).std() / 50)


def test_cross_validation_chooses_the_factor_that_scikit_learn_finds_too():
    z = codes(30)
    prior = KernelDensity(30, "cross_validated").fit(z)
    unscaled = np.linalg.cholesky(np.cov(z.T))
    factor = numpy(prior.scale_tril)[0, 0] / unscaled[0, 0]
    whitened = np.linalg.solve(unscaled, z.T).T
    scott = 30 ** (-1 / 6)
    tried = {"bandwidth": np.geomspace(0.1, 2, 25) * scott}
    search = GridSearchCV(neighbors.KernelDensity(), tried, cv=LeaveOneOut())
    assert factor == pytest.approx(search.fit(whitened).best_params_["bandwidth"], rel=1e-4)
    assert factor != pytest.approx(scott, rel=0.05)


def test_fitted_keeps_a_bounded_number_of_codes():
    x = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
    model = kerae.AE((4,), 2, likelihood="normal", encoder=keras.layers.Dense(3))
    z = model.encode(x)
    few, all_of_them = (KernelDensity.fitted(model, x, num_codes=n) for n in (10, 70))
    for prior, count in ((few, 10), (all_of_them, 50)):
        kept = numpy(prior.location) + numpy(prior.codes)
        nearest = np.linalg.norm(kept[:, None] - z, axis=2).min(axis=1)
        assert kept.shape == (count, 2) and (nearest < 1e-5).all() and len(np.unique(kept)) > count
    other = KernelDensity.fitted(model, x, seed=1, num_codes=10)
    assert (numpy(other.codes) != numpy(few.codes)).any()
    assert KernelDensity.fitted(model, x, np.arange(50) % 2).priors[1].num_codes == 25
    assert model.sample(4, prior=few).shape == (4, 4)


@pytest.mark.nightly
def test_it_is_a_part():
    check_part(KernelDensity(7, bandwidth=0.5))


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: KernelDensity(1), "`num_codes` of at least 2"),
        (lambda: KernelDensity(bandwidth="normal"), "one of .*'scott'.*'cross_validated'"),
        (lambda: KernelDensity(bandwidth=0.0), "`bandwidth` to be positive"),
        (lambda: KernelDensity(9).fit(codes(8)), "at least 9 codes.*Received: 8"),
        (lambda: KernelDensity(9).fit(np.repeat(codes(9)[:, :1], 2, axis=1)), "in all 2 dim"),
        (lambda: kerae.AE((4,), 2).sample(2, prior=KernelDensity(9)), "that is fitted"),
        (lambda: kerae.AE((4,), 3).sample(2, prior=KernelDensity(8).fit(codes(8))), r"\(2,\)"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(ValueError, match=message):
        make()

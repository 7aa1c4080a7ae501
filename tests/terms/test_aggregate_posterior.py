"""The three parts of the KL, against loops in NumPy and the total correlation of normals."""

import itertools

import numpy as np
import pytest
from gradients import gradient
from keras import ops
from scipy import special, stats

import kerae
from kerae.priors import StandardNormal
from kerae.terms import DimensionWiseKL, IndexCodeMutualInformation, TotalCorrelation
from kerae.terms.aggregate_posterior import log_densities

# On others test_contract.py computes the gradients of models that have it.
pytestmark = pytest.mark.mainly("torch")

TERMS = (IndexCodeMutualInformation, TotalCorrelation, DimensionWiseKL)
both = pytest.mark.parametrize("sampling", ["weighted", "stratified"])
every_term = pytest.mark.parametrize("term", TERMS)


def batch(count=4, d=3, seed=0):
    """Codes and posteriors that overlap: `z`, and the dict that `kerae.latents.Normal` gives."""
    mean, log_variance, epsilon = np.random.default_rng(seed).normal(size=(3, count, d))
    z = mean + np.exp(0.5 * log_variance) * epsilon
    posterior = {"mean": mean.astype("float32"), "log_variance": log_variance.astype("float32")}
    return z.astype("float32"), posterior


def numpy_densities(z, posterior, weights):
    """log q(z|x), log q(z) and sum_j log q(z_j) by loops, for a matrix of weights."""
    scale = np.exp(0.5 * posterior["log_variance"].astype("float64"))
    found = []
    for i, code in enumerate(z):
        density = stats.norm.pdf(code, posterior["mean"], scale)  # of (example, dimension)
        joint = sum(weights[i, n] * density[n].prod() for n in range(len(z)))
        marginals = [sum(weights[i, n] * density[n, j] for n in range(len(z))) for j in range(3)]
        found.append([np.log(density[i].prod()), np.log(joint), np.log(marginals).sum()])
    return np.transpose(found)


def paper_weights(order, dataset_size):
    """Of code i: 1/N its own example, (N-M)/(NM) one of the M others, 1/M the rest of them."""
    n, m = dataset_size, len(order) - 1
    weights = np.full((m + 1, m + 1), 1 / m)
    for i in range(m + 1):
        last = [j for j in order if j != i][-1]
        weights[i, i], weights[i, last] = 1 / n, (n - m) / (n * m)
    return weights


def found(z, posterior, dataset_size, sampling):
    tensors = log_densities(
        {name: ops.convert_to_tensor(array) for name, array in posterior.items()},
        ops.convert_to_tensor(z),
        dataset_size,
        sampling,
    )
    return np.stack([ops.convert_to_numpy(each) for each in tensors])


def values(z, posterior, sampling="stratified", dataset_size=10):
    """What each of the three terms gives."""
    outputs = {
        "z": ops.convert_to_tensor(z[:, None]),
        "prior": StandardNormal(),
        "posterior": {name: ops.convert_to_tensor(array) for name, array in posterior.items()},
    }
    model = kerae.VAE((4,), z.shape[1])
    terms = [term(dataset_size, sampling=sampling) for term in TERMS]
    return np.stack([ops.convert_to_numpy(term.value(model, outputs)) for term in terms])


def test_stratified_weights_by_hand():
    """Of 4 of 10 examples: a tenth its own, and three tenths each of the others."""
    np.testing.assert_allclose(
        paper_weights([0, 1, 2, 3], 10)[0], [1 / 10, 1 / 3, 1 / 3, 7 / 30], rtol=1e-12
    )
    by_hand = np.full((4, 4), 0.3) - 0.2 * np.eye(4)
    orders = itertools.permutations(range(4))
    mean = np.mean([paper_weights(order, 10) for order in orders], axis=0)
    np.testing.assert_allclose(mean, by_hand, rtol=1e-12)
    z, posterior = batch()
    expected = numpy_densities(z, posterior, by_hand)
    np.testing.assert_allclose(found(z, posterior, 10, "stratified"), expected, rtol=1e-4)


def test_weighted_weights_by_hand():
    z, posterior = batch()
    expected = numpy_densities(z, posterior, np.full((4, 4), 1 / 40))
    np.testing.assert_allclose(found(z, posterior, 10, "weighted"), expected, rtol=1e-4)


def test_stratified_is_the_mixture_itself_where_the_batch_is_all_of_the_data():
    z, posterior = batch(count=7)
    expected = numpy_densities(z, posterior, np.full((7, 7), 1 / 7))
    np.testing.assert_allclose(found(z, posterior, 7, "stratified"), expected, rtol=1e-4)


def test_stratified_is_unbiased_over_the_batches_of_a_data_set():
    """The mean of q(z) of one example over every batch of 3 of 6 that it is in."""
    z, posterior = batch(count=6)
    others = list(itertools.combinations(range(1, 6), 2))
    log_q = []
    for rows in ([0, *pair] for pair in others):
        part = {name: array[rows] for name, array in posterior.items()}
        log_q.append(found(z[rows], part, 6, "stratified")[1, 0])
    expected = numpy_densities(z, posterior, np.full((6, 6), 1 / 6))[1, 0]
    assert special.logsumexp(log_q) - np.log(len(others)) == pytest.approx(expected, rel=1e-4)


@both
def test_the_three_parts_add_up_to_the_kl_estimated_from_the_same_codes(sampling):
    z, posterior = batch(count=9)
    scale = np.exp(0.5 * posterior["log_variance"])
    log_ratio = stats.norm.logpdf(z, posterior["mean"], scale) - stats.norm.logpdf(z)
    total = values(z, posterior, sampling).sum(axis=0)
    np.testing.assert_allclose(total, log_ratio.sum(axis=1), rtol=1e-4, atol=1e-5)


def test_each_part_is_the_difference_of_two_densities():
    z, posterior = batch(count=5)
    conditional, joint, marginals = numpy_densities(z, posterior, np.full((5, 5), 1 / 5))
    log_prior = stats.norm.logpdf(z).sum(axis=1)
    expected = [conditional - joint, joint - marginals, marginals - log_prior]
    np.testing.assert_allclose(values(z, posterior, dataset_size=5), expected, rtol=1e-3)


def analytic_total_correlation(covariance):
    return 0.5 * (np.log(np.diag(covariance)).sum() - np.linalg.slogdet(covariance)[1])


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.9])
def test_of_a_correlated_normal_it_is_the_analytic_total_correlation(correlation):
    """Posteriors of variance 0.1 around normal means: their mixture has C = Cov(means) + 0.1 I."""
    count, noise = 1000, 0.1
    generator = np.random.default_rng(0)
    of_means = (1 - noise) * np.array([[1, correlation], [correlation, 1]])
    mean = generator.multivariate_normal([0, 0], of_means, size=count)
    z = mean + np.sqrt(noise) * generator.normal(size=mean.shape)
    posterior = {"mean": mean, "log_variance": np.full(mean.shape, np.log(noise))}
    posterior = {name: array.astype("float32") for name, array in posterior.items()}
    information, total_correlation, kl = values(
        z.astype("float32"), posterior, dataset_size=count
    ).mean(axis=1)
    covariance = of_means + noise * np.eye(2)
    assert total_correlation == pytest.approx(analytic_total_correlation(covariance), abs=0.04)
    # I(x; z) = H(z) - H(z|x), and the marginals are those of the prior.
    of_noise = 2 * np.log(noise)
    assert information == pytest.approx((np.linalg.slogdet(covariance)[1] - of_noise) / 2, abs=0.05)
    assert kl == pytest.approx(0, abs=0.05)


def test_codes_of_equal_posteriors_tell_nothing_and_are_independent():
    z, posterior = batch(count=6)
    same = {name: np.repeat(array[:1], 6, axis=0) for name, array in posterior.items()}
    information, total_correlation, _ = values(z, same, dataset_size=100)
    np.testing.assert_allclose(information, 0, atol=1e-4)
    np.testing.assert_allclose(total_correlation, 0, atol=1e-4)


@both
def test_neither_the_order_of_the_batch_nor_that_of_dimensions_matters(sampling):
    z, posterior = batch(count=6)
    expected = values(z, posterior, sampling)
    rows, columns = np.random.default_rng(1).permutation(6), [2, 0, 1]
    mixed = {name: array[rows][:, columns] for name, array in posterior.items()}
    moved = values(z[rows][:, columns], mixed, sampling)
    np.testing.assert_allclose(moved, expected[:, rows], rtol=1e-4, atol=1e-5)


def test_the_total_correlation_does_not_depend_on_place_and_scale_of_dimensions():
    z, posterior = batch(count=6)
    scale, shift = np.float32([2.0, 0.5, 3.0]), np.float32([1.0, -2.0, 0.5])
    moved = {
        "mean": posterior["mean"] * scale + shift,
        "log_variance": posterior["log_variance"] + 2 * np.log(scale),
    }
    np.testing.assert_allclose(
        values(z * scale + shift, moved)[:2], values(z, posterior)[:2], rtol=1e-3, atol=1e-4
    )


@every_term
def test_the_size_of_the_data_set_shifts_a_weighted_value_and_not_its_gradient(term):
    z, posterior = batch(count=5)
    model = kerae.VAE((4,), 3)
    slopes, level = [], []
    for dataset_size in (5, 500):
        part = term(dataset_size)

        def mean(codes, part=part):
            outputs = {
                "z": ops.expand_dims(codes, 1),
                "posterior": posterior,
                "prior": model.prior,
            }
            return ops.mean(part.value(model, outputs))

        slopes.append(gradient(mean, z))
        level.append(float(mean(ops.convert_to_tensor(z))))
    np.testing.assert_allclose(*slopes, rtol=1e-4, atol=1e-6)
    times = {IndexCodeMutualInformation: 1, TotalCorrelation: 2, DimensionWiseKL: -3}[term]
    assert level[1] - level[0] == pytest.approx(times * np.log(100), rel=1e-4)


@both
def test_a_batch_of_one_and_posteriors_far_apart_give_finite_numbers(sampling):
    z, posterior = batch(count=1)
    assert np.isfinite(values(z, posterior, sampling)).all()
    z, posterior = batch(count=4)
    far = {"mean": posterior["mean"] * 1e3, "log_variance": np.full((4, 3), -20.0, "float32")}
    assert np.isfinite(values(far["mean"], far, sampling)).all()


def test_of_several_codes_the_first_is_read():
    z, posterior = batch(count=5)
    model = kerae.VAE((4,), 3)
    codes = np.stack([z, z + 1, z - 1], axis=1)
    posterior = {name: ops.convert_to_tensor(array) for name, array in posterior.items()}
    for term in TERMS:
        several, first = (
            ops.convert_to_numpy(
                term(10).value(
                    model,
                    {
                        "z": ops.convert_to_tensor(each),
                        "posterior": posterior,
                        "prior": model.prior,
                    },
                )
            )
            for each in (codes, codes[:, :1])
        )
        np.testing.assert_array_equal(several, first)


@every_term
def test_refuses_what_makes_no_sense(term):
    with pytest.raises(ValueError, match="Expected `dataset_size` of at least 1. Received: 0"):
        term(0)
    with pytest.raises(ValueError, match="'stratified', 'weighted'.*'all'"):
        term(10, sampling="all")
    with pytest.raises(ValueError, match=f"{term.__name__} needs.*Normal.*Deterministic"):
        kerae.Autoencoder((4,), kerae.latents.Deterministic(2), terms=[term(10)])

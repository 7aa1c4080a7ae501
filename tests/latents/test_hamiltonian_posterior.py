"""Codes that move with a momentum: their density, where the motion is a linear map.

Of a linear decoder and a normal likelihood the slope is linear, and so codes and momenta stay
normal; mean and covariance are known by matrices.
"""

import keras
import numpy as np
import pytest
from gradients import loss_gradients
from keras import ops
from scipy import stats

import kerae
from kerae.latents import HamiltonianPosterior

pytestmark = pytest.mark.mainly("torch")
D, FEATURES, SCALE, STEPS = 2, 4, 0.7, 3
GENERATOR = np.random.default_rng(0)
W, MU = GENERATOR.normal(size=(D, FEATURES)), GENERATOR.normal(size=FEATURES)
X = (GENERATOR.normal(size=(5, D)) @ W + MU).astype("float32")
HESSIAN = W @ W.T / SCALE**2 + np.eye(D)
EPSILON, GAMMA = GENERATOR.normal(size=(2, 5, 3, D))
TEMPERINGS = pytest.mark.parametrize("tempering", ["fixed", "free", "none"])


class InTurn:
    """Gives its arrays, one a draw."""

    def __init__(self, *arrays):
        self.arrays = list(arrays)

    def normal(self, shape):
        return ops.convert_to_tensor(self.arrays.pop(0), "float32")


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def linear_model(of_class=kerae.HVAE, **arguments):
    model = of_class(
        (FEATURES,),
        D,
        likelihood=kerae.likelihoods.Normal(SCALE),
        encoder=keras.layers.Flatten(),
        decoder=keras.layers.Dense(FEATURES),
        **arguments,
    )
    model.decoder.set_weights([W, MU])
    kernel = np.random.default_rng(1).normal(0, 0.1, size=(FEATURES, D))
    normal = getattr(model.latent, "normal", model.latent)
    normal.mean_head.set_weights([kernel, np.zeros(D)])
    normal.log_variance_head.set_weights([np.zeros((FEATURES, D)), np.array([-0.2, -0.6])])
    return model


def numbers(latent):
    """Step sizes and factors of a latent, by the formulas of its docstring."""
    steps = 0.5 / (1 + np.exp(-np.asarray(latent.step_logits)))
    if latent.tempering == "none":
        return steps, np.ones(STEPS)
    logits = np.asarray(latent.tempering_logits)
    least = 0.1 ** (1 / len(logits))
    roots = least + (1 - least) / (1 + np.exp(-logits))
    if latent.tempering == "free":
        return steps, roots
    betas = [((1 - 1 / roots[0]) * k**2 / STEPS**2 + 1 / roots[0]) ** -2 for k in range(STEPS + 1)]
    return steps, np.sqrt(np.divide(betas[:-1], betas[1:]))


def affine(latent, x):
    """The matrix and the shift of one example's whole motion, of (z_0, rho_0)."""
    steps, factors = numbers(latent)
    step, one, zero = np.diag(steps), np.eye(D), np.zeros((D, D))
    target = W @ (x - MU) / SCALE**2  # dU/dz = HESSIAN z - target
    kick = np.block([[one, zero], [-step @ HESSIAN / 2, one]])
    shift = np.concatenate([np.zeros(D), step @ target / 2])
    drift = np.block([[one, step], [zero, one]])
    matrix, offset = np.eye(2 * D), np.zeros(2 * D)
    for factor in factors:
        temper = np.diag(np.repeat([1.0, factor], D))
        matrix = temper @ kick @ drift @ kick @ matrix
        offset = temper @ (kick @ drift @ (kick @ offset + shift) + shift)
    return matrix, offset, np.prod(factors)


def ends(model, x):
    """Matrix, shift, and the normal distribution of (z_K, rho_K) of one example."""
    matrix, offset, root = affine(model.latent, x)
    posterior = model.posterior(ops.convert_to_tensor(x[None]))
    mean, log_variance = (numpy(posterior[key])[0] for key in ("mean", "log_variance"))
    start = np.concatenate([mean, np.zeros(D)])
    variance = np.concatenate([np.exp(log_variance), np.full(D, root**-2)])
    mean = matrix @ start + offset
    return matrix, offset, root, stats.multivariate_normal(mean, matrix * variance @ matrix.T)


@TEMPERINGS
def test_codes_and_their_density_are_those_of_the_linear_map(tempering):
    model = linear_model(step_size=0.2, tempering=tempering, num_samples=3)
    outputs = model.propagate(ops.convert_to_tensor(X), noise=InTurn(EPSILON, GAMMA))
    found = {name: numpy(outputs[name]) for name in ("z", "log_posterior")}
    posterior = {name: numpy(each) for name, each in outputs["posterior"].items()}
    for i, x in enumerate(X):
        matrix, offset, root, normal = ends(model, x)
        scale = np.exp(0.5 * posterior["log_variance"][i])
        start = np.concatenate([posterior["mean"][i] + scale * EPSILON[i], GAMMA[i] / root], axis=1)
        end = start @ matrix.T + offset
        np.testing.assert_allclose(found["z"][i], end[:, :D], rtol=1e-3, atol=1e-4)
        momenta = stats.multivariate_normal(np.zeros(D), np.eye(D)).logpdf(end[:, D:])
        expected = normal.logpdf(end) - momenta
        np.testing.assert_allclose(found["log_posterior"][i], expected, atol=2e-3)


def test_the_mean_kl_is_that_of_code_and_momentum_together():
    model = linear_model(step_size=0.2, num_samples=4000)
    outputs = model.propagate(ops.convert_to_tensor(X))
    prior = outputs["prior"].log_prob(outputs["z"])
    log_ratio = numpy(outputs["log_posterior"] - prior)
    exact = []
    for x in X:
        normal = ends(model, x)[-1]
        trace, mean = np.trace(normal.cov), np.sum(normal.mean**2)
        exact.append(0.5 * (trace + mean - 2 * D - np.linalg.slogdet(normal.cov)[1]))
    error = log_ratio.std(axis=1) / np.sqrt(4000)
    assert (np.abs(log_ratio.mean(axis=1) - exact) < 4 * error).all()
    kl = numpy(model.latent.kl_divergence(outputs))
    np.testing.assert_allclose(kl[:, 0], log_ratio.mean(axis=1), rtol=1e-4)


def exact(x):
    covariance = W.T @ W + SCALE**2 * np.eye(FEATURES)
    return stats.multivariate_normal(MU, covariance).logpdf(x)


@TEMPERINGS
def test_the_mean_weight_is_the_likelihood(tempering):
    model = linear_model(step_size=0.2, tempering=tempering)
    score = model.score(X, num_samples=4000)
    # The relative error of the mean of K weights is sqrt(1 / effective size - 1 / K).
    error = np.sqrt(1 / score["effective_sample_size"] - 1 / 4000)
    assert error.max() < 0.1
    assert (np.abs(score["importance_weighted_bound"] - exact(X)) < 4 * error + 1e-3).all()


@pytest.mark.parametrize("num_iterations", [1, 3])
def test_the_mean_weight_is_the_likelihood_under_a_metric(num_iterations):
    latent = kerae.latents.RiemannianHamiltonianPosterior(
        D, step_size=0.2, regularization=0.5, num_iterations=num_iterations, num_centroids=3
    )
    model = linear_model(kerae.RHVAE, latent=latent)
    score = model.score(X, num_samples=4000)
    error = np.sqrt(1 / score["effective_sample_size"] - 1 / 4000)
    assert error.max() < 0.1
    assert (np.abs(score["importance_weighted_bound"] - exact(X)) < 4 * error + 1e-3).all()


@pytest.mark.slow
@pytest.mark.parametrize("of_class", [kerae.HVAE, kerae.RHVAE])
def test_the_gradient_reaches_through_the_slopes(of_class):
    model = linear_model(of_class, step_size=0.2)
    noise = np.random.default_rng(2).normal(size=(2, 5, 1, D))
    model.noise = lambda *args, **kwargs: InTurn(*noise)
    slopes = loss_gradients(model, (X,))
    for variable, slope in zip(model.trainable_variables, slopes, strict=True):
        value = numpy(variable)
        direction = np.random.default_rng(3).uniform(-1, 1, size=value.shape)
        losses = []
        for sign in (1, -1):
            variable.assign(value + sign * 3e-3 * direction)
            losses.append(float(numpy(ops.stop_gradient(model.objective((X,), training=False)))))
        variable.assign(value)
        along = (losses[0] - losses[1]) / 6e-3
        assert np.sum(slope * direction) == pytest.approx(along, rel=0.02, abs=0.02), variable.path


def test_on_the_way_the_decoder_is_called_as_outside_of_training():
    decoder = keras.Sequential(
        [keras.layers.BatchNormalization(momentum=0.9), keras.layers.Dense(FEATURES)]
    )
    model = kerae.HVAE((FEATURES,), D, decoder=decoder, encoder=keras.layers.Flatten())
    outputs = model.propagate(ops.convert_to_tensor(X), training=True)
    expected = 0.1 * numpy(outputs["z"])[:, 0].mean(axis=0)
    np.testing.assert_allclose(numpy(decoder.layers[0].moving_mean), expected, rtol=1e-4)


@pytest.mark.once
def test_every_part_of_a_model_takes_it(tmp_path):
    """A condition, another prior, several codes and the weights of a likelihood bound."""
    model = kerae.CVAE(
        (FEATURES,),
        D,
        num_classes=3,
        latent=HamiltonianPosterior(D, num_samples=4),
        prior=kerae.priors.GaussianMixture.ring(3),
        terms=[kerae.terms.ImportanceWeightedBound(num_groups=2)],
        encoder=keras.layers.Dense(8, "tanh"),
    )
    model.compile("sgd")
    x, y = kerae.data.binarize(abs(X) % 1, seed=0), np.array([0, 1, 2, 0, 1])
    model.fit(x, y, verbose=0)
    bounds = [model.log_likelihood(x, y, num_samples=k).mean() for k in (1, 50)]
    assert bounds[1] > bounds[0]
    model.save(tmp_path / "model.keras")
    again = kerae.load(tmp_path / "model.keras")
    np.testing.assert_allclose(again.log_likelihood(x, y, 5), model.log_likelihood(x, y, 5))


@pytest.mark.once
def test_refuses():
    with pytest.raises(ValueError, match="`step_size` to be below 0.5. Received: step_size=0.5"):
        HamiltonianPosterior(2, step_size=0.5)
    with pytest.raises(ValueError, match="`tempering` to be one of .*Received: 'quadratic'"):
        HamiltonianPosterior(2, tempering="quadratic")
    with pytest.raises(ValueError, match="under a Vamp prior .* Received: HamiltonianPosterior"):
        kerae.VampVAE((FEATURES,), D, latent=HamiltonianPosterior(D))
    term = kerae.terms.ImportanceWeightedBound(gradient="doubly_reparameterized")
    with pytest.raises(ValueError, match="Received: HamiltonianPosterior, which knows"):
        kerae.Autoencoder((FEATURES,), HamiltonianPosterior(D), terms=[term])

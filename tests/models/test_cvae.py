"""A CVAE of linear networks is a linear-Gaussian model of x given y: all is known exactly.

p(z) = N(0, I),  p(x|z, y) = N(W z + B c(y) + mu, s^2 I)
=>  p(x|y) = N(B c(y) + mu, W W^T + s^2 I)
    q(z|x, y) = N(M^-1 W^T (x - B c(y) - mu), s^2 M^-1),  M = W^T W + s^2 I
"""

import keras
import numpy as np
import pytest
from gradients import loss_gradients
from keras import ops
from scipy import stats

import kerae

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")

FEATURES, LATENT_DIM, SCALE, CLASSES, SIZE = 5, 2, 0.5, 3, 4
generator = np.random.default_rng(0)
W = np.linalg.qr(generator.normal(size=(FEATURES, LATENT_DIM)))[0] * [2.0, 1.0]
MU = generator.normal(size=FEATURES)
M = np.sum(W**2, axis=0) + SCALE**2  # diagonal, as the columns of W are orthogonal
NOISE = stats.multivariate_normal(np.zeros(FEATURES), W @ W.T + SCALE**2 * np.eye(FEATURES))
LABELS = generator.integers(CLASSES, size=2000)
TABLE = generator.normal(size=(CLASSES, SIZE))
VECTORS = generator.normal(size=(2000, 2, 2)).astype("float32")

# What a model is made with, its labels, what these are as vectors c(y), and B.
CONDITIONS = {
    "one-hot": (
        {"num_classes": CLASSES},
        LABELS,
        np.eye(CLASSES)[LABELS],
        2 * generator.normal(size=(FEATURES, CLASSES)),
    ),
    "embedding": (
        {"num_classes": CLASSES, "embedding_dim": SIZE},
        LABELS,
        TABLE[LABELS],
        2 * generator.normal(size=(FEATURES, SIZE)),
    ),
    "vector": (
        {"condition_shape": (2, 2)},
        VECTORS,
        VECTORS.reshape(-1, 4),
        2 * generator.normal(size=(FEATURES, 4)),
    ),
}


def linear_cvae(**arguments):
    return kerae.CVAE(
        (FEATURES,),
        LATENT_DIM,
        likelihood=kerae.likelihoods.Normal(SCALE),
        encoder=keras.layers.Flatten(),
        decoder=keras.layers.Dense(FEATURES),
        **arguments,
    )


class Case:
    """A model with its exact posterior, data drawn from it, and what is known of them."""

    def __init__(self, arguments, y, c, b):
        self.y, self.c, self.b = y, c, b
        self.location = c @ b.T + MU
        self.x = (self.location + NOISE.rvs(2000, random_state=0)).astype("float32")
        self.codes = (self.x - self.location) @ W / M
        self.log_p = NOISE.logpdf(self.x - self.location)
        self.model = linear_cvae(**arguments)
        if arguments.get("embedding_dim"):
            self.model.condition.set_weights([TABLE])
        kernel = np.concatenate([W, -b.T @ W]) / M
        self.model.latent.mean_head.set_weights([kernel, -MU @ W / M])
        log_variance = [np.zeros_like(kernel), np.log(SCALE**2 / M)]
        self.model.latent.log_variance_head.set_weights(log_variance)
        self.model.decoder.set_weights([np.concatenate([W.T, b.T]), MU])
        self.model.compile()


@pytest.fixture(scope="module", params=CONDITIONS)
def case(request):
    return Case(*CONDITIONS[request.param])


@pytest.fixture(scope="module")
def labeled():
    return Case(*CONDITIONS["one-hot"])


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("num_samples", [1, 3])
def test_with_the_exact_posterior_any_samples_give_the_exact_likelihood_given_y(case, num_samples):
    found = case.model.log_likelihood(case.x[:50], case.y[:50], num_samples=num_samples)
    close(found, case.log_p[:50])


def test_with_the_exact_posterior_the_loss_is_the_exact_negative_likelihood_given_y(case):
    logs = case.model.evaluate(case.x, case.y, batch_size=1000, verbose=0, return_dict=True)
    # The KL is the exact one here, so single examples scatter; its mean over them does not.
    assert logs["loss"] == pytest.approx(-case.log_p.mean(), rel=0.01)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + logs["kl"], rel=1e-5)


def test_codes_and_reconstructions_are_those_given_y(case):
    x, y, z = case.x[:9], case.y[:9], case.codes[:9]
    reconstruction = z @ W.T + case.location[:9]
    close(case.model.encode(x, y), z)
    close(case.model.encode(x, y, batch_size=4), z)
    close(case.model.decode(z.astype("float32"), y), reconstruction)
    close(case.model.reconstruct(x, y), reconstruction)
    close(case.model.predict([x, y], verbose=0), reconstruction)
    close(ops.convert_to_numpy(case.model([x, y])), reconstruction)


def test_an_interpolation_keeps_y(case):
    x, y, z = case.x[:6], case.y[:3], case.codes[:6]
    path = case.model.interpolate(x[:3], x[3:], y, steps=3)
    # Both ends are encoded with the label of the pair.
    z_b = (x[3:] - case.location[:3]) @ W / M
    between = np.stack([z[:3], (z[:3] + z_b) / 2, z_b], axis=1)
    close(path, between @ W.T + case.location[:3, None])


def test_samples_are_means_of_p_of_x_given_y_at_draws_of_the_prior(case):
    samples = case.model.sample(1000, case.y[0], seed=0)
    # In the coordinates of W, which has orthogonal columns, codes are independent N(0, 1).
    codes = (samples - case.location[0]) @ W / np.sum(W**2, axis=0)
    assert stats.kstest(codes.ravel(), "norm").pvalue > 0.01
    close(codes @ W.T + case.location[0], samples)


def test_each_sample_can_have_its_own_y(case):
    whole = case.model.sample(4, case.y[:4], seed=0)
    alone = [case.model.sample(4, y, seed=0)[index] for index, y in enumerate(case.y[:4])]
    close(whole, alone)
    # The same seed draws the same codes for every y.
    differences = case.model.sample(4, case.y[1], seed=0) - case.model.sample(4, case.y[0], seed=0)
    close(differences, np.tile(case.location[1] - case.location[0], (4, 1)))


def test_equal_data_with_different_labels_get_different_codes_and_reconstructions(labeled):
    x = np.repeat(labeled.x[:1], CLASSES, axis=0)
    for answer in (labeled.model.encode, labeled.model.reconstruct):
        found = answer(x, np.arange(CLASSES))
        distances = np.abs(found[:, None] - found[None]).max(axis=2)
        assert (distances[~np.eye(CLASSES, dtype=bool)] > 1e-2).all()


def test_the_embedding_is_trained_with_the_model():
    model = linear_cvae(num_classes=CLASSES, embedding_dim=SIZE)
    (table,) = model.condition.trainable_variables
    x = np.ones((4, FEATURES), "float32")
    slopes = loss_gradients(model, (x, np.array([0, 0, 2, 2])))
    (slope,) = (s for s, v in zip(slopes, model.trainable_variables) if v is table)
    assert (np.abs(slope).max(axis=1) > 0).tolist() == [True, False, True]


def best_negative_log_likelihood(x, c):
    """The minimum over W, B and mu: regression on y, then probabilistic PCA of the residuals.

    The columns of x share their regressors, so that least squares is the best B whatever the
    covariance.
    """
    x = x.astype("float64")
    regressors = np.column_stack([c, np.ones(len(c))])
    residual = x - regressors @ np.linalg.lstsq(regressors, x, rcond=None)[0]
    eigenvalues = np.sort(np.linalg.eigvalsh(np.cov(residual.T, bias=True)))[::-1]
    kept = np.maximum(eigenvalues[:LATENT_DIM], SCALE**2)
    rest = eigenvalues[LATENT_DIM:]
    log_determinant = np.log(kept).sum() + len(rest) * np.log(SCALE**2)
    mahalanobis = (eigenvalues[:LATENT_DIM] / kept).sum() + rest.sum() / SCALE**2
    return 0.5 * (FEATURES * np.log(2 * np.pi) + log_determinant + mahalanobis)


@pytest.mark.slow
def test_training_reaches_the_maximum_likelihood_given_y(labeled):
    generator = np.random.default_rng(0)
    model = linear_cvae(num_classes=CLASSES)
    for variable in model.trainable_variables:
        variable.assign(0.3 * generator.normal(size=variable.shape))
    model.compile(keras.optimizers.Adam(0.05))
    model.fit(labeled.x, labeled.y, epochs=40, batch_size=200, verbose=0)
    model.optimizer.learning_rate = 0.005
    model.fit(labeled.x, labeled.y, epochs=5, batch_size=200, verbose=0)
    best = best_negative_log_likelihood(labeled.x, labeled.c)
    found = -model.log_likelihood(labeled.x, labeled.y, num_samples=20, batch_size=500).mean()
    assert best * (1 - 1e-3) < found < best * 1.02
    assert best_negative_log_likelihood(labeled.x, labeled.c[:, :0]) > best * 1.1


def test_needs_either_classes_or_the_shape_of_vectors():
    for arguments in ({}, {"num_classes": 3, "condition_shape": (2,)}):
        with pytest.raises(ValueError, match="either `num_classes` or `condition_shape`"):
            kerae.CVAE((4,), 2, **arguments)


def test_the_default_networks_of_images_take_the_condition():
    model = kerae.CVAE((16, 16, 1), 2, num_classes=3)
    assert model.encoder.input_shape == (None, 16, 16, 4)
    assert model.decoder.input_shape == (None, 5)
    x = np.zeros((2, 16, 16, 1), "float32")
    assert model.reconstruct(x, np.array([0, 1])).shape == (2, 16, 16, 1)


@pytest.mark.once
def test_samples_of_a_digit_are_recognised_as_that_digit(digits):
    from sklearn.svm import SVC

    kerae.set_random_seed(0)
    model = kerae.CVAE(digits.x_train.shape[1:], 8, num_classes=10)
    model.compile(keras.optimizers.Adam(2e-3))
    model.fit(digits.x_train, digits.y_train, batch_size=64, epochs=20, verbose=0)
    judge = SVC(gamma=0.02, C=10).fit(
        digits.x_train.reshape(len(digits.x_train), -1), digits.y_train
    )
    assert judge.score(digits.x_test.reshape(len(digits.x_test), -1), digits.y_test) > 0.97
    asked = np.repeat(np.arange(10), 50)
    samples = model.sample(500, asked, seed=0)
    assert judge.score(samples.reshape(500, -1), asked) > 0.97

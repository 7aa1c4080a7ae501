import keras
import numpy as np
import pytest

import kerae

W = np.array([[1.0, 1.0, 0.5, 0.0], [1.0, 0.8, 0.7, 0.1]])
SCALE = 0.5


def linear(of_class, **arguments):
    """A model of normal data, whose decoder is known and stays as it is."""
    decoder = keras.layers.Dense(4, trainable=False)
    likelihood = kerae.likelihoods.Normal(SCALE)
    networks = {"encoder": keras.layers.Flatten(), "decoder": decoder}
    model = of_class((4,), 2, likelihood=likelihood, **networks, **arguments)
    decoder.set_weights([W, np.zeros(4)])
    return model


@pytest.mark.nightly
@pytest.mark.once
def test_it_comes_nearer_to_the_likelihood_than_any_normal_of_independent_dimensions():
    precision = np.eye(2) + W @ W.T / SCALE**2
    gap = 0.5 * (np.log(np.diag(precision)).sum() - np.linalg.slogdet(precision)[1])
    covariance = W.T @ W + SCALE**2 * np.eye(4)
    x = np.random.default_rng(0).multivariate_normal(np.zeros(4), covariance, 2000)
    x = x.astype("float32")
    squared = np.sum(x @ np.linalg.inv(covariance) * x, axis=1)
    exact = -0.5 * (squared + np.linalg.slogdet(2 * np.pi * covariance)[1])
    model = linear(kerae.HVAE, step_size=0.1, num_samples=4)
    # From the best of those normals on.
    best = np.linalg.solve(precision, W).T / SCALE**2
    model.latent.normal.mean_head.set_weights([best, np.zeros(2)])
    log_variance = -np.log(np.diag(precision))
    model.latent.normal.log_variance_head.set_weights([np.zeros((4, 2)), log_variance])
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.03, 400)))
    model.fit(x, batch_size=100, epochs=20, verbose=0)
    gaps = exact + model.score(x, num_samples=1)["negative_elbo"]
    assert gap > 0.7 and 0.2 < gaps.mean() < gap - 3 * gaps.std() / np.sqrt(len(gaps))


@pytest.mark.slow
@pytest.mark.mainly("torch")
@pytest.mark.parametrize("learning_rate", [1e-2, 0.3])
def test_training_stays_finite_however_large_its_steps_are(learning_rate, digits):
    model = kerae.HVAE((8, 8, 1), 4)
    model.compile(keras.optimizers.Adam(learning_rate))
    history = model.fit(digits.x_train[:320], batch_size=32, epochs=4, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert int(keras.ops.max(model.first_non_finite)) == -1


@pytest.mark.mainly("torch")
def test_mixed_precision_keeps_codes_and_densities_in_floats(images):
    model = kerae.HVAE((8, 8, 1), 2, dtype="mixed_bfloat16")
    model.compile()
    assert np.isfinite(model.fit(images, batch_size=4, verbose=0).history["loss"]).all()
    outputs = model.propagate(keras.ops.convert_to_tensor(images))
    for name in ("z", "log_posterior"):
        assert keras.backend.standardize_dtype(outputs[name].dtype) == "float32"

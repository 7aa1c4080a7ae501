import keras
import numpy as np
import pytest

import kerae
from kerae import latent_space, latents


@pytest.fixture
def x(digits):
    return kerae.data.binarize(digits.x_train[:160], seed=0)


@pytest.mark.slow
@pytest.mark.mainly("torch")
@pytest.mark.parametrize("learning_rate", [1e-2, 0.3])
def test_training_stays_finite_however_large_its_steps_are(learning_rate, x):
    model = kerae.RHVAE((8, 8, 1), 2, num_leapfrog=2)
    model.compile(keras.optimizers.Adam(learning_rate))
    history = model.fit(x, batch_size=32, epochs=3, verbose=0).history
    model.fit_metric(x)
    more = model.fit(x, batch_size=32, epochs=3, verbose=0).history
    assert np.isfinite([*history["loss"], *more["loss"]]).all()
    assert int(keras.ops.max(model.first_non_finite)) == -1
    if learning_rate < 0.1:
        assert more["loss"][-1] < history["loss"][0] - 5
        score = model.score(x[:50], num_samples=50)
        assert score["importance_weighted_bound"].mean() > -score["negative_elbo"].mean()


@pytest.mark.once
def test_the_metric_lies_where_codes_are_and_ways_go_by_it(x, tmp_path):
    model = kerae.RHVAE((8, 8, 1), 2, num_centroids=5, temperature=0.5)
    model.fit_metric(x, seed=3)
    z = model.encode(x)
    centroids = np.asarray(model.latent.centroids.numpy())
    distance = np.abs(centroids[:, None] - z[None]).sum(axis=-1)
    assert (distance.min(axis=1) < 1e-6).all()
    metric = model.metric(np.concatenate([centroids[:1], centroids[:1] + 10]))
    np.testing.assert_allclose(metric[1], 100 * np.eye(2), rtol=1e-4)
    assert np.linalg.det(metric[0]) < 100
    np.testing.assert_allclose(model.metric(centroids[:1]), metric[:1], rtol=1e-6)
    again = kerae.load(model.save(tmp_path / "model.keras") or tmp_path / "model.keras")
    np.testing.assert_array_equal(again.metric(z), model.metric(z))
    path = latent_space.interpolate(z[:1], z[1:2], 4, again.latent.geometry)
    found = model.interpolate(x[:1], x[1:2], steps=4)[0]
    np.testing.assert_allclose(found, model.decode(path[0]), atol=1e-6)


@pytest.mark.once
def test_other_seeds_choose_other_centroids_and_too_few_codes_are_refused(x):
    model = kerae.RHVAE((8, 8, 1), 2, num_centroids=5)
    chosen = [model.fit_metric(x, seed=seed).latent.centroids.numpy() for seed in (0, 1, 0)]
    np.testing.assert_array_equal(chosen[0], chosen[2])
    assert np.abs(chosen[0] - chosen[1]).max() > 0
    with pytest.raises(ValueError, match="at least 5 codes, as many as centroids. Received: 4"):
        model.fit_metric(x[:4])
    with pytest.raises(ValueError, match=r"`z` of shape \('n', 2\). Received: shape \(2, 3\)"):
        model.metric(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="which has a metric. Received: Normal"):
        kerae.RHVAE((8, 8, 1), 2, latent=latents.Normal(2)).fit_metric(x)
    with pytest.raises(ValueError, match="`temperature` to be positive"):
        kerae.RHVAE((8, 8, 1), 2, temperature=0.0)

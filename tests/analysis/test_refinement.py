import json

import keras
import numpy as np
import pytest
from keras import ops
from sklearn.cluster import KMeans

import kerae
from kerae import analysis, latents, networks
from kerae.metrics import cluster_accuracy

pytestmark = pytest.mark.slow
GENERATOR = np.random.default_rng(0)
X = GENERATOR.random((24, 6), dtype="float32")
Y = np.arange(24, dtype="int32") % 3
METHODS = ("dec", "idec")
QUICK = {"epochs": 2, "batch_size": 8, "verbose": 0}


def centers_of(model, x=X, y=None, count=3):
    return model.encode(x[:count], y if y is None else y[:count])


def arrays(variables):
    return [ops.convert_to_numpy(variable) for variable in variables]


def same(variables, before):
    return [np.array_equal(a, b) for a, b in zip(arrays(variables), before, strict=True)]


def linear(corruption=None):
    """z = x W + b, x_hat = z V + c with a normal of scale 1."""
    model = kerae.Autoencoder(
        (6,),
        latents.Deterministic(2),
        likelihood="normal",
        encoder=keras.layers.Flatten(),
        decoder=keras.layers.Dense(6),
        corruption=corruption,
    )
    for variable in model.trainable_variables:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    return model


def weights_of(model):
    return [*model.latent.head.get_weights(), *model.decoder.get_weights()]


@pytest.mark.parametrize("method", METHODS)
def test_an_epoch_of_one_batch_is_a_step_along_the_gradients_by_hand(method, monkeypatch):
    # Whose steps are as long as the gradients.
    monkeypatch.setattr(keras.optimizers, "Adam", keras.optimizers.SGD)
    model, rate, gamma = linear(), 0.1, 0.3
    w, b, v, c = (each.astype("float64") for each in weights_of(model))
    centers = GENERATOR.normal(size=(3, 2))
    refined = analysis.refine_clusters(
        model, X, centers, method, epochs=1, batch_size=24, learning_rate=rate, gamma=gamma,
        verbose=0,
    )  # fmt: skip
    z = X @ w + b
    difference = z[:, None] - centers
    kernel = 1 / (1 + np.square(difference).sum(axis=2))
    q = kernel / kernel.sum(axis=1, keepdims=True)
    p = q**2 / q.sum(axis=0)
    p /= p.sum(axis=1, keepdims=True)
    pull = 2 * (kernel * (p - q))[:, :, None] * difference / len(X)
    weight = {"dec": 1.0, "idec": gamma * 6}[method]
    residual = (z @ v + c - X) / len(X) * (method == "idec")
    by_code = weight * pull.sum(axis=1) + residual @ v.T
    expected = [
        w - rate * X.T @ by_code,
        b - rate * by_code.sum(axis=0),
        v - rate * z.T @ residual,
        c - rate * residual.sum(axis=0),
    ]
    for found, by_hand in zip(weights_of(refined.model), expected):
        np.testing.assert_allclose(found, by_hand, rtol=1e-4, atol=1e-6)
    moved = centers + rate * weight * pull.sum(axis=0)
    np.testing.assert_allclose(refined.clustering.centers, moved, rtol=1e-4, atol=1e-6)


def with_normalization():
    """A VAE whose decoder keeps moving averages and draws dropout."""
    layers = keras.layers
    decoder = [layers.Dense(8), layers.BatchNormalization(), layers.Dropout(0.3), layers.Dense(6)]
    return kerae.VAE((6,), 2, decoder=keras.Sequential(decoder))


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("method", METHODS)
def test_which_networks_are_trained(method):
    model = with_normalization()
    before = {
        name: arrays(part.weights)
        for name, part in (("encoder", model.encoder), ("decoder", model.decoder))
    }
    refined = analysis.refine_clusters(model, X, centers_of(model), method, **QUICK).model
    assert not any(same(refined.encoder.weights, before["encoder"]))
    stayed = same(refined.decoder.weights, before["decoder"])
    assert all(stayed) if method == "dec" else not any(stayed)
    variance = same(
        refined.latent.log_variance_head.variables, arrays(model.latent.log_variance_head.variables)
    )
    assert all(variance) if method == "dec" else not any(variance)


@pytest.mark.mainly("torch")
def test_the_model_that_was_given_stays_as_it_is():
    model = with_normalization()
    model.compile()
    model.fit(X, epochs=1, verbose=0)
    before = arrays(model.variables + model.optimizer.variables)
    for method in METHODS:
        refined = analysis.refine_clusters(model, X, centers_of(model), method, **QUICK).model
        assert all(same(model.variables + model.optimizer.variables, before))
        assert refined.labels == model.labels
        steps = ops.convert_to_numpy(model.step) + 2 * 3
        assert ops.convert_to_numpy(refined.step) == steps
        # A step of the one may not reuse the memory of the other.
        model.fit(X, epochs=1, verbose=0)
        refined.reconstruct(X)
        before = arrays(model.variables + model.optimizer.variables)


@pytest.mark.mainly("torch")
def test_the_same_seed_gives_the_same_clusters_and_another_one_others():
    model = kerae.AE((6,), 2, encoder=keras.layers.Dropout(0.3))
    centers = centers_of(model)
    first, again, other = (
        analysis.refine_clusters(model, X, centers, seed=seed, **QUICK) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.clustering.centers, again.clustering.centers)
    np.testing.assert_array_equal(first.model.encode(X), again.model.encode(X))
    assert (first.clustering.centers != other.clustering.centers).any()


def distances(z, centers):
    return np.sqrt(np.square(z[:, None] - centers).sum(axis=2))


def nearest(z, centers):
    return distances(z, centers).argmin(axis=1)


@pytest.mark.mainly("torch")
def test_what_is_told_of_the_clusters():
    model = linear()
    centers = centers_of(model)
    options = {"learning_rate": 0.1, "tolerance": 0.0, "batch_size": 8, "verbose": 0}
    one, two = (
        analysis.refine_clusters(model, X, centers, epochs=epochs, **options) for epochs in (1, 2)
    )
    for refined in (one, two):
        clustering = refined.clustering
        labels = nearest(refined.model.encode(X), clustering.centers)
        np.testing.assert_array_equal(clustering.labels, labels)
        np.testing.assert_array_equal(clustering.sizes, np.bincount(labels, minlength=3))
    labels = [nearest(model.encode(X), centers), one.clustering.labels, two.clustering.labels]
    changed = [np.mean(labels[0] != labels[1]), np.mean(labels[1] != labels[2])]
    assert changed[0] > 0
    assert two.clustering.config["changed"] == pytest.approx(changed)
    assert one.clustering.config["changed"] == pytest.approx(changed[:1])
    config = json.loads(json.dumps(two.clustering.config))
    told = {"method": "idec", "n": 24, "converged": False, "seed": 0}
    assert told.items() <= config.items()
    assert {"gamma": 0.1, "epochs": 2, "learning_rate": 0.1}.items() <= config["parameters"].items()
    ended = f"Training ended while {changed[1]:.2%} of the labels changed in an epoch."
    assert ended in config["notes"]


@pytest.mark.mainly("torch")
def test_training_ends_when_fewer_labels_change_than_tolerated():
    model = linear()
    centers = centers_of(model)
    options = {"batch_size": 8, "verbose": 0, "epochs": 4}
    ended = analysis.refine_clusters(model, X, centers, tolerance=1.0, **options)
    config = ended.clustering.config
    assert len(config["changed"]) == 1 and config["converged"] and config["notes"] == []
    # The part has to be below the tolerance, not at it.
    still = {"learning_rate": 1e-9, "tolerance": 0.0}
    went_on = analysis.refine_clusters(model, X, centers, **still, **options)
    assert went_on.clustering.config["changed"] == [0.0] * 4
    assert not went_on.clustering.config["converged"]


def labeled_aae():
    prior = kerae.priors.GaussianMixture.ring(3)
    return kerae.AAE((6,), 2, prior=prior, num_classes=3)


MODELS = {
    "conditional": ("idec", lambda: kerae.CVAE((6,), 2, num_classes=3, embedding_dim=2)),
    "conditional decoder": ("dec", lambda: kerae.CAAE((6,), 2, num_classes=3)),
    "critic that reads labels": ("idec", labeled_aae),
    "tied": ("dec", lambda: kerae.StackedAE((6,), 2, widths=(5,), tied=True)),
    "denoising": ("idec", lambda: kerae.DenoisingAE((6,), 1)),
    "preprocessed": (
        "idec",
        lambda: kerae.VAE((6,), 2, preprocessing=kerae.data.Binarize("dynamic")),
    ),
}


@pytest.mark.mainly("torch")
@pytest.mark.parametrize(("method", "make"), MODELS.values(), ids=MODELS)
def test_every_kind_of_model_is_refined_and_saved(method, make, tmp_path):
    model = make()
    y = Y if model.label_readers else None
    condition = None if model.condition is None else Y
    model.compile()
    centers = centers_of(model, y=condition)
    refined = analysis.refine_clusters(model, X, centers, method, y=y, **QUICK)
    assert type(refined.model) is type(model) and refined.model.labels == model.labels
    assert refined.model.compiled
    z, clustering = refined.model.encode(X, condition), refined.clustering
    assert (z != model.encode(X, condition)).all()
    to_each = distances(z, clustering.centers)
    own = to_each[np.arange(len(X)), clustering.labels]
    np.testing.assert_allclose(own, to_each.min(axis=1), rtol=1e-3)
    refined.model.save(tmp_path / "refined.keras")
    loaded = kerae.load(tmp_path / "refined.keras")
    np.testing.assert_array_equal(loaded.encode(X, condition), z)
    if model.adversary is not None:
        stayed = same(refined.model.adversary.variables, arrays(model.adversary.variables))
        assert all(stayed) if method == "dec" else not any(stayed)
    if model.corruption is not None:
        assert refined.model.corruption is not None
        assert "The corruption of the model was left out." in clustering.config["notes"]


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("method", METHODS)
def test_a_corruption_makes_no_difference(method):
    without, spoilt = linear(), linear(keras.layers.GaussianNoise(0.9))
    found = [
        analysis.refine_clusters(model, X, centers_of(model), method, **QUICK)
        for model in (without, spoilt)
    ]
    np.testing.assert_array_equal(*(each.clustering.centers for each in found))
    np.testing.assert_array_equal(*(each.model.encode(X) for each in found))


@pytest.mark.mainly("torch")
def test_labels_that_only_a_critic_reads_are_not_needed_where_it_is_not_trained():
    model = labeled_aae()
    refined = analysis.refine_clusters(model, X, centers_of(model), "dec", **QUICK)
    assert refined.clustering.labels.shape == (24,)
    with pytest.raises(ValueError, match="AAE needs `y`"):
        analysis.refine_clusters(model, X, centers_of(model), "idec", **QUICK)


@pytest.mark.mainly("torch")
def test_a_cluster_that_nothing_is_near_to_is_told():
    centers = [[0.0, 0.0], [1.0, 1.0], [1e4, 1e4]]
    refined = analysis.refine_clusters(linear(), X, centers, **QUICK)
    assert refined.clustering.sizes[2] == 0
    assert "No example is left in cluster 2." in refined.clustering.config["notes"]


@pytest.mark.mainly("torch")
def test_a_clustering_says_as_much_as_its_centers():
    model = linear()
    clustering = analysis.cluster(model.encode(X), n_clusters=3)
    by_clustering, by_centers = (
        analysis.refine_clusters(model, X, clusters, **QUICK).clustering
        for clusters in (clustering, clustering.centers)
    )
    np.testing.assert_array_equal(by_clustering.centers, by_centers.centers)
    np.testing.assert_array_equal(
        by_clustering.assign(model.encode(X)), nearest(model.encode(X), by_clustering.centers)
    )


@pytest.mark.mainly("torch")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "vade"}, "`method`.*'dec', 'idec'.*'vade'"),
        ({"epochs": 0}, "`epochs`.*at least 1.*epochs=0"),
        ({"batch_size": 0}, "`batch_size`.*at least 1.*0"),
        ({"learning_rate": 0.0}, "`learning_rate`.*more than 0.*0.0"),
        ({"clusters": np.zeros((0, 2))}, "at least 2 clusters"),
        ({"gamma": -0.1}, "`gamma`.*at least 0.*-0.1"),
        ({"seed": -1}, "`seed`.*2\\^31.*-1"),
        ({"tolerance": 2.0}, r"`tolerance`.*\[0, 1\].*2.0"),
        ({"clusters": np.zeros((1, 2))}, "at least 2 clusters"),
        ({"clusters": np.eye(3)}, r"shape of a code, \(2,\).*shape \(3,\)"),
        ({"clusters": np.array([[0.0, np.nan], [1.0, 1.0]])}, "finite centers"),
        ({"clusters": GENERATOR.normal(size=(25, 2))}, "as clusters, 25. Received: 24"),
        ({"x": np.full((24, 6), np.nan, "float32")}, "NaN or infinity in 24 of 24"),
        ({"x": X[:, :5]}, r"`x` of shape \('n', 6\)"),
        ({"x": np.zeros((24, 6), "float32")}, "Expected codes that differ"),
        ({"y": Y}, "(?s)not conditional.*Leave it out"),
        ({"model": keras.Sequential()}, "kerae.Autoencoder.*Sequential"),
    ],
    ids=lambda each: "" if isinstance(each, str) else next(iter(each)),
)
def test_refuses_what_makes_no_sense(arguments, message):
    given = {"model": linear(), "x": X, "clusters": np.eye(2)} | arguments
    with pytest.raises(ValueError, match=message):
        analysis.refine_clusters(**given)


def test_refuses_a_conditional_model_without_labels():
    with pytest.raises(ValueError, match="CVAE needs `y`"):
        analysis.refine_clusters(kerae.CVAE((6,), 2, num_classes=3), X, np.eye(2))


@pytest.mark.mainly("torch")
def test_a_loss_that_is_no_number_ends_training_with_an_error():
    model = linear()
    with pytest.raises(FloatingPointError, match="Lower the learning rate"):
        analysis.refine_clusters(
            model, X, centers_of(model), learning_rate=1e30, tolerance=0.0, epochs=5, verbose=0
        )


@pytest.mark.nightly
@pytest.mark.once
def test_refined_clusters_of_digits_are_nearer_to_the_classes_than_those_of_k_means(digits):
    shape = digits.input_shape
    model = kerae.AE(
        shape,
        10,
        likelihood="normal",
        encoder=networks.dense_encoder(shape, (128, 64), "relu"),
        decoder=networks.dense_decoder((10,), shape, (64, 128), "relu"),
    )
    model.compile()
    model.fit(digits.x_train, epochs=100, batch_size=64, verbose=0)
    before = KMeans(10, n_init=3, random_state=0).fit(model.encode(digits.x_train))
    accuracy = {"k-means": cluster_accuracy(digits.y_train, before.labels_)}
    error = {}
    for method in METHODS:
        refined = analysis.refine_clusters(
            model, digits.x_train, before.cluster_centers_, method, batch_size=64, verbose=0
        )
        accuracy[method] = cluster_accuracy(digits.y_train, refined.clustering.labels)
        images = refined.model.reconstruct(digits.x_train)
        error[method] = np.square(images - digits.x_train).mean()
    assert min(accuracy["dec"], accuracy["idec"]) > accuracy["k-means"], accuracy
    assert error["idec"] < 0.5 * error["dec"]

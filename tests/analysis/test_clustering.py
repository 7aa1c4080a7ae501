"""Clusters, against scikit-learn itself; what is out of reach is said."""

import json
import pickle
import warnings

import numpy as np
import pytest
from sklearn import cluster as sklearn_cluster
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KNeighborsClassifier
from threadpoolctl import threadpool_info, threadpool_limits

from kerae import analysis
from kerae.analysis import Clustering
from kerae.analysis.cluster_methods import METHODS
from kerae.analysis.clustering import numbered_by_size

pytestmark = pytest.mark.once

COUNTED = [name for name in METHODS if name != "hdbscan"]
SIZES = [40, 35, 30, 25, 20]


@pytest.fixture(autouse=True)
def _one_thread():
    with threadpool_limits(1):
        yield


@pytest.fixture
def classes():
    """The true clusters, of sizes 20 to 40, so that the largest is the last."""
    return np.repeat(np.arange(5), SIZES[::-1])


@pytest.fixture
def z(classes):
    """Five groups far from each other in four dimensions."""
    noise = np.random.default_rng(0).normal(size=(150, 4))
    corners = 20 * np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    return (noise + corners[classes]).astype("float32")


def by_scikit_learn(z, method, k, seed):
    """The labels and, where there are, centers of scikit-learn called directly."""
    if method == "kmeans":
        found = sklearn_cluster.KMeans(k, n_init=10, random_state=seed).fit(z)
        return found.labels_, found.cluster_centers_
    if method == "gmm":
        mixture = GaussianMixture(k, n_init=3, max_iter=500, random_state=seed)
        return mixture.fit_predict(z.astype("float64")), mixture.means_
    if method == "hdbscan":
        found = sklearn_cluster.HDBSCAN(min_cluster_size=5, min_samples=5, copy=True)
    elif method == "agglomerative":
        found = sklearn_cluster.AgglomerativeClustering(k)
    else:
        options = {"affinity": "nearest_neighbors", "random_state": seed}
        found = sklearn_cluster.SpectralClustering(k, **options)
    return found.fit(z).labels_, None


@pytest.mark.parametrize("method", METHODS)
def test_clusters_are_those_of_scikit_learn(method):
    """On codes that run into each other, where every detail matters."""
    z = np.random.default_rng(1).normal(size=(150, 2)).astype("float32")
    number = {} if method == "hdbscan" else {"n_clusters": 7}
    found = analysis.cluster(z, method, seed=5, **number)
    expected, centers = by_scikit_learn(z, method, 7, 5)
    # The same clusters by other numbers.
    assert adjusted_rand_score(found.labels, expected) == 1
    assert found.noise == np.sum(expected == -1)
    assert np.array_equal(found.labels == -1, expected == -1)
    for number, center in enumerate(found.centers):
        members = found.labels == number
        assert found.sizes[number] == members.sum()
        (old,) = set(expected[members])
        own = z[expected == old].mean(axis=0) if centers is None else centers[old]
        np.testing.assert_allclose(center, own, rtol=1e-5, atol=1e-6)
    assert found.sizes.tolist() == sorted(found.sizes, reverse=True)
    assert found.sizes.sum() + found.noise == 150


@pytest.mark.parametrize("method", METHODS)
def test_groups_and_their_number_are_found_whatever_the_seed(z, classes, method):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [analysis.cluster(z, method, seed=seed, auto_range=(2, 9)) for seed in (0, 1)]
    for clusters in found:
        assert np.array_equal(clusters.labels, 4 - classes)  # the largest first
        assert clusters.sizes.tolist() == SIZES
        assert clusters.noise == 0
        np.testing.assert_allclose(clusters.centers[0], z[classes == 4].mean(axis=0), atol=1e-3)
    assert list(found[0].curve) == ([] if method == "hdbscan" else list(range(2, 10)))


@pytest.mark.parametrize("method", COUNTED)
def test_the_curve_is_that_of_the_criterion(method):
    z = np.random.default_rng(1).normal(size=(60, 2)).astype("float32")
    found = analysis.cluster(z, method, seed=5, auto_range=(3, 5))
    if method == "gmm":
        expected = {
            k: GaussianMixture(k, n_init=3, max_iter=500, random_state=5)
            .fit(z.astype("float64"))
            .bic(z.astype("float64"))
            for k in (3, 4, 5)
        }
        best = min(expected, key=expected.get)
    else:
        expected = {k: silhouette_score(z, by_scikit_learn(z, method, k, 5)[0]) for k in (3, 4, 5)}
        best = max(expected, key=expected.get)
    assert found.curve == pytest.approx(expected)
    assert len(found.sizes) == best
    assert found.config["criterion"] == ("bic" if method == "gmm" else "silhouette")


@pytest.mark.parametrize("method", METHODS)
def test_config_says_all_and_is_json(z, method):
    number = {} if method == "hdbscan" else {"n_clusters": 3}
    config = json.loads(json.dumps(analysis.cluster(z, method, seed=4, **number).config))
    assert (config["method"], config["seed"], config["criterion"]) == (method, 4, None)
    assert (config["n"], config["n_fitted"]) == (150, 150)
    name = "n_components" if method == "gmm" else "n_clusters"
    assert config["parameters"].get(name, 3) == 3
    assert all(config["versions"].values())


@pytest.mark.parametrize("method", METHODS)
def test_new_codes_are_assigned_to_the_same_numbers(z, classes, method):
    number = {} if method == "hdbscan" else {"n_clusters": 5}
    found = pickle.loads(pickle.dumps(analysis.cluster(z, method, **number)))
    new = z[::7] + 0.1
    assert found.assign(new.astype("float64")).tolist() == (4 - classes[::7]).tolist()
    assert found.assign(new[:1]).tolist() == [4]


def test_clusters_of_another_origin_assign_to_the_nearest_center():
    clusters = Clustering(np.array([0, 1]), np.array([[0.0], [4.0]]), np.array([1, 1]), {})
    assert clusters.assign([[1.9], [2.1]]).tolist() == [0, 1]
    assert clusters.curve == {}
    with pytest.raises(ValueError, match=r"shape \(m, 1\).*Received: shape \(1, 2\)"):
        clusters.assign([[1.0, 2.0]])


@pytest.mark.parametrize("method", METHODS)
def test_of_many_codes_a_part_is_fitted_and_the_others_are_assigned(
    z, classes, method, monkeypatch
):
    monkeypatch.setattr(type(METHODS[method]), "fit_at_most", 100)
    with pytest.warns(UserWarning, match=f'"{method}" was fitted to 100 of 150 codes') as warned:
        found = analysis.cluster(z, method, **({} if method == "hdbscan" else {"n_clusters": 5}))
    assert warned[0].filename == __file__  # the line that calls `cluster`
    assert "`fit_at_most=150`" in str(warned[0].message)
    assert "drawn at random" in found.config["notes"][0]
    assert (found.config["n"], found.config["n_fitted"]) == (150, 100)
    assert np.array_equal(found.labels, 4 - classes)
    assert found.sizes.tolist() == SIZES


def test_the_nearest_fitted_code_says_the_cluster():
    """Also where the groups touch, against scikit-learn."""
    z = np.random.default_rng(1).normal(size=(150, 2)).astype("float32")
    found = analysis.cluster(z, "agglomerative", 4, fit_at_most=90)
    rows = np.sort(np.random.default_rng(0).choice(150, 90, replace=False))
    fitted = sklearn_cluster.AgglomerativeClustering(4).fit(z[rows]).labels_
    expected = KNeighborsClassifier(1).fit(z[rows], fitted).predict(z)
    assert adjusted_rand_score(found.labels, expected) == 1


def test_the_number_is_chosen_on_a_sample_of_many_codes(z, monkeypatch):
    monkeypatch.setattr("kerae.analysis.cluster_methods.number_of_clusters.CHOSEN_ON", 60)
    found = analysis.cluster(z)
    assert found.config["notes"] == ["The number of clusters was chosen on 60 of 150 examples."]
    rows = np.sort(np.random.default_rng(0).choice(150, 60, replace=False))
    labels, _ = by_scikit_learn(z[rows], "kmeans", 4, 0)
    assert found.curve[4] == pytest.approx(silhouette_score(z[rows], labels))
    assert list(found.curve) == list(range(2, 21))
    assert len(found.sizes) == 5
    assert len(found.labels) == 150


def test_few_codes_limit_the_numbers_that_are_tried(z):
    found = analysis.cluster(z[::15])
    assert list(found.curve) == list(range(2, 10))
    assert "At most 9 clusters were tried" in found.config["notes"][0]
    with pytest.raises(ValueError, match="`auto_range`.*Received: 2 different codes"):
        analysis.cluster(z[:2])


def test_a_mixture_is_fitted_on_one_thread_of_linear_algebra(z):
    class Seen:
        def fit_predict(self, z):
            found = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
            self.threads = {pool["num_threads"] for pool in found}

    seen = Seen()
    with threadpool_limits(2):
        METHODS["gmm"].fit(seen, z)
    assert seen.threads == {1}


def test_numbers_by_size_then_by_first_member():
    labels = np.array([2, 0, 2, 0, 1, -1])  # 2 comes before 0, of the same size; 3 is empty
    old, new = numbered_by_size(labels, 4)
    assert old.tolist() == [2, 0, 1, 3]
    assert new[labels].tolist() == [0, 1, 0, 1, 2, -1]


def test_no_cluster_is_said():
    z = np.random.default_rng(0).normal(size=(8, 2))
    with pytest.warns(UserWarning, match='"hdbscan" found no cluster among 8 codes'):
        found = analysis.cluster(z, "hdbscan", min_cluster_size=8)
    assert (found.noise, found.sizes.tolist(), found.centers.shape) == (8, [], (0, 2))
    assert found.assign(z[:2]).tolist() == [-1, -1]


def test_noise_has_no_part_in_centers():
    z = np.concatenate([np.zeros((6, 1)), np.full((6, 1), 9.0), [[100.0]]])
    found = analysis.cluster(z + np.linspace(0, 0.1, 13)[:, None], "hdbscan", min_samples=2)
    assert found.labels.tolist() == [0] * 6 + [1] * 6 + [-1]
    np.testing.assert_allclose(found.centers[:, 0], [0.0208333, 9.0708333], rtol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_one_dimension_and_equal_codes(method):
    z = np.repeat([[0.0], [5.0], [20.0]], [8, 7, 6], axis=0)
    number = {} if method == "hdbscan" else {"n_clusters": 3}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = analysis.cluster(z.astype("float16"), method, **number)
    assert found.sizes.tolist() == [8, 7, 6]
    np.testing.assert_allclose(found.centers, [[0], [5], [20]], atol=1e-4)


def test_as_many_codes_as_dimensions_are_no_affinities():
    z = np.concatenate([np.eye(3), np.eye(3) + 9]).repeat(2, axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = analysis.cluster(z, "spectral", 2)
    assert found.sizes.tolist() == [3, 3]
    assert "n_neighbors is lowered from 10 to 3, as there are 6 codes." in found.config["notes"]


def test_one_cluster_is_a_number_too(z):
    for method in COUNTED:
        assert analysis.cluster(z[:30], method, 1).sizes.tolist() == [30]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "dbscan"}, "\"kmeans\", .* Received: 'dbscan'"),
        ({"n_clusters": 0}, "`n_clusters` to be an integer of at least 1.*Received: 0"),
        ({"n_clusters": 2.0}, "Received: n_clusters=2.0"),
        ({"n_clusters": True}, "Received: n_clusters=True"),
        ({"n_clusters": "many"}, "Received: 'many'"),
        (
            {"n_clusters": 151},
            'at most 150 clusters by "kmeans" of 150 codes, 150 of them different',
        ),
        ({"n_clusters": 150, "method": "spectral"}, "at most 149 clusters"),
        ({"n_clusters": 3, "method": "hdbscan"}, "finds the number itself. Received: 3"),
        ({"auto_range": (1, 4)}, r"`auto_range` .* Received: \(1, 4\)"),
        ({"auto_range": 5}, "Received: 5"),
        ({"auto_range": (2.5, 4)}, r"Received: \(2.5, 4\)"),
        ({"auto_range": (5, 200)}, r"different codes, 149. Received: \(5, 200\)"),
        ({"seed": -1}, "Received: -1"),
        ({"fit_at_most": 1}, "`fit_at_most`"),
        ({"k": 3}, "takes: algorithm, copy_x, .* Received: k"),
        ({"n_init": "lots"}, "can work with. Received: n_init='lots'"),
        ({"n_neighbors": 200, "method": "spectral"}, "`n_neighbors` of at most 75"),
    ],
    ids=str,
)
def test_arguments_out_of_reach(z, options, message):
    with pytest.raises(ValueError, match=message):
        analysis.cluster(z, **options)


@pytest.mark.parametrize(
    ("z", "message"),
    [
        (np.zeros((9, 2, 2)), "shape"),
        (np.array([[0.0], [np.nan]]), "NaN or infinity in 1 of 2 rows"),
        (np.ones((9, 2)), "codes that differ, for clusters"),
        (np.array([[0.0], [1e30]]), r"up to 1e\+18"),
        (np.repeat([[0.0], [1.0]], 9, axis=0), "at most 2 clusters"),
    ],
    ids=["shape", "nan", "equal", "large", "two"],
)
def test_codes_out_of_reach(z, message):
    with pytest.raises(ValueError, match=message):
        analysis.cluster(z, n_clusters=3)

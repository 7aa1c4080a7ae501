import numpy as np
import pytest
from sklearn import datasets, metrics

from kerae import analysis
from kerae.analysis.scoring import scores_of_clusters as module

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def blobs():
    """Codes in four classes, and clusters that fit three of them, with noise."""
    z, labels = datasets.make_blobs(200, 3, centers=4, cluster_std=2.0, random_state=0)
    clusters = np.array([5, 7, 7, 9])[labels]
    clusters[:20] = -1
    return z.astype("float32"), labels, clusters


def test_internal_scores_are_scikit_learns_without_noise(blobs):
    z, _, clusters = blobs
    scores = analysis.score(z, clusters=clusters)
    kept = z[20:], clusters[20:]
    assert scores["silhouette"] == metrics.silhouette_score(*kept)
    assert scores["calinski_harabasz"] == metrics.calinski_harabasz_score(*kept)
    assert scores["davies_bouldin"] == metrics.davies_bouldin_score(*kept)
    assert scores["num_clusters"] == 3 and scores["noise_share"] == 0.1
    assert scores.notes["silhouette"] == "20 examples of noise left out"
    assert "purity" not in scores


def test_external_scores_are_scikit_learns_with_noise_as_a_cluster(blobs):
    z, labels, clusters = blobs
    names = np.array(["cat", "dog", "emu", "fox"])[labels]
    scores = analysis.score(z, labels=names, clusters=clusters)
    for name, function in {
        "adjusted_rand": metrics.adjusted_rand_score,
        "adjusted_mutual_info": metrics.adjusted_mutual_info_score,
        "normalized_mutual_info": metrics.normalized_mutual_info_score,
        "homogeneity": metrics.homogeneity_score,
        "completeness": metrics.completeness_score,
        "v_measure": metrics.v_measure_score,
    }.items():
        assert scores[name] == pytest.approx(function(labels, clusters)), name
    assert scores.notes["purity"] == "20 examples of noise count as one more cluster"


def test_accuracy_and_purity_by_hand():
    # Cluster 0 has 3 of class 0; cluster 1 has 2 of class 0 and 1 of class 1; noise 1 of each.
    labels = np.array([0, 0, 0, 0, 0, 1, 0, 1])
    clusters = np.array([0, 0, 0, 1, 1, 1, -1, -1])
    scores = analysis.score(np.arange(8.0)[:, None], labels=labels, clusters=clusters)
    assert scores["purity"] == (3 + 2 + 1) / 8
    assert scores["cluster_accuracy"] == (3 + 1) / 8


@pytest.mark.parametrize(
    "clusters, reason",
    [
        ([-1] * 6, "all examples are noise"),
        ([2] * 6, "there is one cluster"),
        ([0, 0, 0, 0, 0, -1], "there is one cluster"),
        (range(6), "each example is a cluster of its own"),
    ],
)
def test_internal_scores_need_clusters_to_compare(clusters, reason):
    scores = analysis.score(np.arange(6.0)[:, None], clusters=np.array(clusters))
    for name in module.INTERNAL:
        assert name not in scores
        assert scores.notes[name] == f"left out: {reason}"


def test_equal_codes_have_no_internal_scores():
    scores = analysis.score(np.ones((6, 2)), clusters=[0, 0, 0, 1, 1, 1])
    assert not set(module.INTERNAL) & set(scores)
    assert scores.notes["davies_bouldin"] == "left out: all codes are equal"


@pytest.mark.parametrize(
    "labels, clusters, reason",
    [
        ([0, 1, 0, 1, 0, 1], [-1] * 6, "all examples are noise"),
        ([4] * 6, [0, 0, 0, 1, 1, 1], "there is one class"),
    ],
)
def test_external_scores_need_classes_and_clusters(labels, clusters, reason):
    scores = analysis.score(np.arange(6.0)[:, None], labels=labels, clusters=clusters)
    assert not set(module.EXTERNAL) & set(scores)
    assert scores.notes["adjusted_rand"] == f"left out: {reason}"


def test_one_cluster_tells_nothing():
    scores = analysis.score(np.arange(6.0)[:, None], labels=[0, 1] * 3, clusters=[0] * 6)
    assert scores["adjusted_rand"] == scores["homogeneity"] == 0
    assert scores["completeness"] == 1 and scores["purity"] == 0.5


def test_silhouettes_of_many_codes_are_those_of_some(blobs, monkeypatch):
    z, _, clusters = blobs
    monkeypatch.setattr(module, "SILHOUETTE_LIMIT", 90)
    scores = analysis.score(z, clusters=clusters)
    assert scores.notes["silhouette"] == "on 90 of 180 examples; 20 examples of noise left out"
    assert scores["silhouette"] != metrics.silhouette_score(z[20:], clusters[20:])
    assert scores["silhouette"] == analysis.score(z, clusters=clusters)["silhouette"]
    assert scores["silhouette"] != analysis.score(z, clusters=clusters, seed=1)["silhouette"]


def test_a_sample_of_one_cluster_has_no_silhouette(monkeypatch):
    monkeypatch.setattr(module, "SILHOUETTE_LIMIT", 5)
    clusters = np.zeros(1000, int)
    clusters[0] = 1
    scores = analysis.score(np.arange(1000.0)[:, None], clusters=clusters)
    assert scores.notes["silhouette"] == ("left out: there is one cluster (on 5 of 1,000 examples)")
    assert "davies_bouldin" in scores

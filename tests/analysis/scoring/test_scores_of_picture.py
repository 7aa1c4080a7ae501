import types

import numpy as np
import pytest
from sklearn import manifold

from kerae import analysis, metrics
from kerae.analysis.scoring import scores_of_picture as module

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def picture():
    z = np.random.default_rng(0).normal(size=(120, 4)).astype("float32")
    return z, z[:, :2] + 0.1 * z[:, 2:] ** 2


def test_trustworthiness_is_scikit_learns_and_the_others_are_the_metrics(picture):
    z, points = picture
    scores = analysis.score(z, embedding=points)
    kept = metrics.neighborhood_preservation(z, points)
    expected = {
        "trustworthiness": manifold.trustworthiness(z, points, n_neighbors=10),
        "continuity": manifold.trustworthiness(points, z, n_neighbors=10),
        "neighborhood_preservation": kept[9],
        "neighborhood_auc": metrics.preservation_auc(kept),
        "kruskal_stress": metrics.kruskal_stress(z, points),
        "shepard_correlation": metrics.shepard_correlation(z, points),
    }
    assert {name: scores[name] for name in expected} == pytest.approx(expected)
    assert expected["trustworthiness"] != pytest.approx(expected["continuity"])
    assert scores.notes == {}


def test_a_projection_is_as_good_as_its_points(picture):
    z, points = picture
    projection = types.SimpleNamespace(points=points)
    assert analysis.score(z, embedding=projection) == analysis.score(z, embedding=points)


def test_a_faithful_picture_has_the_best_of_all_scores(picture):
    _, points = picture
    scores = analysis.score(points, embedding=-3 * points)
    best = [scores[name] for name in module.NAMES]
    assert best == pytest.approx([1, 1, 1, 1, 0, 1], abs=1e-6)


def test_many_examples_are_sampled(picture, monkeypatch):
    z, points = picture
    monkeypatch.setattr(module, "LIMIT", 50)
    scores = analysis.score(z, embedding=points, seed=3)
    rows = np.sort(np.random.default_rng(3).choice(120, 50, replace=False))
    expected = manifold.trustworthiness(z[rows], points[rows], n_neighbors=10)
    assert scores["trustworthiness"] == pytest.approx(expected)
    assert scores.notes["kruskal_stress"] == "on 50 of 120 examples"


def test_few_examples_have_no_scores_of_ten_neighbors(picture):
    z, points = picture
    scores = analysis.score(z[:20], embedding=points[:20])
    assert not set(module.NEIGHBOR_SCORES) & set(scores)
    assert scores.notes["continuity"] == "left out: 10 neighbors need more than 20 examples"
    assert "neighborhood_auc" in scores
    assert set(module.NAMES) <= set(analysis.score(z[:21], embedding=points[:21]))


def test_two_examples_or_equal_ones_have_none(picture):
    z, points = picture
    for codes, drawn, reason in (
        (z[:2], points[:2], "there are fewer than 3 examples"),
        (np.ones_like(z), points, "all codes are equal"),
        (z, np.ones_like(points), "all points of the picture are equal"),
    ):
        scores = analysis.score(codes, embedding=drawn)
        assert not set(module.NAMES) & set(scores)
        assert {scores.notes[name] for name in module.NAMES} == {f"left out: {reason}"}


def test_one_dimension_of_codes_or_picture_is_enough(picture):
    z, points = picture
    assert analysis.score(z[:, :1], embedding=points[:, 0])["trustworthiness"] > 0.5

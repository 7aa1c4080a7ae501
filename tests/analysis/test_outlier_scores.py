from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

import kerae
from kerae import analysis

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def examined():
    x = np.random.default_rng(0).random((30, 4), dtype="float32")
    return analysis.examine(kerae.VAE((4,), latent_dim=2), x)


def test_they_are_of_the_codes_and_of_the_examination(examined):
    found = analysis.outlier_scores(examined.z, examined)
    assert list(found) == ["neighbor_distance", "reconstruction_error", "negative_elbo"]
    distance = np.linalg.norm(examined.z[:, None] - examined.z, axis=2)
    assert found["neighbor_distance"] == pytest.approx(np.sort(distance)[:, 10], abs=1e-5)
    assert (found["reconstruction_error"] == examined.error).all()
    assert found["negative_elbo"] == pytest.approx(
        examined.reconstruction + examined.kl.sum(axis=1)
    )
    assert list(analysis.outlier_scores(examined.z)) == ["neighbor_distance"]


def test_codes_without_density_have_no_elbo(examined):
    found = analysis.outlier_scores(examined.z, replace(examined, kl=None))
    assert list(found) == ["neighbor_distance", "reconstruction_error"]


def test_of_few_codes_the_farthest_counts():
    z = np.array([[0.0], [2.0], [9.0]])
    assert analysis.outlier_scores(z)["neighbor_distance"].tolist() == [9, 7, 9]


def test_other_examples_are_refused(examined):
    with pytest.raises(ValueError, match="10 codes and an examination of 30 examples"):
        analysis.outlier_scores(examined.z[:10], examined)


def test_scores_are_scikit_learns_area_below_the_curve(examined):
    truth = np.arange(30) % 3 == 0
    scores = analysis.score(examined.z, examination=examined, outliers=truth)
    for name, unusual in analysis.outlier_scores(examined.z, examined).items():
        assert scores[f"outlier_auc_{name}"] == roc_auc_score(truth, unusual)
    for same in (truth.astype(int), truth.astype(float), truth.tolist()):
        assert analysis.score(examined.z, examination=examined, outliers=same) == scores


def test_an_example_that_is_far_off_is_told():
    z = np.append(np.random.default_rng(0).normal(size=(50, 2)), [[9.0, 9.0]], axis=0)
    scores = analysis.score(z, outliers=np.arange(51) == 50)
    assert scores["outlier_auc_neighbor_distance"] == 1.0


@pytest.mark.parametrize("truth, which", [(np.ones(30), "all"), (np.zeros(30, bool), "no")])
def test_outliers_and_others_are_needed(examined, truth, which):
    scores = analysis.score(examined.z, examination=examined, outliers=truth)
    assert "outlier_auc_negative_elbo" not in scores
    assert scores.notes["outlier_auc_negative_elbo"] == f"left out: {which} examples are outliers"


def test_an_error_that_is_not_finite_leaves_its_scores_out(examined):
    error = examined.error.copy()
    error[3] = np.nan
    broken = replace(examined, error=error)
    scores = analysis.score(examined.z, examination=broken, outliers=np.arange(30) < 5)
    assert "reconstruction_error" not in scores
    assert scores.notes["outlier_auc_reconstruction_error"] == (
        "left out: some examples have no finite value"
    )
    assert "outlier_auc_negative_elbo" in scores

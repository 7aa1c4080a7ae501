"""Scores of disentanglement on fixed arrays, and what must not change them."""

import numpy as np
import pytest
from fixtures import fixture

from kerae import metrics

pytestmark = pytest.mark.once

GENERATOR = np.random.default_rng(0)
FACTORS = GENERATOR.integers(3, size=(600, 3))
MIXED = FACTORS @ np.array([[1.0, 0.3, 0, 0.5], [0, 1, 0.2, 0.5], [0.1, 0, 1, 0.5]])
MIXED = MIXED + 0.1 * GENERATOR.normal(size=MIXED.shape)
FEW = {"num_train": 300, "num_test": 200}
SCORES = {
    "mutual_information_gap": metrics.mutual_information_gap,
    "sap_score": metrics.sap_score,
    "sap_score of numbers": lambda z, v: metrics.sap_score(z, v, continuous=True),
    "disentanglement": lambda z, v: metrics.dci(z, v, num_trees=5)["disentanglement"],
    "informativeness": lambda z, v: metrics.dci(z, v, num_trees=5)["informativeness"],
    "completeness": lambda z, v: metrics.dci(z, v, num_trees=5)["completeness"],
    "modularity": metrics.modularity,
    "explicitness": metrics.explicitness,
    "interventional_robustness": metrics.interventional_robustness,
    "factor_vae_score": lambda z, v: metrics.factor_vae_score(
        np.asarray, metrics.FactorDraws(z, v).alike, 3, **FEW
    ),
    "beta_vae_score": lambda z, v: metrics.beta_vae_score(
        np.asarray, metrics.FactorDraws(z, v).pairs, 3, **FEW
    ),
}
# That these depend on it their docstrings say.
ON_SCALE = {"sap_score", "interventional_robustness", "beta_vae_score"}
ON_DEAD = {"modularity", "completeness"}
LEARNED = 1e-3


@pytest.fixture(scope="module")
def identity():
    return fixture("disentanglement_identity.npz")


def test_values_of_a_perfect_code(identity):
    z, v = identity["codes"], identity["factors"]
    test = identity["codes_test"], identity["factors_test"]
    assert metrics.mutual_information_gap(z, v) == pytest.approx(0.998246, abs=1e-6)
    assert metrics.sap_score(z, v, continuous=True) == pytest.approx(0.999627, abs=1e-6)
    assert metrics.modularity(z, v) == pytest.approx(0.999998, abs=1e-6)
    assert metrics.interventional_robustness(z, v) == pytest.approx(1, abs=1e-6)
    assert metrics.interventional_robustness(z, v, quantile=1.0) == pytest.approx(1, abs=1e-6)
    assert metrics.sap_score(z, v, *test) == pytest.approx(0.520333, abs=LEARNED)
    answers = metrics.dci(z[:1000], v[:1000], *test, num_trees=10)
    assert list(answers.values()) == pytest.approx([1, 1, 1], abs=LEARNED)
    assert metrics.explicitness(z, v, *test) == pytest.approx(1, abs=LEARNED)
    draws = metrics.FactorDraws(z, v)
    assert metrics.factor_vae_score(np.asarray, draws.alike, 4, **FEW) == 1
    assert metrics.beta_vae_score(np.asarray, draws.pairs, 4, **FEW) == 1


def test_values_of_noise(identity):
    """Those of other noise than was measured, so about the same."""
    v = identity["factors"]
    z = np.random.default_rng(0).normal(size=(len(v), 6))
    assert metrics.mutual_information_gap(z, v) == pytest.approx(0.001, abs=0.001)
    assert metrics.sap_score(z, v, continuous=True) == pytest.approx(0.001, abs=0.001)
    assert metrics.modularity(z, v) == pytest.approx(0.60, abs=0.05)
    assert metrics.interventional_robustness(z, v) == pytest.approx(0.29, abs=0.04)
    assert metrics.interventional_robustness(z, v, quantile=1.0) == pytest.approx(0.11, abs=0.04)
    assert metrics.explicitness(z, v) == pytest.approx(0.5, abs=0.03)
    draws = metrics.FactorDraws(z, v)
    for score in (
        metrics.factor_vae_score(np.asarray, draws.alike, 4, **FEW),
        metrics.beta_vae_score(np.asarray, draws.pairs, 4, **FEW),
    ):
        assert abs(score - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 200)


@pytest.mark.parametrize("name", SCORES)
def test_the_order_of_dimensions_does_not_matter(name):
    score = SCORES[name]
    tolerance = 0.02 if name in {"disentanglement", "informativeness", "completeness"} else 1e-6
    assert score(MIXED[:, [2, 0, 3, 1]], FACTORS) == pytest.approx(
        score(MIXED, FACTORS), abs=tolerance
    )


@pytest.mark.parametrize("name", [name for name in SCORES if name not in ON_SCALE])
def test_the_scale_of_dimensions_does_not_matter(name):
    score = SCORES[name]
    scaled = np.array([0.5, 2, 8, 4]) * MIXED
    assert score(scaled, FACTORS) == pytest.approx(score(MIXED, FACTORS), abs=1e-6)


def test_the_unit_of_codes_does_not_matter_to_interventional_robustness():
    expected = metrics.interventional_robustness(MIXED, FACTORS)
    assert metrics.interventional_robustness(3 * MIXED, FACTORS) == pytest.approx(expected)


@pytest.mark.parametrize("name", SCORES)
def test_a_dead_dimension_does_not_matter(name):
    score = SCORES[name]
    wider = np.insert(MIXED, 1, 0.1, axis=1)
    same = score(wider, FACTORS) == pytest.approx(score(MIXED, FACTORS), abs=LEARNED)
    assert same == (name not in ON_DEAD)

"""The scores of codes beside factors, against values of fixed arrays, and their remarks."""

from functools import partial

import numpy as np
import pytest
from fixtures import fixture

from kerae import analysis, metrics

pytestmark = pytest.mark.once

FACTORS = np.stack([np.arange(600) % 3, np.arange(600) // 3 % 2, np.zeros(600, int)], axis=1)
NAMES = {name for name, entry in analysis.glossary().items() if entry.group == "factors"}


@pytest.fixture
def quick(monkeypatch):
    """Few draws of the scores that draw."""
    for name in ("beta_vae_score", "factor_vae_score"):
        score = partial(getattr(metrics, name), num_train=100, num_test=50)
        monkeypatch.setattr(metrics, name, score)


def test_values_of_a_perfect_code():
    arrays = fixture("disentanglement_identity.npz")
    scores = analysis.score(arrays["codes"], factors=arrays["factors"])
    assert NAMES <= set(scores)
    assert scores["mutual_information_gap"] == pytest.approx(0.998246, abs=1e-6)
    assert scores["modularity"] == pytest.approx(0.999998, abs=1e-6)
    assert scores["interventional_robustness"] == pytest.approx(1, abs=1e-6)
    assert scores["sap_score"] == pytest.approx(0.52, abs=0.08)  # of fewer examples
    best = {name for name in NAMES if name.startswith("dci")} | {"explicitness"}
    best |= {"beta_vae_score", "factor_vae_score"}
    assert [scores[name] for name in best] == pytest.approx([1] * 6, abs=0.01)
    assert scores.notes["dci_completeness"] == "30 trees; on 2,000 of 3,000 examples"
    assert "explicitness" not in scores.notes


def test_a_factor_of_one_value_is_left_out_and_told(quick):
    z = FACTORS + np.random.default_rng(0).normal(scale=0.1, size=(600, 3))
    scores = analysis.score(z, factors=FACTORS)
    assert NAMES <= set(scores)
    assert scores["mutual_information_gap"] == metrics.mutual_information_gap(z, FACTORS[:, :2])
    for name in NAMES:
        assert scores.notes[name].endswith("factors of one value left out: 2")


@pytest.mark.parametrize(
    "z, factors, left_out, reason",
    [
        (np.eye(600)[:, :2], FACTORS[:, 1:], NAMES, "fewer than two factors vary"),
        (1.0 * FACTORS[:, :1], FACTORS[:, :2], {"dci_completeness"}, "there is one dimension"),
        (np.eye(4)[:, :2], FACTORS[:4, :2], {"sap_score", "explicitness"}, "Expected `factors`"),
    ],
    ids=["one factor", "one dimension", "few examples"],
)
def test_what_cannot_be_measured_is_left_out_with_the_reason(z, factors, left_out, reason, quick):
    scores = analysis.score(z, factors=factors)
    assert not left_out & set(scores)
    for name in left_out:
        assert scores.notes[name].startswith(f"left out: {reason}")


@pytest.mark.parametrize(
    "factors, message",
    [
        (FACTORS[:-1], "`factors` to have one entry for each of 600 codes"),
        (FACTORS[:, 0], r"`factors` to be integers of shape \(n, num_factors\).* shape \(600,\)"),
        (FACTORS / 2, "float64 of shape"),
    ],
)
def test_other_factors_are_refused(factors, message):
    with pytest.raises(ValueError, match=message):
        analysis.score(1.0 * FACTORS, factors=factors)

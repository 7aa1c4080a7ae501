"""The two scores that draw examples of factors of variation."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from kerae import metrics

pytestmark = pytest.mark.once

FACTORS = np.random.default_rng(0).integers(4, size=(500, 3))
DRAWS = metrics.FactorDraws(FACTORS + 0.5, FACTORS)
MIX = np.array([[1.0, 0.5, 0.8], [0.7, 1, 0.5], [0.6, 0.4, 1]])
FEW = {"batch_size": 5, "num_train": 60, "num_test": 40}


def mixed(x):
    return np.asarray(x) @ MIX


def test_beta_vae_score_point_by_point():
    generator, sets = np.random.default_rng(0), []
    for count in (60, 40):
        factors, points = generator.integers(3, size=count), []
        for k in factors:
            first, second = DRAWS.pairs(k, 5, generator)
            points.append(np.mean(np.abs(mixed(first) - mixed(second)), axis=0))
        sets.append((np.array(points), factors))
    expected = LogisticRegression(max_iter=200).fit(*sets[0]).score(*sets[1])
    assert metrics.beta_vae_score(mixed, DRAWS.pairs, 3, **FEW) == pytest.approx(expected)
    assert 0.4 < expected < 1


def test_factor_vae_score_vote_by_vote():
    def encode(x):  # of dimensions that vary much, not at all, and too little to vote
        return np.insert(mixed(x) * [1, 100, 1], 1, 0.001 * x[:, 0], axis=1)

    generator = np.random.default_rng(0)
    variance = mixed(DRAWS.alike(None, 300, generator)).var(axis=0, ddof=1)

    def votes(count):
        pairs = []
        for k in generator.integers(3, size=count):
            z = mixed(DRAWS.alike(k, 5, generator))
            pairs.append((k, int(np.argmin(z.var(axis=0, ddof=1) / variance))))
        return pairs

    train = votes(60)
    most = {j: np.argmax([train.count((k, j)) for k in range(3)]) for j in range(3)}
    expected = np.mean([most[j] == k for k, j in votes(40)])
    score = metrics.factor_vae_score(encode, DRAWS.alike, 3, num_variance=300, **FEW)
    assert score == pytest.approx(expected)
    assert 0.4 < expected < 1


def test_many_batches_are_encoded_together(monkeypatch):
    sizes = []

    def encode(x):
        sizes.append(len(x))
        return np.asarray(x)

    expected = metrics.beta_vae_score(mixed, DRAWS.pairs, 3, **FEW)
    monkeypatch.setattr("kerae.metrics.encoded.EXAMPLES_AT_ONCE", 50)
    metrics.beta_vae_score(encode, DRAWS.pairs, 3, **FEW)
    metrics.factor_vae_score(encode, DRAWS.alike, 3, num_variance=120, **FEW)
    assert max(sizes) == 50
    assert metrics.beta_vae_score(mixed, DRAWS.pairs, 3, **FEW) == expected


def test_dead_codes_have_no_votes():
    assert metrics.factor_vae_score(lambda x: 0.01 * np.asarray(x), DRAWS.alike, 3, **FEW) == 0


def test_functions_that_give_something_else_are_refused():
    with pytest.raises(ValueError, match="`draw_pairs` to draw 5 examples"):
        metrics.beta_vae_score(mixed, lambda k, count, g: DRAWS.pairs(k, 4, g), 3, **FEW)
    with pytest.raises(ValueError, match="`encode` to give one code for each of 300"):
        metrics.beta_vae_score(lambda x: x[:9], DRAWS.pairs, 3, **FEW)

"""Both definitions against scikit-learn, which has them under other names."""

import numpy as np
import pytest
from sklearn.metrics import explained_variance_score, r2_score

from kerae import metrics

pytestmark = pytest.mark.once


@pytest.fixture
def pair():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(60, 5)) * [1, 2, 3, 4, 5] + 100
    return x, x + 0.7 * generator.normal(size=x.shape) + [0.5, 0, 0, 0, -2]


def test_scikit_learn_has_the_same(pair):
    x, x_hat = pair
    explained = explained_variance_score(x, x_hat, multioutput="variance_weighted")
    assert metrics.centered_explained_variance(x, x_hat) == pytest.approx(explained, rel=1e-9)
    r2 = r2_score(x, x_hat, multioutput="variance_weighted")
    assert metrics.explained_variance(x, x_hat) == pytest.approx(r2, rel=1e-9)
    assert 1 - metrics.unexplained_variance(x, x_hat) == pytest.approx(r2, rel=1e-9)
    offset = np.square((x - x_hat).mean(axis=0)).sum() / x.var(axis=0).sum()
    assert explained - r2 == pytest.approx(offset) and offset > 0.05


def test_blocks_and_functions_give_the_same(pair, monkeypatch):
    x, x_hat = pair
    explained = metrics.centered_explained_variance(x, x_hat)
    unexplained = metrics.unexplained_variance(x, x_hat)
    monkeypatch.setattr("kerae.metrics.blocks.PAIRS_AT_ONCE", 35)
    assert metrics.centered_explained_variance(x, x_hat) == pytest.approx(explained, rel=1e-9)
    assert metrics.unexplained_variance(x, x_hat) == pytest.approx(unexplained, rel=1e-9)
    residual, rows = x_hat - x, iter(range(60))

    def reconstruct(part):
        return part + residual[[next(rows) for _ in part]]

    blocks = (part for part in np.split(x, [10, 30]))
    found = metrics.explained_variance(blocks, reconstruct)
    assert found == pytest.approx(1 - unexplained, rel=1e-9)


def test_a_large_mean_costs_no_digits():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(200, 3))
    x_hat = x + 0.1 * generator.normal(size=x.shape)
    blocks = metrics.unexplained_variance(x, x_hat)
    assert metrics.unexplained_variance(x + 1e7, x_hat + 1e7) == pytest.approx(blocks, rel=1e-6)


def test_images_are_rows():
    x = np.random.default_rng(0).random((9, 4, 4, 1), dtype="float32")
    flat = x.reshape(9, -1)
    assert metrics.centered_explained_variance(x, x / 2) == metrics.centered_explained_variance(
        flat, flat / 2
    )


def test_what_does_not_vary_or_fit_is_refused(pair):
    x, x_hat = pair
    with pytest.raises(ValueError, match="`x` that differ"):
        metrics.centered_explained_variance(np.ones((4, 2)), np.ones((4, 2)))
    with pytest.raises(ValueError, match="`x_hat` of the shape"):
        metrics.unexplained_variance(x, x_hat[:, :4])
    with pytest.raises(ValueError, match="`x_hat` of the shape"):
        metrics.unexplained_variance(x, lambda rows: rows[:, :4])

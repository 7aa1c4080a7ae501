import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once


def test_by_hand():
    # R_NX(K) = (4 Q - K) / (4 - K) is 0.2, 0.2 and 1; its weights are 1, 1/2 and 1/3.
    auc = metrics.preservation_auc(np.array([0.4, 0.6, 1.0, 1.0]))
    assert auc == pytest.approx((0.2 + 0.1 + 1 / 3) / (1 + 1 / 2 + 1 / 3))


def test_a_faithful_picture_has_1_and_a_random_one_about_0():
    generator = np.random.default_rng(0)
    z = generator.normal(size=(500, 3))
    faithful = metrics.neighborhood_preservation(z, 2 * z)
    assert metrics.preservation_auc(faithful) == pytest.approx(1)
    random = metrics.neighborhood_preservation(z, generator.normal(size=(500, 2)))
    assert abs(metrics.preservation_auc(random)) < 0.01


@pytest.mark.parametrize("preservation", [np.ones(1), np.ones((3, 3))])
def test_a_curve_is_needed(preservation):
    with pytest.raises(ValueError, match="Q_NX"):
        metrics.preservation_auc(preservation)

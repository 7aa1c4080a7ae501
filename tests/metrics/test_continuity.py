import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from kerae import metrics

pytestmark = pytest.mark.once

Z = np.array([[0.0], [1.0], [3.0], [7.0], [15.0]])


def test_by_hand():
    # The nearest codes are 1, 0, 1, 2, 3; in the picture they are the neighbors of rank
    # 2, 2, 1, 1, 4. The nearest points are 4, 4, 1, 2, 0, of rank 4, 4, 1, 1, 4 as codes.
    points = np.array([[0.0], [3.0], [7.0], [15.0], [1.0]])
    continuity = metrics.continuity(Z, points, num_neighbors=1)
    assert continuity == pytest.approx(1 - 2 / (5 * (10 - 3 - 1)) * (1 + 1 + 3))
    trust = trustworthiness(Z, points, n_neighbors=1)
    assert trust == pytest.approx(1 - 2 / (5 * (10 - 3 - 1)) * (3 + 3 + 3))


def test_a_torn_circle_is_trustworthy_but_not_continuous():
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    line = angle[:, None]
    assert metrics.continuity(circle, line, 5) < trustworthiness(circle, line, n_neighbors=5) - 0.01


@pytest.mark.parametrize("num_neighbors", [0, 3])
def test_as_many_neighbors_as_half_the_codes_are_refused(num_neighbors):
    with pytest.raises(ValueError, match=f"`num_neighbors` .*Received: .*{num_neighbors}"):
        metrics.continuity(Z, Z, num_neighbors)

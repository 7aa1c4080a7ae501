"""Distances of sets against the values of other packages on the same arrays."""

import pytest
from fixtures import fixture

from kerae import metrics

pytestmark = pytest.mark.once

VALUES = {
    "same": (0.872, 0.866, 1.0516, 0.972, 0.314318, 0.00116721),
    "narrow": (1.0, 0.038, 6.9732, 0.992, 3.996661, 0.10050149),
    "shifted": (0.35, 0.318, 0.1328, 0.164, 16.440201, 7.42820552),
}


@pytest.mark.parametrize("name", VALUES)
def test_they_are_those_of_other_packages(name):
    arrays = fixture("prdc.npz")
    if not {"real", name} <= set(arrays):
        pytest.skip(f"other arrays in prdc.npz: {', '.join(arrays)}")
    real, made = arrays["real"], arrays[name]
    answers = metrics.precision_recall(real, made) + metrics.density_coverage(real, made)
    answers += metrics.frechet_distance(real, made), metrics.kernel_distance(real, made)
    assert answers == pytest.approx(VALUES[name], rel=1e-6, abs=1e-6)

import numpy as np
import pytest
from legible import assert_legible

from kerae import figures

pytestmark = pytest.mark.once


def test_the_curve_runs_by_number_and_the_chosen_one_is_marked():
    figure = figures.criterion_curve({4: 0.5, 2: 0.3, 3: 0.6}, chosen=3, criterion="silhouette")
    curve, mark, line = figure.axes[0].lines
    np.testing.assert_array_equal(curve.get_xydata(), [[2, 0.3], [3, 0.6], [4, 0.5]])
    np.testing.assert_array_equal(mark.get_xydata(), [[3, 0.6]])
    assert set(line.get_xdata()) == {3}
    (text,) = figure.axes[0].get_legend().get_texts()
    assert text.get_text() == "chosen: 3"
    assert_legible(figure)


@pytest.mark.parametrize(
    "criterion, label",
    [
        ("silhouette", "silhouette (higher is better)"),
        ("bic", "BIC (lower is better)"),
        ("inertia", "inertia"),
    ],
)
def test_the_axis_says_which_direction_is_better(criterion, label):
    figure = figures.criterion_curve({2: 1e6, 3: 2e6}, 2, criterion)
    assert figure.axes[0].get_ylabel() == label
    assert_legible(figure)


def test_refuses_a_number_that_was_not_tried():
    with pytest.raises(ValueError, match="one of 2, 3. Received: 5"):
        figures.criterion_curve({3: 1.0, 2: 2.0}, 5, "bic")

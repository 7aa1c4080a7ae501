import numpy as np
import pytest
from legible import assert_legible

from kerae import figures

pytestmark = pytest.mark.once

x = np.linspace(0, 1, 40).reshape(40, 1, 1, 1) * np.ones((1, 3, 3, 1))
values = np.random.default_rng(0).permutation(40) / 7.0


@pytest.mark.parametrize("half, order", [(0, np.argsort(-values)), (1, np.argsort(values))])
def test_each_original_stands_above_its_reconstruction_and_its_value(half, order):
    figure = figures.extremes(x, 1 - x, values, "distance", columns=5)
    axes = figure.axes[half]
    assert axes.get_title() == ("largest distance", "smallest distance")[half]
    picture = np.asarray(axes.images[0].get_array())
    np.testing.assert_allclose(picture[2, 2::4], x[order[:5], 0, 0, 0])
    np.testing.assert_allclose(picture[6, 2::4], 1 - x[order[:5], 0, 0, 0])
    shown = [float(text.get_text()) for text in axes.get_xticklabels()]
    np.testing.assert_allclose(shown, values[order[:5]], rtol=0.005)
    np.testing.assert_array_equal(axes.get_xticks(), 2 + 4 * np.arange(5))
    assert_legible(figure)


@pytest.mark.parametrize("scale", [1e-12, 1e-3, 0.1234567, 123.45678, 1e5, -1e7, -0.001])
def test_values_of_any_size_have_room(scale):
    assert_legible(figures.extremes(x, x, scale * (1 + values)))


@pytest.mark.parametrize("count, columns", [(1, 1), (5, 2), (40, 8)])
def test_few_examples_are_divided_between_both_halves(count, columns):
    figure = figures.extremes(x[:count], x[:count], values[:count])
    assert [len(axes.get_xticks()) for axes in figure.axes] == [columns, columns]


@pytest.mark.parametrize(
    "wrong", [values[:39], np.where(values > 1, np.nan, values), values[:, None]]
)
def test_refuses_values_that_are_not_finite_or_of_another_length(wrong):
    with pytest.raises(ValueError, match="`values`"):
        figures.extremes(x, x, wrong)

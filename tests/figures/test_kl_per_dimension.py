import numpy as np
import pytest
from legible import assert_legible

from kerae import figures
from kerae.figures.classes import colors

pytestmark = pytest.mark.once


def bars(figure):
    """Height and color of each bar, from the left."""
    found = sorted(figure.axes[0].patches, key=lambda bar: bar.get_x())
    return [bar.get_height() for bar in found], [bar.get_facecolor()[:3] for bar in found]


def test_bars_are_means_the_largest_first_and_the_collapsed_in_another_color():
    kl = np.array([[1.0, 0.004, 2.0, 0.0], [2.0, 0.008, 4.0, 0.0]])
    figure = figures.kl_per_dimension(kl)
    heights, shades = bars(figure)
    np.testing.assert_allclose(heights, [3.0, 1.5, 0.006, 0.0])
    np.testing.assert_allclose(shades, colors([0, 0, 1, 1]))
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_xticklabels()] == ["2", "0", "1", "3"]
    assert set(axes.lines[0].get_ydata()) == {0.01} and axes.get_yscale() == "log"
    (legend,) = figure.legends
    texts = {text.get_text() for text in legend.get_texts()}
    assert texts == {"active: 2", "collapsed: 2", "threshold: 0.01 nats"}
    assert_legible(figure)


@pytest.mark.parametrize("dims", [1, 16, 17, 28, 100])
def test_any_number_of_dimensions_has_room(dims):
    figure = figures.kl_per_dimension(np.random.default_rng(0).random((5, dims)))
    assert len(bars(figure)[0]) == dims
    assert len(figure.axes[0].get_xticks()) == (dims if dims <= 28 else 0)
    assert_legible(figure)


def test_a_posterior_that_has_collapsed_is_drawn_as_such():
    figure = figures.kl_per_dimension(np.zeros((3, 2)), threshold=0.1)
    assert {text.get_text() for text in figure.legends[0].get_texts()} == {
        "collapsed: 2",
        "threshold: 0.1 nats",
    }
    assert_legible(figure)


@pytest.mark.parametrize("kl", [None, np.ones(3), np.array([[1.0], [np.nan]])])
def test_refuses_what_is_not_a_kl_for_each_dimension(kl):
    with pytest.raises(ValueError, match="`kl`"):
        figures.kl_per_dimension(kl)

import numpy as np
import pytest
from legible import assert_legible

from kerae import figures
from kerae.figures.classes import colors

pytestmark = pytest.mark.once


def panels(titles=("before", "after"), count=60):
    generator = np.random.default_rng(0)
    codes = [generator.normal(size=(60, 2)), 5 * generator.normal(size=(60, 2))]
    labels = np.arange(count) % 3
    return codes, figures.latent_panels(codes, labels, ("a", "b", "c"), titles)


def test_panels_stand_side_by_side_with_one_legend():
    codes, figure = panels()
    assert [axes.get_title() for axes in figure.axes] == ["before", "after"]
    for axes, z in zip(figure.axes, codes):
        (points,) = axes.collections
        found = np.column_stack([points.get_offsets(), points.get_facecolor()[:, :3]])
        expected = np.column_stack([z, colors(np.arange(60) % 3)])
        np.testing.assert_allclose(found[np.lexsort(found.T)], expected[np.lexsort(expected.T)])
        assert axes.get_aspect() == 1
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("z[0]", "z[1]")
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b", "c"]
    assert_legible(figure)


@pytest.mark.parametrize("arguments", [{"titles": ("one",)}, {"count": 59}], ids=str)
def test_refuses_panels_without_a_title_or_labels(arguments):
    with pytest.raises(
        ValueError, match="one of `titles` for each of `codes`|`labels`.*one for each"
    ):
        panels(**arguments)

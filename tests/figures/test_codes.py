import io

import numpy as np
import pytest

from kerae import figures

pytestmark = pytest.mark.once


def points(axes):
    """What is drawn, and its label, sorted."""
    drawn = axes.collections[0]
    together = np.column_stack([drawn.get_offsets(), drawn.get_array()])
    return together[np.lexsort(together.T)]


def expected(z, labels):
    together = np.column_stack([z, labels])
    return together[np.lexsort(together.T)]


def legend_colours(figure):
    (legend,) = figure.legends
    return [handle.get_facecolor()[0] for handle in legend.legend_handles]


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_the_scatter_shows_every_example_once_with_its_label(latent_dim):
    rng = np.random.default_rng(0)
    z, labels = rng.normal(size=(60, latent_dim)), rng.integers(0, 3, 60)
    figure = figures.latent_scatter(z, labels, ("a", "b", "c"))
    drawn = points(figure.axes[0])
    np.testing.assert_array_equal(np.bincount(drawn[:, 2].astype(int)), np.bincount(labels))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b", "c"]
    if latent_dim == 2:
        np.testing.assert_allclose(drawn, expected(z, labels))


def test_points_have_the_colour_that_the_legend_gives_their_class_and_hide_none():
    labels = np.repeat(np.arange(3), 50)
    figure = figures.latent_scatter(np.random.default_rng(0).normal(size=(150, 2)), labels, "abc")
    figure.savefig(io.BytesIO())  # which colours the points
    drawn = figure.axes[0].collections[0]
    classes = np.asarray(drawn.get_array()).astype(int)
    np.testing.assert_allclose(drawn.get_facecolor(), np.array(legend_colours(figure))[classes])
    assert len(set(classes[-20:])) == 3


def panels(titles=("before", "after"), count=60):
    generator = np.random.default_rng(0)
    codes = [generator.normal(size=(60, 2)), 5 * generator.normal(size=(60, 2))]
    labels = np.arange(count) % 3
    return codes, figures.latent_panels(codes, labels, ("a", "b", "c"), titles)


def test_panels_stand_side_by_side_with_one_legend():
    codes, figure = panels()
    assert [axes.get_title() for axes in figure.axes] == ["before", "after"]
    for axes, z in zip(figure.axes, codes):
        np.testing.assert_allclose(points(axes), expected(z, np.arange(60) % 3))
        assert axes.get_aspect() == 1
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("z[0]", "z[1]")
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b", "c"]


@pytest.mark.parametrize("arguments", [{"titles": ("one",)}, {"count": 59}], ids=str)
def test_refuses_panels_without_a_title_or_labels(arguments):
    with pytest.raises(ValueError, match=r"a title for each panel and a label for each code"):
        panels(**arguments)

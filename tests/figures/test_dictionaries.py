import numpy as np
import pytest
from legible import assert_legible

from kerae import figures, metrics

pytestmark = pytest.mark.once


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_density_histogram_counts_each_living_feature():
    frequency = np.concatenate([np.zeros(5), 10.0 ** np.linspace(-5, -0.1, 45)])
    figure = figures.density_histogram(frequency)
    (axes,) = figure.axes
    counts, edges, _ = axes.patches[0].get_data()
    assert counts.sum() == 45 and axes.get_xscale() == "log"
    assert edges[0] == pytest.approx(1e-5) and edges[-1] == 1
    total = f"50 features, L0 {frequency.sum():.3g}"
    dense = f"dense, above 0.1: {np.mean(frequency > 0.1):.0%}"
    assert legend(figure) == [total, "dead: 10%", dense]
    assert_legible(figure)


def test_a_dictionary_that_is_dead_is_drawn_too():
    assert legend(figures.density_histogram(np.zeros(3)))[1] == "dead: 100%"


def test_the_coherence_histogram_counts_each_atom_beside_random_ones():
    atoms = np.random.default_rng(1).normal(size=(200, 16))
    atoms[0] = -atoms[1]
    figure = figures.coherence_histogram(atoms)
    (axes,) = figure.axes
    heights = axes.patches[0].get_data().values
    values = metrics.coherence(atoms)
    np.testing.assert_array_equal(heights, np.histogram(values, 40, (0, 1))[0])
    assert legend(figure) == ["200 atoms, at most 1", "random directions"]
    assert_legible(figure)


def test_atoms_are_red_above_0_and_blue_below():
    atoms = np.zeros((2, 4))
    atoms[0] = [2.0, -2.0, 0.0, 1.0]
    picture = figures.atoms(atoms, (2, 2, 1)).axes[0].images[0].get_array()
    red, blue, white, pink = picture[1, 1], picture[1, 2], picture[2, 1], picture[2, 2]
    assert red[0] > 0.6 > 0.2 > red[2] and blue[2] > 0.6 > 0.2 > blue[0]
    np.testing.assert_allclose(white, 1)
    np.testing.assert_allclose(pink, (white + red) / 2)
    assert np.isfinite(np.asarray(picture, float)).all()  # of an atom of zeros too


def test_atoms_of_colors_are_gray_at_0():
    atoms = np.zeros((1, 12))
    atoms[0, :3] = [1.0, -1.0, 0.5]
    picture = figures.atoms(atoms, (2, 2, 3)).axes[0].images[0].get_array()
    np.testing.assert_allclose(picture[1, 1], [1, 0, 0.75])
    np.testing.assert_allclose(picture[2, 2], 0.5)


def test_atoms_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="Expected `shape` to be height, width"):
        figures.atoms(np.ones((2, 5)), (2, 2, 1))

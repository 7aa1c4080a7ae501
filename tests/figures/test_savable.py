import inspect

import matplotlib
import numpy as np
import pytest
from legible import texts
from matplotlib.figure import Figure
from PIL import Image

import kerae
from kerae import figures
from kerae.figures.savable import STYLE

pytestmark = pytest.mark.once

rng = np.random.default_rng(0)
z, labels = rng.normal(size=(30, 3)), np.arange(30) % 3
x = rng.random((30, 8, 8, 1))
DRAW = {
    "atoms": lambda **path: figures.atoms(x[..., 0].reshape(30, 64) - 0.5, (8, 8, 1), **path),
    "category_traversals": lambda **path: figures.category_traversals(
        x.reshape(5, 6, 8, 8, 1), **path
    ),
    "cluster_sheet": lambda **path: figures.cluster_sheet(x, z, labels, z[:3], x[:3], **path),
    "code_maps": lambda **path: figures.code_maps(x, np.arange(120).reshape(30, 2, 2), x, **path),
    "code_usage": lambda **path: figures.code_usage(np.arange(120) % 50, 64, **path),
    "coherence_histogram": lambda **path: figures.coherence_histogram(z, **path),
    "confusion": lambda **path: figures.confusion(labels, labels, **path),
    "criterion_curve": lambda **path: figures.criterion_curve({2: 1.0, 3: 2.0}, 3, "bic", **path),
    "density_histogram": lambda **path: figures.density_histogram(np.abs(np.tanh(z[:, 0])), **path),
    "error_by_class": lambda **path: figures.error_by_class(z[:, 0], labels, **path),
    "extremes": lambda **path: figures.extremes(x, x, z[:, 0], **path),
    "interpolations": lambda **path: figures.interpolations(x.reshape(5, 6, 8, 8, 1), **path),
    "kl_per_dimension": lambda **path: figures.kl_per_dimension(z**2, **path),
    "latent_panels": lambda **path: figures.latent_panels(
        [z], labels, ("a", "b", "c"), ["one"], **path
    ),
    "latent_scatter": lambda **path: figures.latent_scatter(z, labels, **path),
    "loss_curves": lambda **path: figures.loss_curves({"loss": [2.0, 1.0]}, **path),
    "manifold": lambda **path: figures.manifold(kerae.AE((4, 4, 1), 2), 3, **path),
    "reconstructions": lambda **path: figures.reconstructions(x, x, **path),
    "samples": lambda **path: figures.samples(x, **path),
    "traversals": lambda **path: figures.traversals(x.reshape(5, 6, 8, 8, 1), **path),
}


def test_every_function_that_draws_is_here():
    functions = {name for name, value in vars(figures).items() if inspect.isfunction(value)}
    assert functions - {"is_image"} == set(DRAW)


@pytest.mark.parametrize("name", DRAW)
def test_every_function_returns_a_figure_and_saves_it_where_a_path_says(name, tmp_path):
    assert type(DRAW[name]()) is Figure
    path = tmp_path / "new" / "picture.png"
    figure = DRAW[name](path=path)
    width, height = figure.get_size_inches()
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.size == pytest.approx((300 * width, 300 * height), abs=1)
    assert [file.name for file in path.parent.iterdir()] == ["picture.png"]


@pytest.mark.parametrize("name", DRAW)
def test_every_function_documents_its_path(name):
    function = getattr(figures, name)
    assert inspect.signature(function).parameters["path"].kind is inspect.Parameter.KEYWORD_ONLY
    assert "path: File ending in .png, .pdf or .svg" in function.__doc__


@pytest.mark.parametrize(
    "suffix, start", [("pdf", b"%PDF"), ("svg", b"<?xml"), ("PNG", b"\x89PNG")]
)
def test_the_suffix_is_the_format(suffix, start, tmp_path):
    path = tmp_path / f"picture.{suffix}"
    DRAW["loss_curves"](path=str(path))
    assert path.read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["picture.jpg", "picture"])
def test_refuses_other_formats_before_it_draws(name, tmp_path):
    with pytest.raises(ValueError, match=r"end in \.png, \.pdf or \.svg\. Received"):
        figures.samples(None, path=tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_was_there_stays_when_saving_fails(tmp_path, monkeypatch):
    path = tmp_path / "picture.png"
    path.write_text("before")

    def fails(figure, file, **options):
        file.write_text("half")
        raise RuntimeError

    monkeypatch.setattr(Figure, "savefig", fails)
    with pytest.raises(RuntimeError):
        DRAW["samples"](path=path)
    assert path.read_text() == "before" and len(list(tmp_path.iterdir())) == 1


def test_the_style_is_that_of_the_figures_only():
    figure = DRAW["loss_curves"]()
    for name in STYLE:
        assert matplotlib.rcParams[name] == matplotlib.rcParamsDefault[name]
    (axes,) = figure.axes
    axes.set_xlim(0, 37)  # which makes new ticks
    figure.draw_without_rendering()
    assert {label.get_fontsize() for label in axes.get_xticklabels()} == {7}
    assert {text.get_fontsize() for text in texts(figure)} == {7, 8}

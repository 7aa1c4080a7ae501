"""Maps, against the libraries themselves; what is out of reach is said."""

import inspect
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from kerae import analysis
from kerae.analysis import Projection
from kerae.analysis.projection_methods import METHODS
from kerae.analysis.projection_methods.from_landmarks import from_landmarks
from kerae.analysis.projection_methods.umap import PARAMETRIC, import_umap

pytestmark = pytest.mark.once

# Fewer steps than by default; "pca" and "codes" have none.
QUICK = {
    "codes": {},
    "pca": {},
    "tsne": {"max_iter": 250, "n_jobs": 1},
    "umap": {"n_epochs": 30},
    "densmap": {"n_epochs": 30},
    "pacmap": {"num_iters": (10, 10, 10)},
    "localmap": {"num_iters": (10, 10, 10)},
    "opentsne": {"n_iter": 50, "early_exaggeration_iter": 50, "n_jobs": 1},
}
# The first call of numba's compiles for long.
MARKS = {"umap": "slow", "densmap": "slow", "pacmap": "nightly", "localmap": "nightly"}
OF_NEIGHBORS = [name for name in METHODS if METHODS[name].neighbors]


def each_of(methods, **marks):
    """A case a method, of which some are slow, or marked as given."""
    marks = {name: getattr(pytest.mark, mark) for name, mark in (MARKS | marks).items()}
    cases = [pytest.param(name, marks=marks.get(name, ())) for name in methods]
    return pytest.mark.parametrize("method", cases)


@pytest.fixture(autouse=True)
def _one_thread():
    with threadpool_limits(1):
        yield


@pytest.fixture
def z():
    """Three groups of 20 codes in three dimensions."""
    noise = np.random.default_rng(0).normal(size=(3, 20, 3))
    return (noise + 8 * np.eye(3)[:, None]).reshape(60, 3).astype("float32")


def quick(z, method, **options):
    if method == "codes":
        z = z[:, :2]
    return analysis.project(z, method, **QUICK[method], **options)


def by_the_library(z, method):
    """The points of a library called directly."""
    if method == "pca":
        from sklearn.decomposition import PCA

        return PCA(2).fit_transform(z)
    if method == "tsne":
        from sklearn.manifold import TSNE

        return TSNE(perplexity=59 / 3, max_iter=250, random_state=3).fit_transform(z)
    if method in ("umap", "densmap"):
        umap_class = import_umap().UMAP
        return umap_class(
            n_epochs=30, densmap=method == "densmap", random_state=3, n_jobs=1
        ).fit_transform(z)
    if method in ("pacmap", "localmap"):
        import pacmap

        pacmap_class = {"pacmap": pacmap.PaCMAP, "localmap": pacmap.LocalMAP}[method]
        return pacmap_class(num_iters=(10, 10, 10), random_state=3).fit_transform(z)
    from openTSNE import TSNE

    options = {"n_iter": 50, "early_exaggeration_iter": 50, "random_state": 3}
    points = np.array(TSNE(perplexity=59 / 3, **options).fit(z))
    return points - (points.max(axis=0) + points.min(axis=0)) / 2


@each_of(["pca", "tsne", "umap", "densmap", "pacmap", "localmap", "opentsne"])
def test_points_are_those_of_the_library_at_every_call(z, method):
    expected = by_the_library(z, method)
    for _ in range(2):
        found = quick(z, method, seed=3)
        assert found.points.dtype == np.float32
        np.testing.assert_allclose(found.points, expected, atol=1e-4)


@each_of(METHODS)
def test_config_says_all_and_is_json(z, method):
    config = json.loads(json.dumps(quick(z, method, seed=4).config))
    assert (config["method"], config["seed"]) == (method, 4)
    assert (config["n"], config["n_fitted"]) == (60, 60)
    assert QUICK[method].keys() <= config["parameters"].keys()
    assert config["parameters"].get("random_state", 4) == 4
    assert all(config["versions"].values())
    assert config["seconds"] > 0
    assert len(config["axes"]) == 2
    assert config["parameters"].get("pair_neighbors") is None  # as before the fit


def test_codes_are_their_own_map(z):
    assert np.array_equal(analysis.project(z[:, :2], "codes").points, z[:, :2])
    points = analysis.project(z[:, :1], "codes").points
    assert np.array_equal(points, np.pad(z[:, :1], ((0, 0), (0, 1))))
    with pytest.raises(ValueError, match='at most 2 dimensions for "codes". Received: 3'):
        analysis.project(z, "codes")


@each_of(["codes", "pca", "umap", "pacmap", "localmap", "opentsne"], umap="nightly")
def test_new_codes_are_placed_where_their_like_is(z, method):
    found = quick(z, method)
    before = found.points.copy()
    new = z[:, :2] if method == "codes" else z
    placed = found.transform(new[::7].astype("float64"))
    assert placed.shape == (9, 2)
    assert placed.dtype == np.float32
    nearest = np.linalg.norm(placed[:, None] - found.points, axis=2).argmin(axis=1)
    assert np.array_equal(nearest // 20, np.arange(0, 60, 7) // 20)
    assert np.array_equal(found.points, before)
    assert found.transform(new[:1]).shape == (1, 2)


@each_of(["pca", "opentsne"])
def test_transform_is_that_of_the_library_in_the_same_frame(z, method):
    """openTSNE moves its map to the center before it places a code; the points have moved too."""
    found = quick(z, method)
    spread = np.ptp(found.points, axis=0).max()
    distance = np.linalg.norm(found.transform(z) - found.points, axis=1)
    assert np.median(distance) < (1e-5 if method == "pca" else 0.1) * spread


@each_of(["tsne", "densmap"])
def test_methods_that_cannot_place_new_codes_say_which_can(z, method):
    message = f'"pca", "umap", "pacmap", "localmap", "opentsne". Received: "{method}"'
    with pytest.raises(ValueError, match=message):
        quick(z, method).transform(z)


def test_transform_refuses_what_does_not_fit(z):
    found = analysis.project(z, "pca")
    with pytest.raises(ValueError, match=r"shape \(m, 3\).*Received: shape \(60, 2\)"):
        found.transform(z[:, :2])
    with pytest.raises(ValueError, match=r"Received: shape \(0, 3\)"):
        found.transform(z[:0])
    with pytest.raises(ValueError, match="NaN"):
        found.transform(np.full((1, 3), np.nan))
    with pytest.raises(ValueError, match="can place new codes"):
        Projection(z[:, :2], {"method": "other"}).transform(z)


def test_landmarks_place_by_inverse_distance():
    """At 1 between 0 and 3, and far from four others: 1/1 and 1/2 weigh 2 to 1."""
    z = np.array([[0.0], [3.0], [1e9], [1e9], [1e9], [2e9]])
    points = np.array([[0.0, 0.0], [3.0, 6.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [9.0, 9.0]])
    placed = from_landmarks(z, points, np.array([[1.0], [3.0]]))
    np.testing.assert_allclose(placed, [[1.0, 2.0], [3.0, 6.0]], rtol=1e-6)


@each_of(["pca", "tsne", "umap"])
def test_of_many_codes_a_part_is_fitted_and_the_others_are_placed(z, method, monkeypatch):
    monkeypatch.setattr(type(METHODS[method]), "fit_at_most", 40)
    with pytest.warns(UserWarning, match=f'"{method}" was fitted to 40 of 60 codes') as warned:
        found = quick(z, method)
    assert warned[0].filename == __file__  # the line that calls `project`
    assert "`fit_at_most=60`" in str(warned[0].message)
    assert (found.config["n"], found.config["n_fitted"]) == (60, 40)
    rows = np.sort(np.random.default_rng(0).choice(60, 40, replace=False))
    others = np.setdiff1d(np.arange(60), rows)
    alone = quick(z[rows], method)
    assert np.array_equal(found.points[rows], alone.points)
    if METHODS[method].can_transform:
        expected = alone.transform(z[others])
        assert "its own transform" in found.config["notes"][0]
    else:
        expected = from_landmarks(z[rows], alone.points, z[others])
        assert "nearest fitted codes" in found.config["notes"][0]
    np.testing.assert_allclose(found.points[others], expected, atol=1e-5)


def test_who_asks_for_a_part_is_not_warned(z):
    found = analysis.project(z, "pca", fit_at_most=30)
    assert found.config["n_fitted"] == 30
    assert analysis.project(z, "pca", fit_at_most=60).config["notes"] == []


@each_of(METHODS)
def test_one_dimension_and_constant_ones(z, method):
    line = quick(z[:, :1], method)
    assert line.points.shape == (60, 2)
    assert any("second one of 0" in note for note in line.config["notes"])
    if method in ("codes", "pca", "tsne", "pacmap", "localmap"):
        np.testing.assert_allclose(line.points[:, 1], 0, atol=1e-6)
    flat = z.copy()
    flat[:, 1:] = 5
    assert np.isfinite(quick(flat, method).points).all()


@each_of(OF_NEIGHBORS)
def test_few_codes_lower_the_default_and_refuse_what_was_given(z, method):
    few = quick(z[::8], method)
    name, default = METHODS[method].neighbors
    most = {"umap": 7, "densmap": 7, "pacmap": 2, "localmap": 2}.get(method, 7 / 3)
    assert few.config["parameters"][name] == most
    assert any(f"{name} is lowered from {default}" in note for note in few.config["notes"])
    with pytest.raises(ValueError, match=f"Expected `{name}` of at most .* of 8 codes"):
        quick(z[::8], method, **{name: default})
    with pytest.raises(ValueError, match=f'at least 5 codes for "{method}". Received: 4'):
        quick(z[:4], method)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float16", "float64", "int64"])
def test_types_of_numbers(z, dtype):
    codes = np.round(z * 8).astype(dtype)
    expected = analysis.project(codes.astype("float32"), "umap", n_epochs=10).points
    assert np.array_equal(analysis.project(codes, "umap", n_epochs=10).points, expected)


@pytest.mark.slow
def test_users_are_not_warned_of_what_they_cannot_change():
    """Far groups make a graph in parts, of which UMAP's start warns."""
    noise = np.random.default_rng(0).normal(size=(6, 30, 2))
    z = (noise + 1000 * np.arange(6)[:, None, None]).reshape(180, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = analysis.project(z, "umap", n_epochs=10)
    assert found.config["notes"] == [
        "The graph of neighbors has parts that are not connected; how these lie to each other "
        "means little."
    ]


@each_of(["pacmap", "opentsne", "tsne", "umap"])
def test_nothing_is_printed_where_nobody_looks(z, method, capfd, caplog):
    quick(z, method)
    assert capfd.readouterr() == ("", "")
    assert caplog.messages == []
    quick(z, method, verbose=True)
    assert "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "mds"}, '"umap", "densmap", .* Received: \'mds\''),
        ({"seed": -1}, "`seed` to be an integer from 0 .* Received: -1"),
        ({"seed": 1.5}, "Received: seed=1.5"),
        ({"seed": True}, "Received: seed=True"),
        ({"fit_at_most": 1}, "`fit_at_most` to be an integer of at least 2 .* Received: 1"),
        ({"fit_at_most": "all"}, "Received: fit_at_most='all'"),
        ({"neighbors": 3}, "takes: copy, iterated_power, .* Received: neighbors"),
        ({"n_components": 3}, "Received: n_components"),
        ({"random_state": 3}, "Received: random_state. The random state is given as `seed`"),
        ({"svd_solver": "magic"}, "can work with. Received: svd_solver='magic', of which"),
    ],
    ids=str,
)
def test_arguments_out_of_reach(z, options, message):
    with pytest.raises(ValueError, match=message):
        analysis.project(z, **{"method": "pca", **options})


@pytest.mark.parametrize(
    ("z", "message"),
    [
        (np.zeros((9, 2, 2)), "shape"),
        (np.array([[0.0], [np.inf]]), "NaN or infinity in 1 of 2 rows"),
        (np.ones((9, 2)), "codes that differ, for a map"),
        (np.array([[0.0], [1e30]]), r"up to 1e\+18.*Received: 1e\+30"),
        (np.array([["a"], ["b"]]), "real numbers"),
    ],
    ids=["shape", "infinite", "equal", "large", "text"],
)
def test_codes_out_of_reach(z, message):
    with pytest.raises(ValueError, match=message):
        analysis.project(z, "pca")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # of NumPy, where numba is off
def test_positions_that_are_not_finite_are_an_error(z):
    with (
        pytest.warns(UserWarning, match="disconnected from the manifold"),
        pytest.raises(ValueError, match='finite positions of "umap". Received: NaN'),
    ):
        quick(z, "umap", disconnection_distance=1.0)


@pytest.mark.parametrize(("method", "package"), [("localmap", "pacmap"), ("opentsne", "opentsne")])
def test_a_missing_extra_says_what_to_install(z, method, package, monkeypatch):
    monkeypatch.setattr("kerae.checks.extras.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=rf"pip install 'kerae\[{package}\]'"):
        analysis.project(z, method)


@pytest.mark.slow
def test_umap_comes_without_frameworks():
    # Without kerae, which imports one of them itself.
    code = (
        f"import sys, warnings\nPARAMETRIC = {PARAMETRIC!r}\n"
        f"{inspect.getsource(import_umap)}\nimport_umap().UMAP\n"
        "print({'keras', 'tensorflow', 'torch', 'umap.parametric_umap'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error::ImportWarning", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"

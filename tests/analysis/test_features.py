"""What activates features, against the same found on all activations at once."""

import tracemalloc

import numpy as np
import pytest

import kerae
from kerae import analysis
from kerae.analysis.dictionary.atoms_of import atoms_of
from kerae.analysis.dictionary.largest import Largest
from kerae.analysis.dictionary.lots import lots

COUNT, DIM, FEATURES = 300, 6, 20


class Autoencoder:
    """A dictionary of fixed atoms: z = max(x W - 1, 0), with features that never fire."""

    condition = None

    def __init__(self, num_features=FEATURES, dead=(3,)):
        self.atoms = np.random.default_rng(0).normal(size=(num_features, DIM)).astype("float32")
        self.bias = np.where(np.isin(np.arange(num_features), dead), 1e9, 1).astype("float32")
        self.input_shape = self.target_shape = (DIM,)

    def encode(self, x):
        return np.maximum(x @ self.atoms.T - self.bias, 0)


@pytest.fixture
def model():
    return Autoencoder()


@pytest.fixture
def x():
    return np.random.default_rng(1).normal(size=(COUNT, DIM)).astype("float32")


@pytest.fixture
def labels():
    return np.random.default_rng(2).integers(0, 3, COUNT)


def small_blocks(monkeypatch, rows=7, width=FEATURES):
    monkeypatch.setattr(
        "kerae.analysis.dictionary.rows_in_blocks.ACTIVATIONS_AT_ONCE", rows * width
    )


@pytest.mark.once
def test_the_most_activating_examples_and_means(model, x, labels, monkeypatch):
    z = model.encode(x)
    small_blocks(monkeypatch)
    found = analysis.features(model, x, labels, class_names=["a", "b", "c"], num_top=5)
    np.testing.assert_allclose(found.frequency, (z > 0).mean(axis=0))
    for j in range(FEATURES):
        order = np.argsort(-z[:, j], kind="stable")[:5]
        expected = np.where(z[order, j] > 0, order, -1)
        np.testing.assert_array_equal(found.top[j], expected)
        np.testing.assert_allclose(found.top_activations[j, :, 0], z[order, j])
        active = z[:, j][z[:, j] > 0]
        assert found.mean[j] == pytest.approx(active.mean() if len(active) else 0, rel=1e-5)
        for label in range(3):
            mean = z[labels == label, j].mean()
            assert found.by_label[j, label] == pytest.approx(mean, rel=1e-5)
    assert found.top[3].tolist() == [-1] * 5 and found.maximum[3] == 0
    np.testing.assert_array_equal(found.maximum, z.max(axis=0))
    assert found.labels.names == ("a", "b", "c") and found.num_examples == COUNT


@pytest.mark.once
def test_the_nearest_atoms_and_the_table(model, x, labels):
    found = analysis.features(model, x, labels, num_neighbors=4)
    numbers, cosines = kerae.metrics.nearest_atoms(model.atoms, 4)
    np.testing.assert_array_equal(found.nearest, numbers)
    np.testing.assert_array_equal(found.nearest_cosines, cosines)
    table = found.table()
    means = found.by_label
    alive = found.frequency > 0
    np.testing.assert_array_equal(table["label"], means.argmax(axis=1).astype(str))
    share = means.max(axis=1)[alive] / means.sum(axis=1)[alive]
    np.testing.assert_allclose(table["label_share"][alive], share)
    assert {len(column) for column in table.values()} == {FEATURES} == {len(found)}


@pytest.mark.once
def test_blocks_of_any_sizes_give_the_same(model, x, labels, monkeypatch, tmp_path):
    whole = analysis.features(model, x, labels)
    small_blocks(monkeypatch)
    parts = (part for part in np.split(x, [3, 50, 51, 200]))
    np.save(tmp_path / "x.npy", x)
    stored = kerae.data.Activations(tmp_path / "x.npy", batch_size=7)
    for other in (analysis.features(model, some, labels) for some in (parts, stored)):
        for name in (
            "frequency",
            "mean",
            "top",
            "top_activations",
            "samples",
            "sample_activations",
        ):
            np.testing.assert_allclose(getattr(other, name), getattr(whole, name), rtol=1e-6)


@pytest.mark.once
def test_samples_are_drawn_from_all_that_activates_and_sorted_into_quantiles(model, x):
    z = model.encode(x)
    found = analysis.features(model, x, num_bins=4, num_samples=3)
    assert found.samples.shape == (FEATURES, 12)
    for j in range(FEATURES):
        rows = found.samples[j][found.samples[j] >= 0]
        assert len(set(rows)) == len(rows) == min(12, (z[:, j] > 0).sum())
        values = z[rows, j]
        assert (values > 0).all() and (np.diff(values) <= 0).all()
        np.testing.assert_allclose(found.sample_activations[j, : len(rows), 0], values)
        if len(rows) == 12:
            assert found.sample_bins[j].tolist() == np.repeat([0, 1, 2, 3], 3).tolist()
    assert (found.sample_bins[3] == -1).all()
    other = analysis.features(model, x, num_bins=4, num_samples=3, seed=1)
    assert (other.samples != found.samples).any()


@pytest.mark.once
def test_each_active_example_is_as_likely_to_be_drawn():
    model = Autoencoder(num_features=2000, dead=())
    model.atoms[:], model.bias[:] = model.atoms[0], 0  # features that are all alike
    x = np.random.default_rng(0).normal(size=(40, DIM)).astype("float32")
    found = analysis.features(model, x, num_bins=1, num_samples=5)
    active = np.flatnonzero(model.encode(x)[:, 0])
    counts = np.bincount(found.samples.ravel(), minlength=40)[active]
    assert counts.sum() == 10_000
    expected = 10_000 / len(active)
    assert np.abs(counts - expected).max() < 4 * np.sqrt(expected)


@pytest.mark.once
def test_few_examples_have_few_samples_in_each_quantile():
    model = Autoencoder(num_features=2, dead=())
    model.atoms[:], model.bias[:] = np.eye(2, DIM), 0
    x = np.zeros((8, DIM), "float32")
    x[:3, 0] = 3, 2, 1
    found = analysis.features(model, x, num_bins=4, num_samples=2)
    assert found.samples[0].tolist() == [0, 1, 2, *[-1] * 5]
    assert found.sample_bins[0].tolist() == [0, 1, 2, *[-1] * 5]


@pytest.mark.once
def test_tokens_come_with_their_neighbors_in_the_same_text(model, monkeypatch):
    x = np.random.default_rng(1).normal(size=(12 * 25, DIM)).astype("float32")
    tokens = np.array([[f"{text}-{place}" for place in range(25)] for text in range(12)])
    small_blocks(monkeypatch, rows=60)
    found = analysis.features(model, x, tokens=tokens)
    z = model.encode(x).reshape(12, 25, FEATURES)
    assert found.top_activations.shape == (FEATURES, 16, 17)
    for j in range(FEATURES):
        for row, values in zip(found.top[j], found.top_activations[j]):
            text, place = divmod(row, 25)
            for beside, value in zip(range(place - 8, place + 9), values):
                inside = row >= 0 and 0 <= beside < 25
                expected = z[text, beside, j] if inside else np.nan
                if row >= 0:
                    np.testing.assert_allclose(value, expected)
    assert found.maximum[0] == pytest.approx(z[..., 0].max())


@pytest.mark.once
def test_images_are_kept_of_the_examples_that_are_shown(model, x):
    images = np.random.default_rng(3).random((COUNT, 4, 4, 1), dtype="float32")
    found = analysis.features(model, x, examples=images, num_top=2, num_samples=1)
    rows = {*found.top.ravel(), *found.samples.ravel()} - {-1}
    assert found.pictured.tolist() == sorted(rows)
    np.testing.assert_array_equal(found.pictures, images[found.pictured])
    assert found.atom_shape is None and len(rows) < COUNT


@pytest.mark.once
def test_largest_keeps_the_first_of_equal_ones():
    kept = Largest(2, 3, 1)
    features, keys = np.array([1, 1, 1, 0]), np.array([5.0, 5.0, 1.0, 2.0])
    for start in range(0, 12, 4):
        kept.add(features, start + np.arange(4), keys, lambda places: keys[places][:, None])
    assert kept.rows.tolist() == [[3, 7, 11], [0, 1, 4]]
    assert kept.kept[:, :, 0].tolist() == [[2, 2, 2], [5, 5, 5]]


@pytest.mark.once
def test_lots_are_uniform_and_do_not_depend_on_the_order():
    drawn = lots(np.arange(100_000), seed=0)
    assert 0 <= drawn.min() and drawn.max() < 1
    counts = np.histogram(drawn, 50, (0, 1))[0]
    assert np.sum((counts - 2000) ** 2 / 2000) < 90  # chi-squared of 49 degrees, p = 0.0003
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.02
    np.testing.assert_array_equal(lots(np.arange(10)[::-1], 0), drawn[9::-1])
    assert abs(np.corrcoef(drawn, lots(np.arange(100_000), 1))[0, 1]) < 0.02


@pytest.mark.once
def test_memory_does_not_grow_with_the_examples(monkeypatch):
    model = Autoencoder(num_features=500)
    small_blocks(monkeypatch, rows=1000, width=500)

    def peak(blocks):
        given = (np.full((1000, DIM), 0.5 + n, "float32") for n in range(blocks))
        tracemalloc.start()
        analysis.features(model, given, num_top=4, num_samples=1)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(20) < 1.3 * peak(2)


@pytest.mark.parametrize("name", ["x", "tables"])
def test_of_a_model_of_kerae(name):
    shape = (8, 8, 1) if name == "x" else (5,)
    model = kerae.SparseAE(shape, latent_dim=12, penalty="l1", likelihood="normal")
    x = np.random.default_rng(0).random((30, *shape), dtype="float32")
    found = analysis.features(model, x, np.arange(30) % 2, num_top=3)
    z = model.encode(x)
    np.testing.assert_allclose(found.maximum, z.max(axis=0), rtol=1e-5)
    one = np.zeros((2, 12), "float32")
    one[0, 4] = 1
    decoded, nothing = model.decode(one).reshape(2, -1)
    np.testing.assert_allclose(found.atoms[4], decoded - nothing, rtol=1e-4, atol=1e-5)
    assert (found.pictures is not None) == (name == "x")
    assert found.atom_shape == (shape if name == "x" else None)


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"labels": [0] * 299}, "Expected `labels` for each of the examples. Received: 299"),
        ({"labels": [0] * 301}, "Expected `labels` for each of the examples. Received: 301"),
        ({"examples": np.zeros((9, 4, 4, 1))}, "Expected `examples` for each"),
        ({"examples": np.zeros((300, 4))}, "Expected `examples` to be images"),
        ({"tokens": [["a", "b"]]}, "Expected `tokens` for each"),
        ({"tokens": np.zeros((30, 10), int)}, "Expected `tokens` to be strings"),
        ({"num_top": 0}, "`num_top`"),
    ],
)
def test_what_does_not_fit_is_told(model, x, options, said):
    with pytest.raises(ValueError, match=said):
        analysis.features(model, x, **options)


@pytest.mark.once
def test_codes_below_0_maps_and_conditions_are_refused(x):
    with pytest.raises(ValueError, match="at least 0, as those of a dictionary"):
        analysis.features(kerae.AE((DIM,), 3, likelihood="normal"), x)
    with pytest.raises(ValueError, match="VQVAE with codes of shape"):
        atoms_of(kerae.VQVAE((8, 8, 1), num_codes=4, code_dim=2))
    with pytest.raises(ValueError, match="CVAE with a condition"):
        atoms_of(kerae.CVAE((DIM,), 2, num_classes=3))
    with pytest.raises(ValueError, match="Expected `x` with examples"):
        analysis.features(Autoencoder(), iter([]))

"""Dictionaries: where they start, how they train, and what of it a file keeps."""

import warnings

import keras
import numpy as np
import pytest
from fixtures import arrays
from gradients import loss_gradients
from keras import ops
from scipy.optimize import linear_sum_assignment

import kerae
from kerae.autoencoder.recomposed import recomposed
from kerae.latents import TopK
from kerae.networks.dictionary_start import geometric_median
from kerae.schedules import Linear
from kerae.terms import AuxiliaryReconstruction

X = (np.random.default_rng(0).normal(size=(256, 8)) * 2 + 5).astype("float32")
OLDEST = 2**30


def array(variable):
    return np.asarray(ops.convert_to_numpy(variable))


@pytest.mark.mainly("torch")
def test_codes_are_those_of_the_formula():
    model = kerae.SAE(8, 24, k=3).start_at_mean(X)
    scale, bias = array(model.decoder.scale), array(model.decoder.bias)
    model.encoder.bias.assign(np.linspace(-1, 1, 24))
    features = (scale * X - bias) @ array(model.encoder.kernel) + array(model.encoder.bias)
    least = np.sort(features, axis=1)[:, -3][:, None]
    z = np.where((features >= least) & (features > 0), features, 0)
    np.testing.assert_allclose(model.encode(X), z, atol=1e-5)
    x_hat = (z @ array(model.decoder.rows) + bias) / scale
    np.testing.assert_allclose(model.reconstruct(X), x_hat, atol=1e-4)
    np.testing.assert_allclose(model.decode(z) - model.decode(0 * z), z @ model.atoms, atol=1e-4)
    np.testing.assert_allclose(model.atoms, array(model.decoder.rows) / scale, rtol=1e-6)


@pytest.mark.mainly("torch")
def test_it_starts_in_the_middle_with_unit_atoms_and_their_transpose():
    model = kerae.SAE(8, 24, k=3)
    rows = array(model.decoder.rows)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(array(model.encoder.kernel), rows.T)
    model.compile(keras.optimizers.SGD(0.0))
    model.fit(X, epochs=1, verbose=0)
    scale = array(model.decoder.scale)
    np.testing.assert_allclose(array(model.decoder.bias) / scale, X.mean(axis=0), rtol=1e-5)
    assert np.square(scale * (X - X.mean(axis=0))).mean() == pytest.approx(1, rel=1e-5)


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("activation", ["topk", "batchtopk", "relu"])
def test_no_other_scale_of_the_encoder_explains_more_at_the_start(activation):
    model = kerae.SAE(8, 48, activation, k=None if activation == "relu" else 4)
    rows = array(model.decoder.rows)
    model.start_at_mean(X)
    kernel = array(model.encoder.kernel)
    assert np.ptp(kernel / rows.T) < 1e-5

    def error(factor):
        t = array(model.decoder.scale) * X - array(model.decoder.bias)
        h = factor * t @ kernel
        if activation == "topk":
            h = np.where(h >= np.sort(h, axis=1)[:, [-4]], h, 0)
        if activation == "batchtopk":
            h = np.where(h >= np.sort(h, axis=None)[-4 * len(h)], h, 0)
        return np.square(t - np.maximum(h, 0) @ rows).sum()

    assert error(1) < min(error(0.99), error(1.01))


@pytest.mark.mainly("torch")
def test_a_model_that_has_started_is_left_where_it_is(tmp_path):
    model = kerae.SAE(8, 24, k=3).start_at_mean(X)
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    loaded.compile(keras.optimizers.SGD(0.0))
    loaded.fit(100 * X, epochs=1, verbose=0)
    np.testing.assert_array_equal(array(loaded.decoder.bias), array(model.decoder.bias))


@pytest.mark.once
def test_a_data_set_is_looked_at_first():
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return (X[64 * index : 64 * (index + 1)],)

    model = kerae.SAE(8, 24, k=3)
    model.compile(keras.optimizers.SGD(0.0))
    model.fit(Batches(), epochs=1, verbose=0)
    middle = array(model.decoder.bias) / array(model.decoder.scale)
    np.testing.assert_allclose(middle, X.mean(axis=0), rtol=1e-5)


@pytest.mark.once
def test_the_geometric_median_has_the_least_sum_of_distances():
    x = np.random.default_rng(0).normal(size=(101, 3)) ** 3
    median = geometric_median(x)

    def distances(point):
        return np.linalg.norm(x - point, axis=1).sum()

    around = median + 1e-2 * np.vstack([np.eye(3), -np.eye(3)])
    assert distances(median) < min(map(distances, around))
    assert distances(median) < distances(x.mean(axis=0))
    np.testing.assert_array_equal(geometric_median(np.ones((4, 2))), [1, 1])


@pytest.mark.once
def test_a_mean_that_is_left_far_away_is_told():
    def told(x, **arguments):
        with warnings.catch_warnings(record=True) as every:
            warnings.simplefilter("always")
            kerae.SAE(8, 24, k=3, **arguments).start_at_mean(x)
        return any("times as long as their deviation" in str(each.message) for each in every)

    assert told(X, center=None)
    assert not told(X) and not told(X - X.mean(axis=0), center=None)


@pytest.mark.mainly("torch")
def test_the_bias_gets_its_gradient_from_both_places():
    """By differences: of the loss by an element of the bias, and by one of W."""
    model = kerae.SAE(8, 16, "relu", sparsity_weight=0.3).start_at_mean(X)
    data = (ops.convert_to_tensor(X[:16]),)
    slopes = loss_gradients(model, data)
    places = [id(variable) for variable in model.trainable_variables]
    for variable, place in ((model.decoder.bias, (2,)), (model.encoder.kernel, (1, 5))):
        before, losses = array(variable).copy(), []
        for shift in (1e-2, -1e-2):
            moved = before.copy()
            moved[place] += shift
            variable.assign(moved)
            losses.append(float(ops.convert_to_numpy(model.objective(data, training=False))))
        variable.assign(before)
        expected = (losses[0] - losses[1]) / 2e-2
        found = slopes[places.index(id(variable))]
        assert found[place] == pytest.approx(expected, rel=2e-2, abs=2e-2)


def test_atoms_keep_the_length_one_for_a_thousand_steps():
    model = kerae.SAE(8, 16, "relu")
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(np.tile(X, (4, 1)), batch_size=32, epochs=32, verbose=0)
    assert int(array(model.step)) == 1024
    lengths = np.linalg.norm(array(model.decoder.rows).astype("float64"), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)


@pytest.mark.mainly("torch")
def test_the_gradient_of_a_unit_atom_has_no_part_along_it():
    data = (ops.convert_to_tensor(X[:32]),)
    along = {}
    for lengths in ("unit", "free", "divided"):
        kerae.set_random_seed(1)
        model = kerae.SAE(8, 16, k=3, lengths=lengths).start_at_mean(X)
        rows = array(model.decoder.rows)
        places = [v is model.decoder.rows for v in model.trainable_variables]
        slope = loss_gradients(model, data)[places.index(True)]
        along[lengths] = np.abs((slope * rows).sum(axis=1)).max() / np.abs(slope).max()
    assert along["unit"] < 1e-5
    assert along["free"] > 0.1


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("activation", ["topk", "batchtopk"])
def test_which_units_are_chosen_does_not_depend_on_the_lengths_of_rows(activation):
    model = kerae.SAE(8, 16, activation, k=3, lengths="divided").start_at_mean(X)
    if activation == "batchtopk":
        model.calibrate(X)
    z, x_hat = model.encode(X), model.reconstruct(X)
    factors = np.random.default_rng(0).uniform(0.2, 5, (16, 1))
    model.decoder.rows.assign(array(model.decoder.rows) * factors)
    model.encoder.kernel.assign(array(model.encoder.kernel) / factors.T)
    np.testing.assert_allclose(model.encode(X), z, atol=1e-4)
    np.testing.assert_allclose(model.reconstruct(X), x_hat, atol=1e-4)


@pytest.mark.mainly("torch")
def test_a_tied_dictionary_has_one_matrix():
    model = kerae.SAE(8, 16, k=3, tied=True).start_at_mean(X)
    matrices = [v for v in model.trainable_variables if len(v.shape) == 2]
    assert matrices == [model.decoder.rows]
    features = (array(model.decoder.scale) * X - array(model.decoder.bias)) @ matrices[0].numpy().T
    kept = model.encode(X)
    np.testing.assert_allclose(kept[kept > 0], features[kept > 0], atol=1e-4)


def dead_but(model, alive):
    model.latent.age.assign(np.where(np.arange(model.latent_dim) < alive, 0, OLDEST))


@pytest.mark.mainly("torch")
def test_auxk_moves_dead_units_alone_and_not_what_left_the_residual():
    model = kerae.SAE(8, 16, k=3).start_at_mean(X)
    alone = recomposed(model, [AuxiliaryReconstruction()])
    dead_but(model, 10)
    slopes = loss_gradients(alone, (ops.convert_to_tensor(X[:64]),))
    found = {id(v): slope for v, slope in zip(alone.trainable_variables, slopes)}
    rows, kernel, bias = (
        found[id(v)] for v in (model.decoder.rows, model.encoder.kernel, model.encoder.bias)
    )
    assert not rows[:10].any() and not kernel[:, :10].any() and not bias[:10].any()
    assert rows[10:].any(axis=1).sum() >= 4 and kernel[:, 10:].any(axis=0).sum() >= 4


@pytest.mark.mainly("torch")
def test_without_dead_units_auxk_is_zero():
    model = kerae.SAE(8, 16, k=3).start_at_mean(X)
    outputs = model.propagate(ops.convert_to_tensor(X))
    (term,) = [each for each in model.terms if each.label == "auxiliary"]
    assert not ops.convert_to_numpy(term.value(model, outputs)).any()
    dead_but(model, 10)
    assert ops.convert_to_numpy(term.value(model, outputs)).all()


def test_units_age_by_examples_until_they_are_active():
    model = kerae.SAE(8, 16, k=1, dead_after=300)
    model.encoder.bias.assign(np.where(np.arange(16) < 4, 0, -1e3))  # the others never are
    model.compile(keras.optimizers.SGD(0.0))
    model.fit(X, batch_size=64, epochs=1, verbose=0)
    age = array(model.latent.age)
    assert (age[4:] == 256).all()
    logs = model.evaluate(X, verbose=0, return_dict=True)
    assert logs["dead_units"] == 0 and (array(model.latent.age) == age).all()
    model.fit(X, batch_size=64, epochs=1, verbose=0)
    assert (array(model.latent.age)[4:] == 512).all()
    logs = model.evaluate(X, verbose=0, return_dict=True)
    assert logs["dead_units"] == pytest.approx((array(model.latent.age) >= 300).mean())


@pytest.mark.once
@pytest.mark.nightly
@pytest.mark.slow
def test_dead_units_come_back_to_life():
    x, _ = toy(rows=512 * 40)
    left = {}
    for weight in (None, 0.0):
        kerae.set_random_seed(0)
        model = kerae.SAE(32, 64, k=4, dead_after=5_000, aux_weight=weight).start_at_mean(x)
        model.encoder.bias.assign(np.where(np.arange(64) < 8, 0, -3))
        model.latent.age.assign(np.where(np.arange(64) < 8, 0, OLDEST))
        model.compile(keras.optimizers.Adam(3e-3))
        left[weight] = model.fit(x, batch_size=512, epochs=12, verbose=0).history["dead_units"][-1]
    assert left[None] <= 0.05 and left[0.0] > 0.08, left


@pytest.mark.mainly("torch")
def test_logs_are_the_numbers_that_they_say():
    model = kerae.SAE(8, 16, k=3).start_at_mean(X)
    model.compile()
    logs = model.evaluate(X, batch_size=50, verbose=0, return_dict=True)
    x_hat = model.reconstruct(X)
    error = np.square(X - x_hat).sum(axis=1)
    scale = array(model.decoder.scale)
    assert logs["squared_error"] == pytest.approx((scale**2 * error).mean(), rel=1e-4)
    explained = kerae.metrics.explained_variance(X, x_hat)
    assert explained == pytest.approx(1 - error.sum() / np.square(X - X.mean(axis=0)).sum())
    assert logs["explained_variance"] == pytest.approx(explained, abs=1e-4)
    assert logs["l0"] == pytest.approx((model.encode(X) > 0).sum(axis=1).mean())
    assert logs["loss"] == pytest.approx(logs["squared_error"])


@pytest.mark.once
def test_explained_variance_stands_a_mean_far_from_zero():
    far = X + 3e3
    model = kerae.SAE(8, 16, k=3).start_at_mean(far)
    model.compile()
    logs = model.evaluate(far, batch_size=50, verbose=0, return_dict=True)
    x_hat = model.reconstruct(far).astype("float64")
    explained = 1 - np.square(far - x_hat).sum() / np.square(far - far.mean(0, "float64")).sum()
    assert logs["explained_variance"] == pytest.approx(explained, abs=1e-2)


@pytest.mark.mainly("torch")
def test_batch_topk_keeps_k_on_average_once_it_is_calibrated(tmp_path):
    kerae.set_random_seed(0)
    x, _ = toy(rows=8192)
    train, held_out, test = x[:4096], x[4096:6144], x[6144:]
    model = kerae.SAE(32, 64, "batchtopk", k=4)
    model.compile(keras.optimizers.Adam(3e-3))
    model.fit(train, batch_size=256, epochs=8, verbose=0)
    by_training = (model.encode(test) > 0).sum(axis=1).mean()
    assert 0.75 * 4 < by_training < 1.25 * 4
    model.calibrate(held_out)
    assert (model.encode(held_out) > 0).sum(axis=1).mean() == pytest.approx(4, abs=1e-2)
    assert 0.95 * 4 <= (model.encode(test) > 0).sum(axis=1).mean() <= 1.05 * 4
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.encode(test), model.encode(test))


@pytest.mark.once
def test_calibration_looks_at_all_units_where_few_examples_have_most():
    model = kerae.SAE(8, 64, "batchtopk", k=1, center=None, scaled=False)
    x = np.concatenate([100 * X[:4], 1e-3 * X[4:]])  # four examples have all active units
    model.decoder.started.assign(1)
    model.calibrate(x)
    assert (model.encode(x) > 0).sum() == len(x) or (model.encode(x) > 0).sum() == (
        x @ array(model.encoder.kernel) > 0
    )[:4].sum()


@pytest.mark.once
def test_there_is_nothing_else_to_calibrate():
    with pytest.raises(ValueError, match="Expected kerae.latents.BatchTopK"):
        kerae.SAE(8, 16, k=3).calibrate(X)


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "softmax", "k": None}, "Expected `activation` to be one of"),
        ({"activation": kerae.latents.Normal(2), "k": None}, "a string or of the class Sparse"),
        ({"activation": "relu", "k": 4}, "Expected `k` for 'topk' or 'batchtopk' alone"),
        ({"activation": TopK(4), "k": 4}, "Expected either an activation as an object"),
        ({"k": 17}, "Expected `k` of at most 16"),
        ({"lengths": "long"}, "Expected `lengths` to be one of"),
        ({"center": "mode"}, "Expected `center` to be one of"),
        ({"activation": "relu", "k": None, "sparsity_weight": -1.0}, "at least 0"),
        ({"sparsity_weight": 2.0}, "made sparse by a penalty. Received: TopK"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        kerae.SAE(8, 16, **{"k": 4} | arguments)


@pytest.mark.once
def test_a_schedule_warms_the_sparsity_up():
    schedule = Linear(0.0, 2.0, steps=100)
    model = kerae.SAE(8, 16, "relu", sparsity_weight=schedule)
    assert [term.label for term in model.terms if term.weight is schedule] == ["sparsity"]


@pytest.mark.once
def test_a_transcoder_explains_what_a_layer_makes_of_its_input():
    generator = np.random.default_rng(0)
    y = (np.maximum(X - 5, 0) @ generator.normal(size=(8, 6)) + 3).astype("float32")
    explained = {}
    for skip in (False, True):
        kerae.set_random_seed(0)
        model = kerae.Transcoder(8, 6, 32, k=4, skip=skip)
        model.compile(keras.optimizers.Adam(0.02))
        model.fit(X, y, epochs=30, batch_size=64, verbose=0)
        explained[skip] = model.evaluate(X, y, verbose=0, return_dict=True)["explained_variance"]
        error = np.square(y - model.reconstruct(X)).mean(axis=1)
        np.testing.assert_allclose(model.score(X, y)["reconstruction_error"], error, rtol=1e-4)
    assert explained[False] > 0.7 and explained[True] > explained[False]


@pytest.mark.mainly("torch")
def test_nested_reconstructions_are_made_of_the_products_of_the_whole(monkeypatch):
    model = kerae.MatryoshkaSAE(8, 16, (2, 6), k=3).start_at_mean(X)
    x = ops.convert_to_tensor(X)
    x_hat, z = model.reconstruct(X), model.encode(X)
    monkeypatch.setattr(type(model.decoder), "sum_of_atoms", None)
    outputs = model.propagate(x)
    np.testing.assert_allclose(array(outputs["parameters"]), x_hat, atol=1e-4)
    (term,) = [each for each in model.terms if each.label == "nested_error"]
    scale, bias = array(model.decoder.scale), array(model.decoder.bias)
    errors = [scale * X - z[:, :m] @ array(model.decoder.rows)[:m] - bias for m in (2, 6)]
    expected = sum(np.square(error).sum(axis=1) for error in errors)
    np.testing.assert_allclose(array(term.value(model, outputs)), expected, rtol=1e-4)
    del outputs["prefix_sums"]  # as in another model
    np.testing.assert_allclose(array(term.value(model, outputs)), expected, rtol=1e-4)


@pytest.mark.mainly("torch")
def test_a_crosscoder_weighs_codes_by_the_lengths_of_all_layers():
    model = kerae.Crosscoder(2, 4, 16)
    x = X.reshape(-1, 2, 4)
    outputs = model.start_at_mean(x).propagate(ops.convert_to_tensor(x))
    model.decoder.rows.assign(np.random.default_rng(0).normal(size=(16, 8)))
    (term,) = [each for each in model.terms if each.label == "sparsity"]
    lengths = np.linalg.norm(array(model.decoder.rows).reshape(16, 2, 4), axis=2).sum(axis=1)
    expected = array(outputs["z"])[:, 0] @ lengths
    np.testing.assert_allclose(array(term.value(model, outputs)), expected, rtol=1e-4)
    assert model.atoms.shape == (16, 2, 4)


def toy(rows, seed=0):
    """Examples of 4 of 64 atoms in 32 dimensions, and the atoms."""
    generator = np.random.default_rng(seed)
    atoms = np.random.default_rng(1).normal(size=(64, 32))
    return mixed(generator, atoms / np.linalg.norm(atoms, axis=1, keepdims=True), rows)


def mixed(generator, atoms, rows):
    places = np.argsort(generator.random((rows, len(atoms))), axis=1)[:, :4]
    z = np.zeros((rows, len(atoms)))
    np.put_along_axis(z, places, generator.uniform(0.5, 1.5, (rows, 4)), axis=1)
    return (z @ atoms).astype("float32"), atoms


@pytest.mark.once
@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_a_known_dictionary_is_found_again(shared_data, seed):
    """With two seeds SAELens ends with 2 dead units each, and a mean cosine of 0.936 and 0.911."""
    atoms = arrays(shared_data / "fixtures" / "toy_dictionary.npz")["W"]
    generator = np.random.default_rng(seed)
    x, _ = mixed(generator, atoms, 512 * 3000)
    test, _ = mixed(np.random.default_rng(999), atoms, 4096)
    kerae.set_random_seed(seed)
    # A hundred times as long as a unit is silent in the mean.
    model = kerae.SAE(32, 64, k=4, dead_after=1_600)
    model.compile(keras.optimizers.Adam(1e-3))
    model.fit(x, batch_size=512, epochs=1, verbose=0)
    unit = model.atoms / np.linalg.norm(model.atoms, axis=1, keepdims=True)
    cosines = unit @ (atoms / np.linalg.norm(atoms, axis=1, keepdims=True)).T
    assert cosines.max(axis=0).mean() >= 0.924
    rows, columns = linear_sum_assignment(-np.abs(cosines))
    assert np.abs(cosines)[rows, columns].mean() >= 0.924
    logs = model.evaluate(test, verbose=0, return_dict=True)
    assert logs["explained_variance"] >= 0.875 and logs["l0"] <= 4
    assert (model.encode(test) > 0).any(axis=0).all()


@pytest.mark.slow
@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="JAX has no other compiler, PyTorch no XLA"
)
def test_xla_compiles_its_branches_where_it_is_asked_to():
    model = kerae.SAE(8, 96, k=3).start_at_mean(X)
    model.latent.age.assign([OLDEST] * 48 + [0] * 48)
    model.compile(keras.optimizers.SGD(1e-3), jit_compile=True)
    logs = model.fit(X, batch_size=64, epochs=2, verbose=0).history
    assert logs["auxiliary"][0] > 0 and logs["loss"][1] < logs["loss"][0]

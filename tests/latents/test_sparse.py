"""Sparse codes and their terms by their formulas, and their gradients."""

import keras
import numpy as np
import pytest
from gradients import gradient, loss_gradients
from keras import ops

import kerae
from kerae.autoencoder.recomposed import recomposed
from kerae.latents import BatchTopK, JumpReLU, PAnneal, TopK
from kerae.ops.jump import jump, step
from kerae.ops.threshold import threshold_of
from kerae.schedules import Linear
from kerae.terms import DictionarySparsity, GatedReconstruction, ThresholdSparsity

FEATURES = np.random.default_rng(0).normal(size=(32, 10)).astype("float32")
X = (np.random.default_rng(1).normal(size=(32, 6)) + 2).astype("float32")


def array(tensor):
    return np.asarray(ops.convert_to_numpy(ops.stop_gradient(ops.convert_to_tensor(tensor))))


def code(latent, features):
    return array(latent.mode(latent(features)))


def test_topk_keeps_the_largest_and_no_negative_ones():
    z = code(TopK(3), FEATURES)
    largest = FEATURES >= np.sort(FEATURES, axis=1)[:, -3][:, None]
    np.testing.assert_array_equal(z, np.where(largest & (FEATURES > 0), FEATURES, 0))
    negative = code(TopK(3), -np.abs(FEATURES))
    assert not negative.any()


def test_the_gradient_of_topk_is_that_of_what_it_keeps():
    weights = np.random.default_rng(2).normal(size=FEATURES.shape).astype("float32")
    latent = TopK(3)
    latent(FEATURES)
    slope = gradient(lambda f: ops.sum(ops.multiply(weights, latent.code(f))), FEATURES)
    np.testing.assert_allclose(slope, np.where(code(latent, FEATURES) > 0, weights, 0), rtol=1e-6)


@pytest.mark.parametrize("k", [1, 3, 10])
def test_a_threshold_leaves_k_elements_a_row_on_average(k):
    threshold = float(array(threshold_of(FEATURES, k)))
    wanted = min(k * len(FEATURES), int((FEATURES > 0).sum()))
    assert (FEATURES > threshold).sum() == wanted
    kept = np.sort(FEATURES[FEATURES > threshold])
    np.testing.assert_array_equal(kept, np.sort(FEATURES[FEATURES > 0].ravel())[-wanted:])


def test_of_equal_features_topk_keeps_no_more_than_k():
    assert (code(TopK(3), np.ones((4, 10), "float32")) > 0).sum(axis=1).tolist() == [3] * 4


def test_a_row_may_have_more_above_the_threshold_than_are_looked_at_first():
    x = FEATURES.copy()
    x[3] = np.abs(x[3]) + 10  # ten, where four are looked at
    threshold = array(threshold_of(x, 1))
    assert (x > threshold).sum() == len(x)
    assert (x[3] > threshold).all() and threshold < np.sort(x.ravel())[-len(x)]
    assert threshold >= np.sort(x.ravel())[-len(x) - 1]


@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_it_is_found_at_any_scale(scale):
    x = (FEATURES * scale).astype("float32")
    assert (x > array(threshold_of(x, 2))).sum() == 2 * len(x)


def trained_pass(latent, training=True, **arguments):
    model = kerae.SAE(6, 10, latent, **arguments).start_at_mean(X)
    return model, model.propagate(ops.convert_to_tensor(X), training=training)


@pytest.mark.mainly("torch")
def test_batch_topk_chooses_in_the_batch_and_by_its_threshold_afterwards():
    model, outputs = trained_pass(BatchTopK(2))
    features, z = array(outputs["posterior"]["features"]), array(outputs["z"])[:, 0]
    assert (z > 0).sum() == 2 * len(X) and len(set((z > 0).sum(axis=1))) > 1
    least = z[z > 0].min()
    np.testing.assert_array_equal(z, np.where(features >= least, features, 0))
    threshold = float(array(model.latent.threshold))
    assert threshold == pytest.approx(least, rel=1e-5) and threshold < least
    # The second batch counts as much as the first.
    outputs = model.propagate(ops.convert_to_tensor(3 * X), training=True)
    second = array(outputs["z"])[array(outputs["z"]) > 0].min()
    assert float(array(model.latent.threshold)) == pytest.approx((least + second) / 2, rel=1e-4)
    before = array(model.latent.threshold)
    z = array(model.propagate(ops.convert_to_tensor(X))["z"])[:, 0]
    np.testing.assert_array_equal(z, np.where(features > before, features, 0))
    assert array(model.latent.threshold) == before


T, B = 0.5, 0.1  # threshold and bandwidth


@pytest.mark.parametrize("to_input", [False, True])
@pytest.mark.parametrize("part", [0.98, 1.02, 0.88, 1.12])
def test_the_gradient_of_a_jump_is_estimated_on_both_sides_of_the_threshold(part, to_input):
    x, t = np.array([[part * T]], "float32"), np.array([T], "float32")
    near, above = abs(part - 1) * T < B / 2, part > 1
    slopes = gradient(lambda v: ops.sum(jump(v[0], v[1], B, to_input)), [x, t])
    assert slopes[1][0] == pytest.approx(-T / B if near else 0)
    assert slopes[0][0, 0] == pytest.approx(above + (T / B if near and to_input else 0))
    slopes = gradient(lambda v: ops.sum(step(v[0], v[1], B, to_input)), [x, t])
    assert slopes[1][0] == pytest.approx(-1 / B if near else 0)
    assert slopes[0][0, 0] == pytest.approx(1 / B if near and to_input else 0)
    assert array(jump(x, t, B)) == pytest.approx(x[0, 0] if above else 0)


def value(term, model, outputs):
    term.fit_to(model)
    return array(term.value(model, outputs))


@pytest.mark.mainly("torch")
def test_penalties_of_thresholds():
    latent = JumpReLU(threshold=0.3)
    model, outputs = trained_pass(latent, lengths="free")
    model.decoder.rows.assign(2 * array(model.decoder.rows))
    z = array(outputs["z"])[:, 0]
    l0, lengths = (z > 0).sum(axis=1), np.linalg.norm(array(model.decoder.rows), axis=1)
    np.testing.assert_allclose(value(ThresholdSparsity(), model, outputs), l0)
    quadratic = ThresholdSparsity(penalty="quadratic", target=3.0)
    np.testing.assert_allclose(value(quadratic, model, outputs), 2 / 3 * (l0 - 3.0) ** 2, rtol=1e-5)
    tanh = ThresholdSparsity(penalty="tanh")
    expected = np.tanh(4 * z * lengths).sum(axis=1)
    np.testing.assert_allclose(value(tanh, model, outputs), expected, rtol=1e-5)


@pytest.mark.mainly("torch")
def test_thresholds_rise_under_the_penalty_and_stay_at_least_zero():
    kerae.set_random_seed(0)
    model = kerae.SAE(6, 10, JumpReLU(threshold=0.05, bandwidth=0.5), sparsity_weight=20.0)
    model.compile(keras.optimizers.Adam(0.02))
    l0 = model.fit(X, epochs=60, batch_size=8, verbose=0).history["l0"]
    assert l0[-1] < 0.5 * l0[0]
    model = kerae.SAE(6, 10, JumpReLU(threshold=0.05, bandwidth=0.5), sparsity_weight=0.0)
    model.compile(keras.optimizers.Adam(0.05))
    model.fit(X, epochs=20, batch_size=8, verbose=0)
    assert array(model.latent.thresholds).min() == 0


@pytest.mark.mainly("torch")
def test_the_sparsity_weighs_codes_by_the_lengths_of_free_atoms():
    model, outputs = trained_pass("relu", lengths="free")
    model.decoder.rows.assign(2 * array(model.decoder.rows))
    z, lengths = array(outputs["z"])[:, 0], np.linalg.norm(array(model.decoder.rows), axis=1)
    found = value(DictionarySparsity(), model, outputs)
    np.testing.assert_allclose(found, z @ lengths, rtol=1e-5)
    found = value(DictionarySparsity(p=0.5), model, outputs)
    np.testing.assert_allclose(found, np.sqrt(z * lengths).sum(axis=1), rtol=1e-5)
    model, outputs = trained_pass("relu")
    found = value(DictionarySparsity(), model, outputs)
    np.testing.assert_allclose(found, array(outputs["z"])[:, 0].sum(axis=1), rtol=1e-5)


@pytest.mark.mainly("torch")
def test_the_size_of_the_penalty_stays_as_p_falls():
    model, outputs = trained_pass(PAnneal(end=0.5, steps=2), sparsity_weight=3.0)
    (term,) = [each for each in model.terms if each.label == "sparsity"]
    assert isinstance(term.p, Linear)
    z = array(outputs["z"])[:, 0]
    sums = {}
    for at, p in ((0, 1.0), (1, 0.75), (2, 0.5)):
        outputs["step"] = ops.convert_to_tensor(at)
        found = term.value(model, outputs)
        sums[p] = (z[z > 0] ** p).sum()
        assert array(found).sum() == pytest.approx(sums[p], rel=1e-4)
        loss = array(term.loss(found, outputs["step"])).sum()
        assert loss == pytest.approx(3 * sums[1.0], rel=1e-4)  # as with p = 1
    outputs["training"] = False
    before = array(term.factor)
    term.value(model, outputs)
    assert array(term.factor) == before


@pytest.mark.mainly("torch")
def test_gates_learn_through_a_frozen_decoder():
    model = kerae.SAE(6, 10, "gated").start_at_mean(X)
    generator = np.random.default_rng(0)
    for each in model.latent.trainable_variables:
        each.assign(0.3 * generator.normal(size=10))
    outputs = model.propagate(ops.convert_to_tensor(X))
    gates = np.maximum(array(outputs["posterior"]["features"]) + array(model.latent.gate_biases), 0)
    x_hat = gates @ model.atoms + array(model.decoder.bias) / array(model.decoder.scale)
    expected = array(model.decoder.scale) ** 2 * np.square(X - x_hat).sum(axis=1)
    found = value(GatedReconstruction(), model, outputs)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    alone = recomposed(model, [GatedReconstruction()])
    slopes = loss_gradients(alone, (ops.convert_to_tensor(X),))
    by_name = {id(v): slope for v, slope in zip(alone.trainable_variables, slopes)}
    assert not by_name[id(model.decoder.rows)].any()
    assert by_name[id(model.encoder.kernel)].any()
    assert by_name[id(model.latent.gate_biases)].any()
    assert not by_name[id(model.latent.log_scales)].any()


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: kerae.Autoencoder((4, 4, 1), TopK(2), encoder=keras.layers.Conv2D(2, 1)),
            "shape (batch, features)",
        ),
        (lambda: JumpReLU(penalty="cubic"), "Expected `penalty` to be one of"),
        (lambda: JumpReLU(penalty="quadratic"), "Expected `target`"),
        (lambda: JumpReLU(target=3.0), "Expected `target`"),
        (lambda: PAnneal(end=0.0), "Expected `end` in (0, 1]"),
        (lambda: TopK(0), "of at least 1"),
        (
            lambda: recomposed(kerae.SAE(6, 10, k=2), [ThresholdSparsity()]),
            "Expected kerae.latents.JumpReLU",
        ),
        (
            lambda: recomposed(kerae.SAE(6, 10, k=2), [GatedReconstruction()]),
            "Expected kerae.latents.Gated",
        ),
        (lambda: recomposed(kerae.AE((6,), 2), [DictionarySparsity()]), "Expected a sparse latent"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError) as error:
        make()
    assert message in str(error.value)

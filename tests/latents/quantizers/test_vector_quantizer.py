"""The codebook: who chooses which code, which gradient comes through, and where codes move."""

import keras
import numpy as np
import pytest
from fixtures import fixture
from keras import ops
from quantized import array, choices, model_of, slopes, slopes_of_codes, train_step
from scipy.linalg import expm

import kerae
from kerae.latents import VectorQuantizer
from kerae.latents.quantizers.estimators import ESTIMATORS

RANDOM = np.random.default_rng(0)
X = RANDOM.random((12, 3), dtype="float32")


@pytest.mark.parametrize("num_codes", [1, 5, 512, 1100, 4700])
def test_the_first_of_the_nearest_codes_is_chosen(num_codes):
    # Of small integers all distances are exact, and many are equal.
    x = RANDOM.integers(-2, 3, (40, 3)).astype("float32")
    codes = RANDOM.integers(-2, 3, (num_codes, 3)).astype("float32")
    found = array(kerae.ops.nearest(x, codes))
    np.testing.assert_array_equal(found, choices(x, codes))
    assert found.dtype == "int32"
    np.testing.assert_array_equal(
        array(kerae.ops.nearest(x.reshape(5, 2, 4, 3), codes)), found.reshape(5, 2, 4)
    )


@pytest.mark.mainly("torch")
def test_codes_are_told_apart_in_full_precision_whatever_the_networks_are_in():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        latent = VectorQuantizer(2, 2)
    finally:
        keras.config.set_dtype_policy("float32")
    codes = np.array([[100.0, 0.0], [100.01, 0.0]], "float32")  # one and the same in half of it
    latent.codebook.assign(codes)
    assert array(latent.indices_of(ops.convert_to_tensor(codes))).tolist() == [0, 1]


@pytest.mark.mainly("torch")
def test_the_rotation_trick_is_that_of_its_authors():
    known = fixture("rotation_trick.npz")
    z = ESTIMATORS["rotation"](*map(ops.convert_to_tensor, (known["e"], known["code"])))
    np.testing.assert_allclose(array(z), known["out"], atol=1e-6)
    found = slopes_of_codes(ESTIMATORS["rotation"], known["upstream"], known["e"], known["code"])
    np.testing.assert_allclose(found, known["grad_e"], atol=1e-5)


def rotation_onto(e, q):
    """The matrix that turns e to q in the plane of both, from the exponential of its generator."""
    e, q = e / np.linalg.norm(e), q / np.linalg.norm(q)
    across = q - (q @ e) * e
    across /= np.linalg.norm(across)
    angle = np.arccos(q @ e)
    return expm(angle * (np.outer(across, e) - np.outer(e, across)))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_gradient_of_a_code_is_that_of_the_formula(name):
    x, code, upstream = RANDOM.normal(size=(3, 6, 4)).astype("float32")
    z = ESTIMATORS[name](ops.convert_to_tensor(x), ops.convert_to_tensor(code))
    np.testing.assert_array_equal(array(z), code)
    found = slopes_of_codes(ESTIMATORS[name], upstream, x, code)
    for e, q, up, slope in zip(x, code, upstream, found, strict=True):
        turned = np.linalg.norm(q) / np.linalg.norm(e) * rotation_onto(e, q)
        expected = up if name == "straight_through" else turned.T @ up
        np.testing.assert_allclose(slope, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.mainly("torch")
@pytest.mark.parametrize(("x", "code"), [([0.0, 0], [1, 0]), ([1, 0], [0.0, 0]), ([1, 0], [-1, 0])])
def test_gradients_are_finite_where_nothing_can_be_turned(x, code):
    x, code = (np.array([each], "float32") for each in (x, code))
    assert np.isfinite(
        slopes_of_codes(ESTIMATORS["rotation"], np.ones((1, 2), "float32"), x, code)
    ).all()


def test_which_term_moves_what_by_hand():
    latent = VectorQuantizer(4, 3, update="gradient")
    model = model_of(latent, commitment=0.7)
    codes, factors = array(latent.codebook), np.arange(1.0, 4)
    chosen = choices(X, codes)
    found = slopes(model, X)
    # Of the codebook: the second term alone, and only of codes that were chosen.
    of_codes = np.zeros_like(codes)
    np.add.at(of_codes, chosen, -2 * (X - codes[chosen]) / len(X))
    np.testing.assert_allclose(found[latent.codebook.path], of_codes, rtol=1e-4, atol=1e-6)
    # Of the encoder: what the decoder says at the code, and 0.7 of the distance from it.
    of_x = factors * (factors * codes[chosen] - X) + 0.7 * 2 * (X - codes[chosen])
    np.testing.assert_allclose(
        found[latent.head.bias.path], of_x.mean(axis=0), rtol=1e-4, atol=1e-5
    )


@pytest.mark.mainly("torch")
def test_the_terms_are_those_of_an_example_and_none_of_the_batch_around():
    model = model_of(VectorQuantizer(4, 3, update="gradient"))
    model.compile()
    once, twice = (
        model.evaluate(x, batch_size=len(x), verbose=0, return_dict=True)
        for x in (X, np.concatenate([X, X]))
    )
    distance = ((X - array(model.latent.codebook)[model.encode_indices(X)]) ** 2).sum(1).mean()
    assert once["commitment"] == pytest.approx(distance, rel=1e-5)
    assert once["codebook"] == pytest.approx(distance, rel=1e-5)
    assert twice == pytest.approx(once, rel=1e-5)


def state(latent):
    return [array(each) for each in (latent.codebook, latent.counts, latent.sums)]


def started(revive, updates=1000, **arguments):
    latent = VectorQuantizer(4, 3, decay=0.9, revive=revive, **arguments)
    model = model_of(latent)
    codes = np.array([[0.2, 0.2, 0.2], [0.8, 0.8, 0.8], [0.5, 0.5, 0.5], [9, 9, 9]], "float32")
    counts = np.array([5.0, 3.0, 2.0, 0.05], "float32")
    for variable, value in (
        (latent.codebook, codes),
        (latent.counts, counts),
        (latent.sums, codes * counts[:, None]),
        (latent.updates, updates),
    ):
        variable.assign(value)
    return model, codes, counts


def followed(codes, counts, decay):
    """One update by hand, without revival."""
    chosen = choices(X, codes)
    new = np.bincount(chosen, minlength=4)
    sums = np.stack([X[chosen == k].sum(axis=0) for k in range(4)])
    n = decay * counts + (1 - decay) * new
    m = decay * codes * counts[:, None] + (1 - decay) * sums
    return np.where(new[:, None] > 0, m / n[:, None], codes), n, m


@pytest.mark.parametrize(("updates", "decay"), [(1000, 0.9), (3, 0.75)])
def test_codes_follow_the_vectors_that_chose_them(updates, decay):
    model, codes, counts = started(revive=0.0, updates=updates)
    expected = followed(codes, counts, decay)
    train_step(model, X)
    for found, known in zip(state(model.latent), expected, strict=True):
        np.testing.assert_allclose(found, known, rtol=1e-5, atol=1e-6)
    # Averages are kept as they are: the second step goes on from them.
    again = followed(expected[0], expected[1], 0.9 if updates > 9 else 0.8)
    train_step(model, X)
    for found, known in zip(state(model.latent), again, strict=True):
        np.testing.assert_allclose(found, known, rtol=1e-4, atol=1e-5)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.mainly("torch")
def test_directions_are_compared_followed_and_given():
    model, codes, counts = started(revive=0.0, metric="cosine")
    latent = model.latent
    latent.codebook.assign(unit(np.array([[3, 2, 2], [2, 3, 2], [2, 2, 3], [0, 1, 1]])))
    codes, u = array(latent.codebook), unit(X.astype("float64"))
    latent.sums.assign(codes * counts[:, None])
    chosen = (u @ codes.T).argmax(axis=1)
    assert len(set(chosen)) > 2
    np.testing.assert_array_equal(model.encode_indices(X), chosen)
    np.testing.assert_allclose(model.encode(X), codes[chosen], atol=1e-6)
    model.compile()
    logs = model.evaluate(X, verbose=0, return_dict=True)
    # |u - e|^2 of two vectors of length 1
    expected = (2 - 2 * (u * codes[chosen]).sum(axis=1)).mean()
    assert logs["commitment"] == pytest.approx(expected, rel=1e-4)
    train_step(model, X)
    sums = np.stack([u[chosen == k].sum(axis=0) for k in range(4)])
    m = 0.9 * codes * counts[:, None] + 0.1 * sums
    is_used = np.bincount(chosen, minlength=4)[:, None] > 0
    np.testing.assert_allclose(array(latent.sums), m, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(array(latent.codebook), np.where(is_used, unit(m), codes), atol=1e-5)


@pytest.mark.mainly("torch")
def test_gradients_of_directions_are_at_right_angles_to_them():
    latent = VectorQuantizer(4, 3, update="gradient", metric="cosine")
    model = model_of(latent)
    upstream = RANDOM.normal(size=X.shape).astype("float32")
    codes = array(latent.codes_of(model.encode_indices(X)))
    np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 1, rtol=1e-6)
    found, length = slopes_of_codes(latent.estimated, upstream, X, codes), np.linalg.norm(X, axis=1)
    u = unit(X)
    expected = (upstream - (upstream * u).sum(axis=1, keepdims=True) * u) / length[:, None]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    of_codes = slopes(model, X)[latent.codebook.path]
    assert of_codes.any()
    np.testing.assert_allclose((of_codes * array(latent.codebook)).sum(axis=1), 0, atol=1e-6)


@pytest.mark.mainly("torch")
def test_a_code_that_is_never_chosen_stays_where_it_is():
    model, codes, _ = started(revive=0.0)
    model.latent.counts.assign([5.0, 3.0, 2.0, 0.0])
    for _ in range(3):
        train_step(model, X)
    np.testing.assert_array_equal(state(model.latent)[0][3], codes[3])


@pytest.mark.mainly("torch")
def test_a_dead_code_is_revived_with_all_that_is_kept_of_it():
    model, codes, counts = started(revive=0.1)
    moved, n, _ = followed(codes, counts, 0.9)
    train_step(model, X)
    codebook, counts, sums = state(model.latent)
    np.testing.assert_allclose(codebook[:3], moved[:3], rtol=1e-5)
    assert (codebook[3] == X).all(axis=1).any()  # a vector of the batch
    assert counts[3] == pytest.approx(n.mean(), rel=1e-5)
    np.testing.assert_allclose(sums[3], counts[3] * codebook[3], rtol=1e-5)


@pytest.mark.mainly("torch")
def test_codes_start_at_different_vectors_of_the_first_batch():
    model = model_of(VectorQuantizer(8, 3))
    train_step(model, X)
    codebook, counts, sums = state(model.latent)
    assert len(np.unique(codebook, axis=0)) == 8
    assert all((code == X).all(axis=1).any() for code in codebook)
    np.testing.assert_allclose(sums, counts[:, None] * codebook, rtol=1e-6)
    # More codes than vectors: each of these is there.
    model = model_of(VectorQuantizer(30, 3))
    train_step(model, X)
    assert len(np.unique(state(model.latent)[0], axis=0)) == len(X)


@pytest.mark.mainly("torch")
def test_nothing_moves_but_in_training():
    model = model_of(VectorQuantizer(8, 3))
    model.compile()
    before = [array(each) for each in model.latent.variables]
    model.evaluate(X, verbose=0)
    model.encode_indices(X)
    model.score(X, num_samples=1)
    for a, b in zip(before, model.latent.variables, strict=True):
        np.testing.assert_array_equal(a, array(b))


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_codes": 1}, "`num_codes` of at least 2"),
        ({"update": "sgd"}, r"\['ema', 'gradient'\]"),
        ({"estimator": "gumbel"}, "straight_through"),
        ({"metric": "l2"}, r"\['euclidean', 'cosine'\]"),
        ({"decay": 1.0}, r"`decay` to be in \[0, 1\).*1.0"),
        ({"update": "gradient", "revive": 0.1}, 'no `revive` with update="gradient"'),
    ],
    ids=str,
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        VectorQuantizer(**{"num_codes": 4, "code_dim": 3} | arguments)


@pytest.mark.once
def test_refuses_what_is_neither_a_vector_nor_a_map():
    with pytest.raises(ValueError, match=r"or maps of shape.*\('batch', 5, 3\)"):
        VectorQuantizer(4, 3)(np.zeros((2, 5, 3), "float32"))

"""Levels of codes: what each stands for, and what trains it."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from keras import ops
from quantized import (
    array,
    choices,
    model_of,
    slopes,
    slopes_of_codes,
    small_vqvae,
    train_step,
)

import kerae
from kerae.latents import FiniteScalar, LookupFree, Residual, SimVQ, VectorQuantizer
from kerae.noise.given import GivenNoise
from kerae.testing import check_part

RANDOM = np.random.default_rng(0)
X = RANDOM.random((12, 3), dtype="float32")


def indices_of(latent, x=X):
    return latent.indices_of(ops.convert_to_tensor(x))


def levels(x, codebooks):
    """What each level stands for, its choices and codes, by hand in double precision."""
    left = x.astype("float64")
    for codes in codebooks:
        chosen = choices(left, codes)
        yield left, chosen, codes[chosen]
        left = left - codes[chosen]


def codebooks(latent):
    return [array(codes).astype("float64") for codes in latent.codebooks()]


def residual(depth=3, num_codes=4, update="ema", **arguments):
    return Residual(VectorQuantizer(num_codes, 3, update=update), depth, **arguments)


def test_each_level_stands_for_what_those_before_have_left():
    latent = residual()
    x = RANDOM.normal(size=(6, 2, 5, 3)).astype("float32")
    indices = array(indices_of(latent, x))
    assert indices.shape == (6, 2, 5, 3) and indices.dtype == "int32"
    _, chosen, codes = zip(*levels(x.reshape(-1, 3), codebooks(latent)), strict=True)
    np.testing.assert_array_equal(indices.reshape(-1, 3), np.stack(chosen, axis=1))
    z = array(latent.codes_of(indices))
    np.testing.assert_allclose(z.reshape(-1, 3), sum(codes), rtol=1e-5, atol=1e-6)
    two = array(latent.codes_of(indices[..., :2]))
    np.testing.assert_allclose(two.reshape(-1, 3), codes[0] + codes[1], rtol=1e-5, atol=1e-6)


@pytest.mark.mainly("torch")
def test_levels_have_codes_of_their_own():
    latent = residual(depth=2)
    assert len(latent.codebooks()) == latent.num_codebooks == 2
    assert (codebooks(latent)[0] != codebooks(latent)[1]).all()


@pytest.mark.parametrize("quantizer", [VectorQuantizer, SimVQ])
@pytest.mark.parametrize("estimator", ["straight_through", "rotation"])
def test_the_gradient_of_all_levels_is_that_of_one_quantizer(quantizer, estimator):
    one = quantizer(5, 3, estimator=estimator)
    latent = Residual(one, 3)
    codes = array(latent.codes_of(indices_of(latent)))
    upstream = RANDOM.normal(size=X.shape).astype("float32")
    found, expected = (
        slopes_of_codes(each.estimated, upstream, X, codes) for each in (latent, one)
    )
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    if estimator == "straight_through":
        np.testing.assert_allclose(found, upstream)


def test_which_level_is_trained_on_what_by_hand():
    latent = residual(update="gradient")
    model = model_of(latent, commitment=0.7)
    factors = np.arange(1.0, 4)
    by_level = list(levels(X, codebooks(latent)))
    found = slopes(model, X)
    of_x = factors * (factors * sum(codes for *_, codes in by_level) - X)
    for level, (left, chosen, codes) in zip(latent.quantizers, by_level, strict=True):
        expected = np.zeros((4, 3))
        np.add.at(expected, chosen, -2 * (left - codes) / len(X))
        np.testing.assert_allclose(found[level.codebook.path], expected, rtol=1e-4, atol=1e-5)
        of_x = of_x + 0.7 * 2 * (left - codes)
    np.testing.assert_allclose(
        found[latent.head.bias.path], of_x.mean(axis=0), rtol=1e-4, atol=1e-5
    )
    model.compile()
    logs = model.evaluate(X, verbose=0, return_dict=True)
    sums = sum(((left - codes) ** 2).sum(axis=1).mean() for left, _, codes in by_level)
    assert logs["commitment"] == logs["codebook"] == pytest.approx(sums, rel=1e-5)


def test_levels_follow_what_was_left_before_any_of_them_moved():
    latent = residual(depth=2)
    model = model_of(latent)
    before = codebooks(latent)
    for level, codes in zip(latent.quantizers, before, strict=True):
        level.updates.assign(1000)
        level.counts.assign(np.full(4, 2.0))
        level.sums.assign(2 * codes)
    by_level = list(levels(X, before))
    train_step(model, X)
    for level, codes, (left, chosen, _) in zip(latent.quantizers, before, by_level, strict=True):
        counts = np.bincount(chosen, minlength=4)
        sums = np.stack([left[chosen == k].sum(axis=0) for k in range(4)])
        expected = 0.99 * 2 + 0.01 * counts
        np.testing.assert_allclose(array(level.counts), expected, rtol=1e-5)
        np.testing.assert_allclose(array(level.sums), 0.99 * 2 * codes + 0.01 * sums, atol=1e-5)
        moved = (0.99 * 2 * codes + 0.01 * sums) / expected[:, None]
        moved = np.where(counts[:, None] > 0, moved, codes)
        np.testing.assert_allclose(array(level.codebook), moved, rtol=1e-4, atol=1e-5)


@pytest.mark.mainly("torch")
def test_what_is_left_becomes_less_from_level_to_level():
    latent = residual(depth=4, num_codes=8)
    model = model_of(latent)
    x = RANDOM.random((512, 3), dtype="float32")
    model.compile(keras.optimizers.SGD(0.0))
    model.fit(x, batch_size=128, epochs=10, verbose=0)
    indices = model.encode_indices(x)
    codes = [array(latent.codes_of(indices[:, :n])) for n in range(1, 5)]
    left = [((x - each) ** 2).sum(axis=1).mean() for each in codes]
    assert all(a > 1.5 * b for a, b in pairwise(left))
    # Of 8 codes in a cube the best have at best the error of 8 smaller cubes, as 2 a side.
    assert left[0] == pytest.approx(3 * (1 / 2) ** 2 / 12, rel=0.15)


@pytest.mark.mainly("torch")
def test_the_decoder_gets_the_first_few_levels_of_each_example_in_training():
    latent = residual(quantizer_dropout=True)
    latent.build_at(())
    indices = indices_of(latent)
    *_, codes = zip(*levels(X, codebooks(latent)), strict=True)
    drawn = np.linspace(0, 0.99, len(X)).astype("float32")
    outputs = {
        "posterior": {"indices": indices},
        "noise": GivenNoise({"uniform": ops.convert_to_tensor(drawn)}),
    }
    first = [codes[: 1 + int(3 * each)] for each in drawn]
    expected = np.stack([sum(each[i] for each in first[i]) for i in range(12)])
    found = array(latent.codes_in(outputs | {"training": True}))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    for each, training in ((latent, False), (residual(), True)):
        own = outputs | {"posterior": {"indices": indices}, "training": training}
        np.testing.assert_array_equal(*map(array, (each.codes_in(own), each.codes_of(indices))))


@pytest.mark.mainly("torch")
def test_dropout_reaches_the_pass_and_not_what_trains_the_levels():
    with_dropout, without = (
        model_of(residual(update="gradient", quantizer_dropout=dropout))
        for dropout in (True, False)
    )
    with_dropout.set_weights(without.get_weights())
    outputs = [model.propagate(X, training=True) for model in (with_dropout, without)]
    for pair, other in zip(*(each["pairs"] for each in outputs), strict=True):
        np.testing.assert_array_equal(*map(array, (pair[1], other[1])))
    z, whole = (array(each["z"]) for each in outputs)
    is_whole = np.isclose(z, whole, atol=1e-6).all(axis=(1, 2))
    assert 0 < is_whole.sum() < len(X)  # a third of them: 2 of 3 have fewer, but for chance
    np.testing.assert_allclose(array(with_dropout(X)), array(without(X)))


@pytest.mark.mainly("torch")
def test_numbers_of_a_map_have_the_levels_on_their_last_axis(tmp_path):
    model = small_vqvae(quantizer=residual(depth=2, num_codes=5))
    x = np.round(RANDOM.random((10, 8, 8, 1), dtype="float32"))
    model.compile()
    model.fit(x, batch_size=5, verbose=0)
    assert model.latent.places == (2, 2, 2) and model.latent.num_codes == 5
    indices = model.encode_indices(x)
    assert indices.shape == (10, 2, 2, 2)
    reconstruction = model.reconstruct(x)
    np.testing.assert_allclose(model.decode_indices(indices), reconstruction, rtol=1e-5, atol=1e-6)
    logs = model.evaluate(x, verbose=0, return_dict=True)
    p = np.stack([np.bincount(indices[..., k].ravel(), minlength=5) / 40 for k in range(2)])
    entropy = -(p * np.log(np.where(p > 0, p, 1))).sum(axis=1)
    assert logs["perplexity"] == pytest.approx(np.exp(entropy).mean(), rel=1e-5)
    assert logs["used_codes"] == pytest.approx((p > 0).mean(), rel=1e-5)
    log_p = np.log(np.where(x == 1, reconstruction, 1 - reconstruction)).sum(axis=(1, 2, 3))
    bound = log_p - 2 * 4 * np.log(5)
    np.testing.assert_allclose(model.log_likelihood(x, num_samples=2), bound, rtol=1e-4)
    assert model.sample(3).shape == x[:3].shape
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.encode_indices(x), indices)


@pytest.mark.nightly
def test_it_is_a_part_as_others():
    check_part(residual(depth=2, quantizer_dropout=True))


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((FiniteScalar((5, 5)),), "a scale of their own.*more `levels` of FiniteScalar"),
        ((LookupFree(3),), "a scale of their own"),
        ((VectorQuantizer(4, 3, metric="cosine"),), "a scale of their own"),
        ((VectorQuantizer(4, 3), 1), "`depth` of at least 2"),
        ((kerae.latents.Normal(3),), "a kerae.latents.Quantizer"),
    ],
    ids=["finite scalar", "binary", "directions", "depth", "no quantizer"],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        Residual(*arguments)

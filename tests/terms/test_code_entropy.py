"""Entropies of binary codes, against sums over all codes."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops
from quantized import array, model_of
from scipy.special import softmax
from scipy.stats import entropy

import kerae
from kerae.latents import Grouped, LookupFree, VectorQuantizer
from kerae.terms import CodeEntropy

RANDOM = np.random.default_rng(0)


def probabilities(u, codes, temperature):
    distances = ((u[..., None, :] - codes) ** 2).sum(axis=-1)
    return softmax(-distances / temperature, axis=-1)


def value(term, u, codes):
    return array(term.of_pair(*map(ops.convert_to_tensor, (u, codes))))


@pytest.mark.mainly("torch")
@pytest.mark.parametrize(("dim", "temperature"), [(1, 1.0), (4, 1.0), (5, 0.3)])
@pytest.mark.parametrize("spherical", [False, True])
def test_it_is_what_sums_over_all_codes_give(dim, temperature, spherical):
    latent = LookupFree(dim, spherical)
    u = (RANDOM.normal(size=(6, 2, 3, dim)) / 2).astype("float32")
    every = array(latent.codes_of(np.arange(2**dim, dtype="int32"))).astype("float64")
    q = probabilities(u.astype("float64"), every, temperature)
    of_each = entropy(q, axis=-1).sum(axis=(1, 2))
    of_mean = entropy(q.mean(axis=(0, 1, 2)))
    codes = array(latent.codes_of(latent.indices_of(ops.convert_to_tensor(u))))
    found = value(CodeEntropy(gamma=0.7, temperature=temperature), u, codes)
    np.testing.assert_allclose(found, of_each - 0.7 * 6 * of_mean, rtol=1e-4, atol=1e-4)


@pytest.mark.mainly("torch")
def test_in_groups_the_entropy_of_the_mean_is_the_sum_over_groups():
    u = RANDOM.normal(size=(50, 5)).astype("float32")
    codes = np.sign(u)
    q = [
        probabilities(u[:, own].astype("float64"), signs(len(own)), 0.5)
        for own in ([0, 1], [2, 3], [4])
    ]
    of_each = sum(entropy(each, axis=-1) for each in q)
    of_mean = sum(entropy(each.mean(axis=0)) for each in q)
    found = value(CodeEntropy(temperature=0.5, group_dim=2), u, codes)
    np.testing.assert_allclose(found, of_each - of_mean, rtol=1e-4, atol=1e-4)
    # As even as they can be: 3 and 2 of 5, not 4 and 1.
    q = [
        probabilities(u[:, own].astype("float64"), signs(len(own)), 0.5)
        for own in ([0, 1, 2], [3, 4])
    ]
    of_mean = sum(entropy(each.mean(axis=0)) for each in q)
    found = value(CodeEntropy(temperature=0.5, group_dim=4), u, codes)
    np.testing.assert_allclose(found, of_each - of_mean, rtol=1e-4, atol=1e-4)


def signs(dim):
    return 2.0 * (np.arange(2**dim)[:, None] >> np.arange(dim) & 1) - 1


@pytest.mark.mainly("torch")
def test_it_is_0_of_vectors_on_one_code_and_minus_the_bits_of_vectors_on_all():
    every = signs(3).astype("float32")
    found = value(CodeEntropy(), every, every)
    np.testing.assert_allclose(found, -3 * np.log(2), rtol=1e-6)
    np.testing.assert_allclose(value(CodeEntropy(), every[:1], every[:1]), 0, atol=1e-6)


@pytest.mark.parametrize("size", [0.0, 1e-30, 1e4])
def test_value_and_gradient_are_finite_at_the_ends(size):
    u = (size * signs(3)).astype("float32")
    codes, term = np.where(u > 0, 1, -1).astype("float32"), CodeEntropy()
    assert np.isfinite(value(term, u, codes)).all()
    codes = ops.convert_to_tensor(codes)
    assert np.isfinite(gradient(lambda u: ops.sum(term.of_pair(u, codes)), u)).all()


@pytest.mark.mainly("torch")
def test_descending_it_makes_choices_sure_and_even():
    u = (0.05 * RANDOM.normal(size=(64, 4)) + 0.1).astype("float32")  # most signs positive
    term = CodeEntropy(temperature=1.0)
    for _ in range(100):
        codes = ops.convert_to_tensor(np.where(u > 0, 1, -1).astype("float32"))
        u = u - 0.5 * gradient(lambda u, codes=codes: ops.mean(term.of_pair(u, codes)), u) * 8
    used = np.unique(u > 0, axis=0)
    assert len(used) > 12 and np.abs(u).min() > 0.3


@pytest.mark.mainly("torch")
def test_of_groups_it_is_the_sum():
    x = RANDOM.normal(size=(20, 4)).astype("float32")
    latent = Grouped(LookupFree(2), 2)
    model = model_of(latent)
    model.compile()
    logs = model.evaluate(x, batch_size=20, verbose=0, return_dict=True)
    expected = sum(value(CodeEntropy(), u, np.sign(u)).mean() for u in (x[:, :2], x[:, 2:]))
    assert logs["code_entropy"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.once
def test_refuses():
    with pytest.raises(ValueError, match="LookupFree under CodeEntropy"):
        terms = [kerae.Reconstruction(), CodeEntropy()]
        prior = kerae.priors.UniformCodes()
        kerae.Autoencoder((8, 8, 1), VectorQuantizer(4, 2), prior=prior, terms=terms)
    with pytest.raises(ValueError, match="`temperature` to be positive"):
        CodeEntropy(temperature=0.0)
    with pytest.raises(ValueError, match="`group_dim` of at least 1"):
        CodeEntropy(group_dim=0)

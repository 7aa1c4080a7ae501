"""Priors over two levels of codes, by enumeration: one code of three, and a map of 2x2 of two."""

import itertools

import keras
import numpy as np
import pytest
from code_maps import weighted
from keras import ops
from numbered_noise import noise

import kerae
from kerae.latents import VectorQuantizer
from kerae.priors import CausalTransformer, MaskGIT, PixelCNN, UniformCodes

TOP, BOTTOM = 3, 2
EVERY = np.array([(k, *own) for k in range(TOP) for own in itertools.product((0, 1), repeat=4)])
X = np.random.default_rng(0).random((8, 4, 4, 1), dtype="float32").round()
PRIORS = {
    "pixel_cnn": lambda **given: PixelCNN(width=6, num_layers=2, **given),
    "transformer": lambda **given: CausalTransformer(width=6, num_layers=2, num_heads=2, **given),
}
each = pytest.mark.parametrize("make", PRIORS.values(), ids=PRIORS)


def in_model(prior=None, **levels):
    levels = {"top": VectorQuantizer(TOP, 2), "bottom": VectorQuantizer(BOTTOM, 2)} | levels
    x = keras.Input((4, 4, 1))
    h = keras.layers.Conv2D(3, 2, strides=2)(x)
    return kerae.VQVAE2(
        (4, 4, 1),
        encoder=keras.Model(x, [h, keras.layers.Conv2D(3, 2, strides=2)(h)]),
        decoder=keras.layers.Conv2DTranspose(1, 2, strides=2),
        prior=prior or UniformCodes(),
        **levels,
    )


def array(tensor):
    return ops.convert_to_numpy(ops.stop_gradient(tensor))


def tensor(values):
    return ops.convert_to_tensor(np.asarray(values, "int32"))


def in_order(drawn):
    """Where they are in `EVERY`."""
    return drawn @ np.array([16, 8, 4, 2, 1])


@pytest.mark.mainly("torch")
@each
def test_the_density_of_both_sums_to_one_and_is_that_of_what_is_drawn(make):
    prior = make()
    in_model(prior)
    weighted(prior, scale=2.0)
    p = np.exp(array(prior.log_prob_of(tensor(EVERY))).astype("float64"))
    assert p.sum() == pytest.approx(1, abs=1e-5)
    of_top = p.reshape(3, 16).sum(axis=1)
    given_top = p.reshape(3, 16) / of_top[:, None]
    assert abs(given_top[0] - given_top[1]).sum() > 0.1  # the bottom depends on the top
    rows = 4000
    drawn = array(prior.draw_indices(noise(rows)))
    assert drawn.shape == (rows, 5)
    counts = np.bincount(in_order(drawn), minlength=48)
    is_frequent = rows * p > 10
    for n, q in [
        *zip(counts[is_frequent], p[is_frequent]),
        (counts[~is_frequent].sum(), p[~is_frequent].sum()),
    ]:
        assert abs(n - rows * q) < 4 * np.sqrt(rows * q * (1 - q)) + 1


@pytest.mark.mainly("torch")
@each
def test_the_top_does_not_depend_on_the_bottom(make):
    prior = make(num_classes=2)
    in_model(prior)
    weighted(prior)
    labels = tensor([1] * 48)
    log_p = array(prior.log_prob_of_class(tensor(EVERY), labels)).reshape(3, 2, 2, 2, 2)
    p = np.exp(log_p.astype("float64"))
    assert p.sum() == pytest.approx(1, abs=1e-5)
    # p(last | the others): what a place says of those before it sums to one, whatever they are.
    chain = [p.sum(axis=tuple(range(n, 5))) for n in range(1, 6)]
    for before, after in itertools.pairwise(chain):
        np.testing.assert_allclose(after.sum(axis=-1), before, rtol=1e-5)
    # That of the top alone is read off one network, without the bottom.
    if isinstance(prior, PixelCNN):
        logits = prior.network.networks[0](tensor(np.zeros((1, 1, 1))), tensor([1]))
        alone = array(ops.softmax(logits))[0, 0]
    else:
        tokens = tensor([[0, 3, 4, 3, 4]])
        logits = prior.network(tokens, tensor([1]))
        alone = array(ops.softmax(logits[0, 0, :TOP]))
    np.testing.assert_allclose(chain[0], alone, rtol=1e-4)


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("bottom", [2, 5], ids=["fewer codes", "more codes"])
def test_no_code_of_another_level_is_drawn(bottom):
    for prior in (CausalTransformer(width=6, num_layers=1, num_heads=2), MaskGIT(3, width=8)):
        in_model(prior, bottom=VectorQuantizer(bottom, 2))
        weighted(prior, scale=3.0)
        drawn = array(prior.draw_indices(noise(500)))
        assert drawn.min() >= 0
        assert drawn[:, 0].max() < TOP and 0 < drawn[:, 1:].max() < bottom
        # Of some, the probabilities of the top sum to less than a draw can be.
        logits = np.random.default_rng(0).normal(size=(2000, 5, TOP + bottom)).astype("float32")
        nearly_one = ops.convert_to_tensor(np.full((2000, 5), 1 - 2**-24, "float32"))
        token = array(prior.drawn(nearly_one, prior.possible(ops.convert_to_tensor(logits))))
        assert token[:, 0].max() == TOP - 1 and token[:, 1:].max() == TOP + bottom - 1


@pytest.mark.mainly("torch")
@each
def test_the_bound_has_the_density_of_both_levels(make, tmp_path):
    model = in_model(make())
    np.testing.assert_allclose(
        model.score(X, num_samples=1)["kl"], np.log(TOP) + 4 * np.log(BOTTOM), rtol=1e-5
    )
    weighted(model.prior)
    kl = -array(model.prior.log_prob_of(tensor(model.encode_indices(X))))
    scores = model.score(X, num_samples=2)
    np.testing.assert_allclose(scores["kl"], kl, rtol=1e-4)
    bound = -scores["reconstruction"] - kl
    np.testing.assert_allclose(model.log_likelihood(X, num_samples=2), bound, rtol=1e-4)
    model.save(tmp_path / "model.keras")
    again = kerae.load(tmp_path / "model.keras")
    np.testing.assert_allclose(again.score(X, num_samples=2)["kl"], kl, rtol=1e-4)
    np.testing.assert_allclose(again.sample(4, seed=0), model.sample(4, seed=0), atol=1e-6)


@pytest.mark.once
@pytest.mark.parametrize("kind", [PixelCNN, CausalTransformer])
def test_fitted_to_codes_it_knows_which_bottom_goes_with_which_top(kind):
    """All codes of the bottom are one where the top is 0, the other one where it is not."""
    kerae.set_random_seed(0)
    indices = np.zeros((600, 5), "int64")
    indices[:, 0] = np.arange(600) % 3
    indices[:, 1:] = (indices[:, :1] > 0) * 1
    prior = kind(width=8, num_layers=1)
    in_model(prior)
    prior.fit(indices, epochs=30, batch_size=200, learning_rate=0.03)
    log_p = array(prior.log_prob_of(tensor(indices[:3])))
    np.testing.assert_allclose(log_p, -np.log(3), atol=0.1)


@pytest.mark.once
def test_refuses():
    prior = PixelCNN(width=4, num_layers=1)
    in_model(prior)
    with pytest.raises(ValueError, match=r"3 codes at places \(1, 1\) and 2 codes.*Received: 4"):
        in_model(prior, top=VectorQuantizer(4, 2))
    with pytest.raises(ValueError, match="from 0 to 1 or, elsewhere, 2"):
        prior.fit(np.full((4, 5), 2))
    residual = kerae.latents.Residual(VectorQuantizer(4, 2), 2)
    with pytest.raises(ValueError, match=r"in a map.*\(1, 1\) and \(2, 2, 2\).*CausalTr"):
        in_model(PixelCNN(), bottom=residual)
    with pytest.raises(ValueError, match="Quantizer under CausalTransformer.*Categorical"):
        CausalTransformer.fitted(kerae.CategoricalVAE((4, 4, 1), 2, 3), X)

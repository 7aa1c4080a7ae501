"""Two levels of codes, of which the second is given the first."""

import keras
import numpy as np
import pytest
from gradients import loss_gradients
from keras import ops
from quantized import array, choices
from scipy.special import xlog1py, xlogy

import kerae
from kerae import conditions, latents, networks
from kerae.latents import FiniteScalar, TwoLevel, VectorQuantizer

RANDOM = np.random.default_rng(0)
X = np.round(RANDOM.random((12, 8, 8, 1), dtype="float32"))
TOP, BOTTOM = 7, 5  # codes of 3 and 2 dimensions, at 2x2 and 4x4 places


def small(condition=None, **arguments):
    """Of few channels, and with a condition that is appended to those of an image and of a map."""
    known = 0 if condition is None else condition.size
    levels = {"top": VectorQuantizer(TOP, 3), "bottom": VectorQuantizer(BOTTOM, 2)}
    return kerae.VQVAE2(
        (8, 8, 1),
        encoder=networks.two_level_encoder((8, 8, 1 + known), width=4, num_blocks=1),
        decoder=networks.residual_decoder((4, 4, 5 + known), (8, 8, 1), width=4, num_blocks=1),
        condition=condition,
        **levels | arguments,
    )


@pytest.fixture(scope="module")
def trained():
    kerae.set_random_seed(0)
    model = small()
    model.compile()
    model.fit(X, batch_size=6, epochs=4, verbose=0)
    return model


@pytest.mark.mainly("torch")
def test_numbers_are_those_of_the_nearest_codes_the_top_first(tmp_path):
    kerae.set_random_seed(0)
    model = small()
    top, bottom = model.latent.parts
    for level in (top, bottom):
        level.codebook.assign(0.1 * RANDOM.standard_normal(level.codebook.shape))
    indices = model.encode_indices(X, batch_size=5)
    assert indices.shape == (12, 20) and indices.dtype == "int32"
    assert len(set(indices[:, :4].ravel())) > 1 and len(set(indices[:, 4:].ravel())) > 1
    posterior = model.posterior(ops.convert_to_tensor(X))
    for number, level in ((1, top), (2, bottom)):
        before = array(ops.stop_gradient(posterior[f"before_{number}"]))
        chosen = choices(before.reshape(-1, level.code_dim), array(level.codebook))
        own = indices[:, :4] if level is top else indices[:, 4:]
        np.testing.assert_array_equal(own, chosen.reshape(12, -1))
    maps = model.latent.by_level(indices)
    np.testing.assert_array_equal(maps["top"], indices[:, :4].reshape(-1, 2, 2))
    np.testing.assert_array_equal(maps["bottom"], indices[:, 4:].reshape(-1, 4, 4))
    codes = [array(level.codebook)[maps[name]] for name, level in zip(maps, (top, bottom))]
    z = np.concatenate([each.reshape(12, -1) for each in codes], axis=1)
    np.testing.assert_array_equal(model.encode(X), z)
    decoded = model.decode_indices(indices)
    np.testing.assert_allclose(decoded, model.reconstruct(X), rtol=1e-5, atol=1e-6)
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.encode_indices(X), indices)


@pytest.mark.mainly("torch")
def test_the_bottom_depends_on_the_top_and_the_decoder_on_both(trained):
    """What h_bottom alone would give is not what is chosen; each level changes the image."""
    latent, encoder = trained.latent, trained.encoder
    large, small_map = encoder(ops.convert_to_tensor(X))
    before = array(latent([large, small_map])["before_2"])
    moved = array(latent([large, -3 * small_map])["before_2"])
    assert abs(moved - before).max() > 1e-3
    # The encoder's small map comes to the bottom through the numbers of the top alone.
    known = latent([large, small_map])
    for power in range(16):
        near = latent([large, (1 + 0.5**power) * small_map])
        if (array(near["indices_1"]) == array(known["indices_1"])).all():
            break
    assert abs(array(near["before_1"]) - array(known["before_1"])).max() > 1e-4
    np.testing.assert_allclose(array(near["before_2"]), before, atol=1e-6)
    indices = trained.encode_indices(X)
    decoded = trained.decode_indices(indices)
    for place, count in ((0, TOP), (4, BOTTOM)):
        other = indices.copy()
        other[:, place] = (other[:, place] + 1) % count
        assert abs(trained.decode_indices(other) - decoded).max() > 1e-4


@pytest.mark.mainly("torch")
def test_the_gradient_of_the_bottom_reaches_what_the_top_is_made_of():
    model = small()
    of_bottom = [kerae.terms.OfPart(2, kerae.terms.Commitment())]
    latent = TwoLevel(VectorQuantizer(TOP, 3), VectorQuantizer(BOTTOM, 2), width=4, num_blocks=1)
    alone = kerae.Autoencoder(
        (8, 8, 1),
        latent,
        encoder=model.encoder,
        decoder=model.decoder,
        prior=kerae.priors.UniformCodes(),
        terms=of_bottom,
    )
    slopes = loss_gradients(alone, (X,))
    paths = {id(v): g for v, g in zip(alone.trainable_variables, slopes, strict=True)}
    assert abs(paths[id(latent.top.head.kernel)]).max() > 0


@pytest.mark.mainly("torch")
def test_what_it_is_trained_on_by_hand(trained):
    logs = trained.evaluate(X, batch_size=12, verbose=0, return_dict=True)
    posterior = trained.posterior(ops.convert_to_tensor(X))
    total = logs["reconstruction"]
    for number, (name, level) in enumerate(zip(("top", "bottom"), trained.latent.parts), 1):
        before = array(ops.stop_gradient(posterior[f"before_{number}"])).reshape(12, -1)
        chosen = array(posterior[f"indices_{number}"])
        distance = (before - array(level.codebook)[chosen].reshape(12, -1)) ** 2
        assert logs[f"commitment_{name}"] == pytest.approx(distance.sum(1).mean(), rel=1e-4)
        total += 0.25 * logs[f"commitment_{name}"]
        p = np.bincount(chosen.ravel(), minlength=level.num_codes) / chosen.size
        used = p[p > 0]
        perplexity = np.exp(-(used * np.log(used)).sum())
        assert logs[f"perplexity_{name}"] == pytest.approx(perplexity, rel=1e-5)
        assert logs[f"used_codes_{name}"] == pytest.approx((p > 0).mean(), rel=1e-5)
    assert logs["loss"] == pytest.approx(total, rel=1e-5)
    by_batch = trained.evaluate(X, batch_size=5, verbose=0, return_dict=True)
    assert by_batch == pytest.approx(logs, rel=1e-4)


@pytest.mark.mainly("torch")
def test_both_codebooks_follow_their_vectors():
    model = small()
    model.compile(keras.optimizers.SGD(0.0))
    model.fit(X, batch_size=12, epochs=1, verbose=0, shuffle=False)
    posterior = model.posterior(ops.convert_to_tensor(X))
    for number, level in enumerate(model.latent.parts, 1):
        before = array(ops.stop_gradient(posterior[f"before_{number}"]))
        assert float(array(level.updates)) == 1
        if number == 1:  # the bottom's vectors have changed with the top's codes
            vectors = before.reshape(-1, level.code_dim)
            distances = abs(array(level.codebook)[:, None] - vectors).max(axis=2).min(axis=1)
            assert distances.max() < 1e-5


@pytest.mark.mainly("torch")
def test_the_bound_counts_the_codes_of_both_levels(trained):
    p = trained.reconstruct(X).astype("float64")
    log_p = (xlogy(X, p) + xlog1py(1 - X, -p)).sum(axis=(1, 2, 3))
    uniform = 4 * np.log(TOP) + 16 * np.log(BOTTOM)
    assert trained.latent.log_num_codes == pytest.approx(uniform)
    found = trained.log_likelihood(X, num_samples=2)
    np.testing.assert_allclose(found, log_p - uniform, rtol=1e-4)


@pytest.mark.mainly("torch")
def test_samples_are_of_the_codes_of_both_levels(trained, monkeypatch):
    seen = []
    codes_of = TwoLevel.codes_of

    def noted(self, indices):
        seen.append(array(indices))
        return codes_of(self, indices)

    monkeypatch.setattr(TwoLevel, "codes_of", noted)
    assert trained.sample(2000, seed=0, batch_size=2048).shape == (2000, 8, 8, 1)
    drawn = seen[0][:2000]
    for own, count in ((drawn[:, :4], TOP), (drawn[:, 4:], BOTTOM)):
        counts = np.bincount(own.ravel(), minlength=count)
        expected = own.size / count
        assert len(counts) == count and abs(counts - expected).max() < 5 * np.sqrt(expected)


def test_with_a_condition_encoder_and_decoder_read_it():
    model = small(condition=conditions.Label(3))
    y = np.arange(12) % 3
    indices = model.encode_indices(X, y)
    decoded = model.decode_indices(indices, y)
    np.testing.assert_allclose(decoded, model.reconstruct(X, y), rtol=1e-5, atol=1e-6)
    assert abs(model.decode_indices(indices, 1 - y % 2) - decoded).max() > 1e-6
    with_default = kerae.VQVAE2((8, 8, 1), 6, 3, condition=conditions.Label(3))
    assert with_default.encoder.input_shape == (None, 8, 8, 4)
    assert with_default.decoder.input_shape == (None, 4, 4, 9)


@pytest.mark.nightly
@pytest.mark.parametrize(
    "bottom",
    [
        FiniteScalar((3, 2)),
        latents.LookupFree(2),
        latents.SimVQ(5, 2),
        latents.Residual(VectorQuantizer(4, 2), 2, quantizer_dropout=True),
        latents.Grouped(VectorQuantizer(4, 1), 2),
        VectorQuantizer(5, 2, update="gradient", estimator="rotation"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_each_level_may_have_any_quantizer(bottom, tmp_path):
    model = small(bottom=bottom)
    model.compile()
    logs = model.fit(X, batch_size=6, epochs=1, verbose=0).history
    own = {term.label for term in bottom.terms(0.25)}
    assert {name for name in logs if name.endswith("_bottom")} == {
        f"{label}_bottom" for label in own | {"perplexity", "used_codes"}
    }
    indices = model.encode_indices(X)
    decoded = model.decode_indices(indices)
    np.testing.assert_allclose(decoded, model.reconstruct(X), rtol=1e-5, atol=1e-6)
    numbers = np.log(bottom.num_codes) * 16 * bottom.num_codebooks
    assert model.latent.log_num_codes == pytest.approx(4 * np.log(TOP) + numbers)
    prior = kerae.priors.CausalTransformer.fitted(model, X, width=4, num_layers=1, epochs=1)
    assert model.sample(2, prior=prior).shape == (2, 8, 8, 1)


@pytest.mark.once
def test_refuses():
    kind = VectorQuantizer
    for wrong, message in (
        (lambda: kerae.VQVAE2((30, 30, 1)), r"multiples of 4, as \[28\] or \[32\]"),
        (lambda: kerae.VQVAE2((28, 28, 1), halvings=2), "multiples of 8"),
        (lambda: kerae.VQVAE2((5,)), "input_shape"),
        (lambda: small(num_codes=9), "either both quantizers or `num_codes` and `code_dim`"),
        (lambda: TwoLevel(kind(4, 2), "vector"), "a kerae.latents.Quantizer"),
        (lambda: TwoLevel(*[kind(4, 2)] * 2), "a quantizer for each level"),
        (lambda: TwoLevel(kind(4, 2), kind(4, 2), width=0), "`width`"),
    ):
        with pytest.raises(ValueError, match=message):
            wrong()
    latent, prior = TwoLevel(kind(4, 2), kind(4, 2)), kerae.priors.UniformCodes()
    with pytest.raises(ValueError, match="two maps of shapes.*two_level_encoder"):
        kerae.Autoencoder((16, 16, 1), latent, prior=prior)
    with pytest.raises(ValueError, match="twice as large"):
        x = keras.Input((8, 8, 1))
        h = keras.layers.Conv2D(3, 2, strides=2)(x)
        kerae.Autoencoder((8, 8, 1), latent, prior=prior, encoder=keras.Model(x, [h, h]))
    model = small()
    for wrong, message in (
        (np.zeros((1, 19), int), r"\('n', 20\)"),
        (np.full((1, 20), 5), "from 0 to 4 or, elsewhere, 6.*from 5 to 5"),
    ):
        with pytest.raises(ValueError, match=message):
            model.decode_indices(wrong)
    with pytest.raises(ValueError, match=r"OfPart\(1, kerae.terms.Perplexity\(\)\)"):
        terms = [kerae.Reconstruction(), kerae.terms.Perplexity()]
        kerae.Autoencoder((8, 8, 1), model.latent, prior=prior, terms=terms, encoder=model.encoder)

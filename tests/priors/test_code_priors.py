"""Priors over maps of codes: of few places and codes, by enumeration of all maps."""

import itertools
import os
import subprocess

import code_prior_elsewhere
import keras
import numpy as np
import pytest
from code_maps import CODES, EVERY, PLACES, in_model, with_weights
from gradients import gradient
from keras import ops
from numbered_noise import noise
from python_program import python

import kerae
from kerae.priors import CausalTransformer, CodePrior, MaskGIT, PixelCNN
from kerae.priors.mask_git import masked_after

AUTOREGRESSIVE = {
    "pixel_cnn": lambda **given: PixelCNN(**{"width": 6, "num_layers": 2} | given),
    "transformer": lambda **given: CausalTransformer(
        **{"width": 6, "num_layers": 2, "num_heads": 2} | given
    ),
}
each = pytest.mark.parametrize("make", AUTOREGRESSIVE.values(), ids=AUTOREGRESSIVE)
every_backend_has_one = pytest.mark.parametrize(
    "make",
    [
        pytest.param(AUTOREGRESSIVE["pixel_cnn"], id="pixel_cnn"),
        pytest.param(
            AUTOREGRESSIVE["transformer"], id="transformer", marks=pytest.mark.mainly("torch")
        ),
    ],
)


def array(tensor):
    return ops.convert_to_numpy(ops.stop_gradient(tensor))


def tensor(values):
    return ops.convert_to_tensor(np.asarray(values, "int32"))


@each
@pytest.mark.mainly("torch")
def test_a_code_depends_on_all_before_it_and_on_no_other(make):
    places, count = (4, 3), 12
    prior = with_weights(make(num_layers=3, num_classes=2), places=places)
    network, generator = prior.network, np.random.default_rng(0)
    if isinstance(prior, PixelCNN):
        (network,) = network.networks
    shape = places if isinstance(prior, PixelCNN) else (count,)
    one = generator.normal(size=(1, *shape, 6))
    factors = ops.convert_to_tensor(generator.normal(size=(count, CODES)), "float32")
    own = ops.eye(count)[..., None]  # row i has the logits of place i

    def logits(embedded):
        of_rows = network.logits(embedded, ops.ones(count, "int32"))
        return ops.sum(of_rows * own * factors[:, None])

    slopes = gradient(logits, np.repeat(one, count, axis=0)).reshape(count, count, 6)
    reaches = abs(slopes).max(axis=-1)
    before = np.tril(np.ones((count, count), bool), -1)
    assert (reaches[~before] == 0).all()
    assert (reaches[before] > 1e-7).all()


@every_backend_has_one
def test_the_density_sums_to_one_and_is_that_of_what_is_drawn(make):
    prior = with_weights(make(), scale=2.0)
    p = np.exp(array(prior.log_prob_of(tensor(EVERY))).astype("float64"))
    assert p.sum() == pytest.approx(1, abs=1e-5)
    assert 1.5 < -(p * np.log(p)).sum() < np.log(81) - 0.5  # neither one map nor all alike
    rows = 4000
    drawn = array(prior.draw_indices(noise(rows))).reshape(rows, -1)
    counts = np.bincount(drawn @ CODES ** np.arange(3, -1, -1), minlength=len(EVERY))
    is_frequent = rows * p > 10
    for n, q in [
        *zip(counts[is_frequent], p[is_frequent]),
        (counts[~is_frequent].sum(), p[~is_frequent].sum()),
    ]:
        assert abs(n - rows * q) < 4 * np.sqrt(rows * q * (1 - q)) + 1


@pytest.mark.mainly("torch")
@each
def test_with_classes_the_density_is_that_of_all_as_frequent_as_they_are(make):
    prior = with_weights(make(num_classes=2))
    prior.probability.assign([0.25, 0.75])
    of_class = [
        np.exp(array(prior.log_prob_of_class(tensor(EVERY), tensor([label] * 81))))
        for label in range(2)
    ]
    assert [p.sum() for p in of_class] == pytest.approx([1, 1], abs=1e-5)
    assert abs(of_class[0] - of_class[1]).sum() > 0.2
    mixed = np.exp(array(prior.log_prob_of(tensor(EVERY))))
    np.testing.assert_allclose(mixed, 0.25 * of_class[0] + 0.75 * of_class[1], rtol=1e-4)


@pytest.mark.mainly("torch")
def test_a_step_with_what_is_kept_is_the_pass_without():
    prior = CausalTransformer(3, width=8, num_layers=3, num_heads=4)
    with_weights(prior, places=(3, 4), num_codes=5)
    indices = np.random.default_rng(0).integers(0, 5, (6, 12))
    labels = tensor([0, 1, 2, 0, 1, 2])
    expected = array(prior.network(tensor(indices), labels))
    token, caches = prior.network.start(ops.zeros((6, 1)), labels)
    for place in range(12):
        logits, caches = prior.network.step(place, token, caches)
        np.testing.assert_allclose(array(logits), expected[:, place], rtol=1e-5, atol=1e-5)
        token = prior.network.embedding(tensor(indices[:, place]))


STRIPES, CHECKS = [[0, 1], [0, 1]], [[1, 0], [0, 1]]


def of_two_classes(count=960):
    """Of class 0 stripes, a quarter of them checks; of class 1 one code at all places, any."""
    y = np.arange(count) % 3 // 2
    maps = np.where(np.arange(count)[:, None, None] % 4 == 0, CHECKS, STRIPES)
    constant = np.broadcast_to((np.arange(count) // 3 % CODES)[:, None, None], maps.shape)
    return np.where(y[:, None, None] == 0, maps, constant).astype("int64"), y


def frequencies(indices):
    numbers = indices.reshape(len(indices), -1) @ CODES ** np.arange(3, -1, -1)
    return np.bincount(numbers, minlength=len(EVERY)) / len(indices)


def distance(one, other):
    """Of two distributions: how much of one would have to be moved."""
    return 0.5 * abs(frequencies(one) - frequencies(other)).sum()


FITTED = [
    pytest.param(PixelCNN, {"width": 8, "num_layers": 2}, id="pixel_cnn"),
    pytest.param(CausalTransformer, {"width": 8}, id="transformer", marks=pytest.mark.nightly),
    pytest.param(
        MaskGIT,
        {"num_steps": 4, "temperature": 100.0, "width": 16},
        id="mask_git",
        marks=pytest.mark.nightly,
    ),
]


@pytest.mark.once
@pytest.mark.parametrize(("of_class", "given"), FITTED)
def test_what_is_drawn_of_a_class_is_what_the_class_is_like(of_class, given):
    kerae.set_random_seed(0)
    prior = of_class(num_classes=2, **{"num_layers": 1} | given)
    in_model(prior)
    maps, y = of_two_classes()
    epochs, rate = (50, 0.02) if of_class is PixelCNN else (80, 0.01)
    prior.fit(maps, y, epochs=epochs, batch_size=480, learning_rate=rate)
    for label, expected in ((0, maps[y == 0]), (1, maps[y == 1]), (-1, maps)):
        labels = tensor([label] * 1500)
        # 0.04 is what chance allows for; the rest is what the network has not learned.
        assert distance(array(prior.draw_indices(noise(1500), labels)), expected) < 0.08, label
    if not isinstance(prior, MaskGIT):
        p = np.exp(array(prior.log_prob_of(tensor(EVERY))))
        entropy = -sum(q * np.log(q) for q in frequencies(maps) if q)
        cross = -(frequencies(maps) * np.log(p)).sum()
        assert entropy - 1e-3 < cross < entropy + 0.05


def test_fitting_moves_the_prior_alone_and_the_model_the_rest():
    prior = PixelCNN(width=4, num_layers=1)
    model = in_model(prior)
    x = np.random.default_rng(0).random((8, *PLACES, 1), dtype="float32")
    model.compile()
    own = prior.network.get_weights()
    trainable = len(model.trainable_variables)
    model.fit(x, verbose=0)
    assert all((a == b).all() for a, b in zip(prior.network.get_weights(), own, strict=True))
    before = [array(each) for each in model.trainable_variables]
    prior.fit(model.encode_indices(x), epochs=2, batch_size=4)
    assert any((a != b).any() for a, b in zip(prior.network.get_weights(), own, strict=True))
    assert all((array(a) == b).all() for a, b in zip(model.trainable_variables, before))
    assert len(model.trainable_variables) == trainable and not prior.trainable_variables
    assert model.fit(x, verbose=0).history  # with the same variables as its optimizer


@pytest.mark.mainly("torch")
def test_the_bound_has_the_density_of_the_codes_in_the_place_of_the_uniform_one():
    x = np.round(np.random.default_rng(0).random((8, *PLACES, 1), dtype="float32"))
    model = in_model(PixelCNN(2, width=4, num_layers=1))
    indices = model.encode_indices(x)
    uniform = 4 * np.log(CODES)
    np.testing.assert_allclose(model.score(x, num_samples=1)["kl"], uniform, rtol=1e-5)
    with_weights(model.prior)
    kl = -array(model.prior.log_prob_of(tensor(indices)))
    assert abs(kl - uniform).min() > 1e-3
    scores = model.score(x, num_samples=3)
    np.testing.assert_allclose(scores["kl"], kl, rtol=1e-4)
    bound = -scores["reconstruction"] - kl
    np.testing.assert_allclose(model.log_likelihood(x, num_samples=3), bound, rtol=1e-4)


@pytest.mark.mainly("torch")
@each
def test_one_is_fitted_to_the_codes_of_a_model_and_draws_of_classes(make):
    model = in_model()
    x = np.random.default_rng(0).random((12, *PLACES, 1), dtype="float32")
    y = np.arange(12) % 3
    prior = type(make()).fitted(model, x, y, seed=3, width=4, num_layers=1, epochs=1)
    assert isinstance(prior, CodePrior) and prior.num_classes == 3
    np.testing.assert_allclose(array(prior.probability), 1 / 3)
    samples = model.sample(5, y=2, seed=0, prior=prior)
    np.testing.assert_array_equal(model.sample(5, y=2, seed=0, prior=prior), samples)
    codes = model.decode_indices(np.arange(CODES).repeat(4).reshape(-1, *PLACES))
    assert np.isclose(samples[..., None, 0], codes[:, 0, 0, 0], atol=1e-6).any(axis=-1).all()
    composed = kerae.Autoencoder(
        model.input_shape,
        model.latent,
        encoder=model.encoder,
        decoder=model.decoder,
        prior=kerae.priors.UniformCodes(),
        preprocessing=model.preprocessing,
    )
    again = type(make()).fitted(composed, x, y, seed=3, width=4, num_layers=1, epochs=1)
    for one, other in zip(prior.network.get_weights(), again.network.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


@pytest.mark.once
@pytest.mark.parametrize(("num_steps", "length"), [(1, 1), (8, 8), (8, 49), (12, 256), (40, 49)])
def test_each_step_fills_some_places_and_the_last_all_that_are_left(num_steps, length):
    masked = np.array([length, *masked_after(num_steps, length)])
    assert len(masked) == num_steps + 1 and masked[-1] == 0
    assert (np.diff(masked) < 0).all()
    planned = np.floor(np.cos(np.pi / 2 * np.arange(num_steps + 1) / num_steps) * length)
    if length > 4 * num_steps:  # else one place a step is what it takes
        np.testing.assert_array_equal(masked[:-1], planned[:-1])


@pytest.mark.mainly("torch")
@pytest.mark.skipif(keras.backend.backend() == "jax", reason="which runs steps compiled")
@pytest.mark.parametrize("temperature", [0.0, 3.0])
def test_each_place_is_filled_once_and_the_surest_first(temperature, monkeypatch):
    prior = with_weights(MaskGIT(4, temperature, width=8, num_layers=1), places=(3, 4), num_codes=5)
    network, seen = type(prior.network), []
    call = network.call

    def noted(self, indices, labels=None):
        logits = call(self, indices, labels)
        seen.append((array(indices), array(ops.softmax(logits))))
        return logits

    monkeypatch.setattr(network, "call", noted)
    drawn = array(prior.draw_indices(noise(30))).reshape(30, 12)
    assert len(seen) == 4 and (drawn < 5).all() and (drawn >= 0).all()
    rows = [row for row, _ in seen] + [drawn]
    assert [(row == 5).sum(axis=1).tolist() for row in rows[1:]] == [
        [count] * 30 for count in masked_after(4, 12)
    ]
    given = noise(30)
    uniform, other = (array(given.uniform((4, 12))).astype("float64") for _ in range(2))
    gumbel = -np.log(-np.log(other))
    for step, (before, after) in enumerate(itertools.pairwise(rows)):
        was_masked, is_masked = before == 5, after == 5
        np.testing.assert_array_equal(after[~was_masked], before[~was_masked])
        p = seen[step][1]
        codes = (uniform[:, step, :, None] >= p.cumsum(axis=-1)[..., :-1]).sum(axis=-1)
        is_filled = was_masked & ~is_masked
        np.testing.assert_array_equal(after[is_filled], codes[is_filled])
        sure = np.log(np.take_along_axis(p, codes[..., None], -1)[..., 0])
        sure = sure + temperature * (1 - (step + 1) / 4) * gumbel[:, step]
        least = np.where(is_filled, sure, np.inf).min(axis=1)
        assert (least >= np.where(is_masked, sure, -np.inf).max(axis=1)).all()


@pytest.mark.mainly("torch")
def test_places_are_masked_along_a_cosine_and_alone_count(monkeypatch):
    prior = with_weights(MaskGIT(2, width=8, num_layers=1), places=(3, 4), num_codes=5)
    network, seen = type(prior.network), []
    call = network.call

    def noted(self, indices, labels=None):
        seen.append(array(indices))
        return call(self, indices, labels)

    monkeypatch.setattr(network, "call", noted)
    rows = 2000
    indices = np.random.default_rng(0).integers(0, 5, (rows, 12))
    loss = array(prior.loss(tensor(indices.reshape(-1, 3, 4)), None, noise(rows)))
    masked = seen[0] == 5
    np.testing.assert_array_equal(seen[0][~masked], indices[~masked])
    count = masked.sum(axis=1)
    u = (np.arange(10_000) + 0.5) / 10_000
    expected = np.ceil(12 * np.cos(np.pi / 2 * u))
    for power in (1, 2):
        error = (count**power).std() / np.sqrt(rows)
        assert abs((count**power).mean() - (expected**power).mean()) < 4 * error
    assert abs(masked.mean(axis=0) - masked.mean()).max() < 4 * np.sqrt(0.25 / rows)
    log_p = array(ops.log_softmax(call(prior.network, tensor(seen[0]))))
    log_p = np.take_along_axis(log_p, indices[..., None], -1)[..., 0]
    assert loss.mean() == pytest.approx(-log_p[masked].mean(), rel=1e-4)


@pytest.mark.mainly("torch")
def test_under_mask_git_examples_are_scored_under_uniform_codes():
    x = np.random.default_rng(0).random((4, *PLACES, 1), dtype="float32")
    model = in_model(MaskGIT(2, width=4, num_layers=1))
    with_weights(model.prior)
    scores = model.score(x, num_samples=1)
    np.testing.assert_allclose(scores["kl"], 4 * np.log(CODES), rtol=1e-5)
    with pytest.raises(ValueError, match="no closed form"):
        model.prior.log_prob(np.zeros((1, *PLACES, 2), "float32"))


@pytest.mark.once
def test_refuses_what_makes_no_sense():
    for wrong, message in (
        (lambda: PixelCNN(kernel_size=4), "`kernel_size` to be odd.*Take 5"),
        (lambda: CausalTransformer(width=6, num_heads=4), "multiple of `num_heads`"),
        (lambda: MaskGIT(temperature=-1.0), "`temperature` from 0 on"),
        (lambda: in_model(MaskGIT(5)), "as many `num_steps` as there are places, 4"),
        (lambda: PixelCNN().fit(EVERY), "PixelCNN that is part of a model.*prior="),
        (lambda: kerae.VQVAE((5,), 4, 2, prior=PixelCNN()), r"in a map.*places \(\).*CausalTr"),
        (lambda: kerae.VAE((5,), 2, prior=CausalTransformer()), "Quantizer under CausalTr.*Normal"),
    ):
        with pytest.raises(ValueError, match=message):
            wrong()
    prior, plain = PixelCNN(2, width=4, num_layers=1), PixelCNN(width=4, num_layers=1)
    in_model(prior), in_model(plain)
    y = np.zeros(81, int)
    for wrong, message in (
        (lambda: in_model(prior, num_codes=4), "model with 3 codes.*Received: 4 codes"),
        (lambda: prior.fit(EVERY), "Received: no `y` with num_classes=2"),
        (lambda: plain.fit(EVERY, y), "Received: `y` with num_classes=0"),
        (lambda: prior.fit(EVERY, y + 2), "81 integers from 0 to 1"),
        (lambda: prior.fit(EVERY + 1, y), "`indices` from 0 to 2"),
        (lambda: prior.fit(EVERY.reshape(-1, 4), y), r"`indices` of shape \('n', 2, 2\)"),
        (lambda: plain.draw_indices(noise(2), tensor([0, 1])), "PixelCNN has no classes"),
    ):
        with pytest.raises(ValueError, match=message):
            wrong()


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "of_class"),
    [
        pytest.param("jax", PixelCNN, id="pixel_cnn", marks=pytest.mark.nightly),
        pytest.param("tensorflow", CausalTransformer, id="transformer"),
        pytest.param("jax", MaskGIT, id="mask_git", marks=pytest.mark.nightly),
    ],
)
def test_on_another_backend_it_says_the_same(backend, of_class, tmp_path):
    given = {"num_steps": 2} if of_class is MaskGIT else {}
    prior = of_class(num_classes=2, width=4, num_layers=1, **given)
    model = in_model(prior)
    with_weights(prior)
    model.save(tmp_path / "model.keras")
    arguments = [code_prior_elsewhere.__file__, tmp_path / "model.keras", tmp_path / "answers.npz"]
    environment = os.environ | {"KERAS_BACKEND": backend}
    subprocess.run([*python(backend), *map(str, arguments)], env=environment, check=True)
    expected = code_prior_elsewhere.answers(kerae.load(tmp_path / "model.keras"))
    with np.load(tmp_path / "answers.npz") as found:
        for name, values in expected.items():
            np.testing.assert_allclose(found[name], values, rtol=1e-4, atol=1e-5)

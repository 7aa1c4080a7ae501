"""Codes in maps: what is drawn and the densities of it, against each other and by hand."""

import keras
import numpy as np
import pytest
from given_noise import GivenNoise
from gradients import loss_gradients
from keras import ops
from moved_weights import move_weights
from scipy import stats

import kerae
from kerae import latents
from kerae.latents.top_down import _levels

pytestmark = pytest.mark.mainly("torch")
SHAPE = (10, 10, 1)  # maps of 5x5 and, cut when it is doubled, of 3x3
X = np.random.default_rng(0).random((3, *SHAPE)).astype("float32")


def made(num_layers=2, **kwargs):
    arguments = {"latent_channels": 1, "width": 4} | kwargs
    return move_weights(kerae.TopDownVAE(SHAPE, num_layers, **arguments), stddev=0.1)


MODEL = made(3)
SIZE = 25 + 9 + 9


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor), "float64")


def test_layers_are_spread_over_the_maps_with_more_on_small_ones():
    assert _levels(4, 3) == [0, 1, 2, 2]
    assert _levels(5, 3) == [0, 1, 1, 2, 2]
    assert _levels(3, 1) == [0, 0, 0]
    assert _levels(1, 3) == [2] and _levels(2, 3) == [1, 2]
    assert kerae.TopDownVAE((28, 28, 1), width=2).latent.layer_shapes == (
        (14, 14, 4),
        (7, 7, 4),
        (4, 4, 4),
        (4, 4, 4),
    )


def jacobian_of_draw(draw, noise, step=1e-2):
    """The derivatives of codes by the noise that they are drawn with, by central differences."""
    moves = np.vstack([np.eye(SIZE), -np.eye(SIZE)]) * step
    codes = numpy(draw((noise + moves).astype("float32")))
    return (codes[:SIZE] - codes[SIZE:]).T / (2 * step)


@pytest.mark.parametrize("of", ["prior", "posterior"])
def test_the_density_of_a_draw_is_that_of_its_noise_by_the_change_of_variables(of):
    """log p(f(e)) = log N(e) - log |det df/de|, whichever way f and p were written."""
    noise = np.random.default_rng(1).normal(size=(1, SIZE))
    latent, prior = MODEL.latent, MODEL.prior.given(MODEL, {})
    if of == "prior":
        draw, density = lambda e: prior.sample(GivenNoise(e)), prior.log_prob
    else:
        found = MODEL.posterior(ops.convert_to_tensor(X[:1]))

        def posterior(count):
            return keras.tree.map_structure(lambda each: ops.repeat(each, count, axis=0), found)

        def draw(e):
            outputs = {"posterior": posterior(len(e)), "noise": GivenNoise(e[:, None])}
            return latent.draw(MODEL, outputs, 1)["z"][:, 0]

        def density(z):
            return latent.log_prob(posterior(len(z)), z[:, None])[:, 0]

    _, log_det = np.linalg.slogdet(jacobian_of_draw(draw, noise))
    expected = stats.norm.logpdf(noise).sum() - log_det
    found_density = numpy(density(draw(noise.astype("float32"))))
    np.testing.assert_allclose(found_density, expected, atol=0.02)


def test_codes_of_a_layer_depend_on_those_above_and_their_neighborhood():
    noise = np.random.default_rng(1).normal(size=(1, SIZE))
    prior = MODEL.prior.given(MODEL, {})
    slopes = jacobian_of_draw(lambda e: prior.sample(GivenNoise(e)), noise)
    lowest, top = slice(0, 25), slice(34, 43)
    assert (abs(slopes[lowest, top]) > 1e-6).mean() > 0.5
    np.testing.assert_allclose(slopes[top, lowest], 0, atol=1e-6)
    diagonal = np.diag(np.diag(slopes[lowest, lowest]))
    np.testing.assert_allclose(slopes[lowest, lowest], diagonal, atol=1e-4)


def test_kls_of_layers_are_those_of_codes_drawn():
    outputs = MODEL.propagate(ops.convert_to_tensor(X), num_samples=500)
    kl = numpy(MODEL.latent.kl_divergence(outputs))
    assert kl.shape == (3, 3) and (kl > 0).all()
    log_p = outputs["prior"].log_prob(outputs["z"])
    ratio = numpy(MODEL.latent.log_posterior(outputs)) - numpy(log_p)
    error = ratio.std(axis=1) / np.sqrt(500)
    assert (abs(ratio.mean(axis=1) - kl.sum(axis=1)) < 5 * error + 1e-4).all()


def test_an_image_comes_back_from_its_code_alone():
    z = MODEL.encode(X)
    assert z.shape == (3, SIZE)
    np.testing.assert_allclose(MODEL.decode(z), MODEL.reconstruct(X), rtol=1e-5)
    pair = MODEL.interpolate(X[:1], X[1:2], steps=3)
    np.testing.assert_allclose(pair[:, [0, 2]], MODEL.reconstruct(X[:2])[None], rtol=1e-4)
    moved = z.copy()
    moved[:, -1] += 1.0  # one element of the top layer
    assert (MODEL.decode(moved) != MODEL.decode(z)).any()


def test_the_posterior_reads_the_map_of_its_size():
    posterior = MODEL.posterior(ops.convert_to_tensor(X))
    assert {name: tuple(each.shape[1:]) for name, each in posterior.items()} == {
        "map_1": (5, 5, 4),
        "map_2": (3, 3, 4),
    }
    z = numpy(MODEL.latent.mode(posterior))
    lower = numpy(MODEL.latent.mode(posterior | {"map_1": posterior["map_1"] + 1.0}))
    np.testing.assert_array_equal(lower[:, 25:], z[:, 25:])
    assert (lower[:, :25] != z[:, :25]).all()


def test_the_posterior_is_the_prior_where_its_networks_say_nothing():
    model = made(3)
    for layer in model.latent.layers:
        last = layer.of_posterior.convolutions[-1]
        last.set_weights([np.zeros_like(each) for each in last.get_weights()])
    outputs = model.propagate(ops.convert_to_tensor(X))
    np.testing.assert_allclose(numpy(model.latent.kl_divergence(outputs)), 0, atol=1e-5)


@pytest.mark.slow
def test_at_the_start_the_prior_is_nearly_standard_and_deep_networks_are_no_larger():
    kerae.set_random_seed(0)
    for num_layers in (2, 32):
        model = kerae.TopDownVAE(SHAPE, num_layers, latent_channels=2, width=8)
        z = numpy(model.prior.given(model, {}).sample(kerae.noise.FreshNoise(None, 200)))
        assert abs(z.mean()) < 0.1 and z.std() == pytest.approx(1.0, abs=0.15)
        h = numpy(model.latent.for_decoder(ops.convert_to_tensor(z, "float32")))
        assert 0.1 < h.std() < 3.0, num_layers


@pytest.mark.once
def test_it_stays_finite_where_features_are_huge_and_in_half_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = kerae.TopDownVAE(SHAPE, 3, latent_channels=2, width=4)
    finally:
        keras.config.set_dtype_policy("float32")
    again = latents.TopDown.from_config(model.latent.get_config())
    assert again.network_policy.name == "mixed_bfloat16" and again.compute_dtype == "float32"
    for variable in model.latent.trainable_variables:
        variable.assign(3.0 * variable.value)
    model.compile()
    loss = model.evaluate(X, verbose=0, return_dict=True)["loss"]
    assert np.isfinite(loss) and loss > 1e3
    assert all(np.isfinite(slope).all() for slope in loss_gradients(model, (X,)))


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: latents.TopDown(0), "`num_layers` of at least 1"),
        (lambda: latents.TopDown(latent_channels=0), "`latent_channels` of at least 1"),
        (lambda: latents.TopDown(width=0), "`width` of at least 1"),
        (lambda: kerae.TopDownVAE((4,)), "`input_shape` to be a tuple"),
        (
            lambda: kerae.TopDownVAE(SHAPE, encoder=keras.layers.Flatten()),
            r"maps of shapes .*Received: \[\('batch', 100\)\]",
        ),
        (
            lambda: latents.TopDown()([np.zeros((1, 8, 8, 2)), np.zeros((1, 8, 8, 2))]),
            r"half as large .*\('batch', 8, 8, 2\), \('batch', 8, 8, 2\)",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()

"""Codes in the Poincaré ball: densities by integration over it, and what is drawn by them."""

import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops
from numbered_noise import noise

import kerae
from kerae.latents import RiemannianNormal, WrappedNormal
from kerae.ops.hyperbolic import distance, to_ball
from kerae.ops.hyperbolic_normal import Riemannian, Wrapped
from kerae.priors import HyperbolicNormal
from kerae.testing import check_part

pytestmark = pytest.mark.mainly("torch")
C = 0.7
# Geodesic radii and angles around the center of the disc, in the middle of pieces of it.
R = (np.arange(600) + 0.5) / 600 * 10
ANGLES = (np.arange(100) + 0.5) / 100 * 2 * np.pi
KINDS = {
    "wrapped": (WrappedNormal, [0.5, 0.9]),
    "riemannian": (RiemannianNormal, [0.6]),
    "wide": (RiemannianNormal, [1.3]),
}
each = pytest.mark.parametrize("kind", KINDS)


def disc():
    """Points of the disc, and the hyperbolic volume of the piece around each."""
    directions = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
    vectors = (R[:, None, None] * directions).reshape(-1, 2).astype("float32")
    volume = np.sinh(np.sqrt(C) * R) / np.sqrt(C) * (R[1] - R[0]) * (ANGLES[1] - ANGLES[0])
    return to_ball(ops.convert_to_tensor(vectors), C), np.repeat(volume, len(ANGLES))


def made(kind, rows=1, mean=(0.4, -0.3)):
    of_class, scale = KINDS[kind]
    latent = of_class(2, curvature=C)
    given = {"mean": np.float32([mean] * rows), "scale": np.float32([scale] * rows)}
    return latent, {name: ops.convert_to_tensor(value) for name, value in given.items()}


@each
def test_densities_integrate_to_one_and_codes_are_drawn_by_them(kind):
    latent, posterior = made(kind, 500)
    one = {name: value[:1] for name, value in posterior.items()}
    points, volume = disc()
    density = np.exp(ops.convert_to_numpy(latent.log_prob(one, points[None]))[0])
    assert np.sum(density * volume) == pytest.approx(1.0, abs=1e-3)
    mean = one["mean"]
    away = ops.convert_to_numpy(distance(mean, points, C))[:, 0]
    z = latent.sample(posterior, noise(500), 20)
    drawn = ops.convert_to_numpy(distance(mean, z, C))
    for power in (1, 2):
        error = (drawn**power).std() / np.sqrt(drawn.size)
        exact = np.sum(density * volume * away**power)
        assert abs((drawn**power).mean() - exact) < 4 * error + 1e-3


@pytest.mark.parametrize("family", [Wrapped, Riemannian])
@pytest.mark.parametrize("c", [1e-12, 1e-3, 4.0])
def test_densities_integrate_to_one_however_flat_the_space_is(family, c):
    c, scale = (ops.convert_to_tensor(value) for value in np.float32([c, 0.5]))
    r = np.linspace(0, 4, 4001)[1:]
    vectors = ops.convert_to_tensor(np.stack([r, 0 * r], axis=1)[None], "float32")
    scales = ops.reshape(scale, (1, 1, 1))
    density = np.exp(ops.convert_to_numpy(family.log_prob(vectors, scales, c))[0])
    circle = 2 * np.pi * np.sinh(float(c) ** 0.5 * r) / float(c) ** 0.5
    assert np.trapezoid(density * circle, r) == pytest.approx(1.0, abs=1e-4)


@each
def test_the_density_of_a_draw_is_that_of_its_code(kind):
    latent, posterior = made(kind, 20)
    drawn = latent.draw(None, {"posterior": posterior, "noise": noise(20)}, 3)
    expected = latent.log_prob(posterior, drawn["z"])
    np.testing.assert_allclose(latent.log_posterior(drawn), expected, atol=1e-3)


@each
def test_the_prior_is_the_posterior_around_the_center(kind):
    latent, posterior = made(kind, mean=(0.0, 0.0))
    scale = 0.8
    posterior["scale"] = ops.full_like(posterior["scale"], scale)
    model = kerae.VAE((4,), 2, latent=latent, prior=HyperbolicNormal(scale))
    prior = model.prior.given(model, {})
    points, _ = disc()
    expected = latent.log_prob(posterior, points[None])[0]
    np.testing.assert_allclose(prior.log_prob(points), expected, rtol=1e-4, atol=1e-4)
    z = prior.sample(noise(2000))
    squared = ops.convert_to_numpy(distance(ops.zeros_like(z), z, C)) ** 2
    drawn = ops.convert_to_numpy(
        distance(posterior["mean"], latent.sample(posterior, noise(1), 2000), C)
    )
    error = squared.std() / np.sqrt(1000)
    assert abs(squared.mean() - (drawn**2).mean()) < 4 * error


@pytest.mark.parametrize("latent", [WrappedNormal, RiemannianNormal])
def test_gradients_are_finite_for_all_that_an_encoder_may_say(latent):
    part = latent(10, learn_curvature=True)
    part.build((None, 3))
    features = np.float32([[0, 0, 0], [1e-8, 0, 0], [1, -2, 3], [1e4, 1e4, -1e4], [-1e6, 0, 1e6]])

    def drawn(values):
        posterior = part(values)
        outputs = {"posterior": posterior, "noise": noise(len(features))}
        outputs |= part.draw(None, outputs, 4)
        return ops.sum(outputs["z"]) + ops.sum(outputs["log_posterior"])

    assert np.isfinite(gradient(drawn, features)).all()
    outputs = {"posterior": part(features), "noise": noise(len(features))}
    z = ops.convert_to_numpy(part.draw(None, outputs, 50)["z"])
    assert (np.linalg.norm(z, axis=-1) < 1).all()


@pytest.mark.parametrize("latent", [WrappedNormal, RiemannianNormal])
def test_no_scale_sends_codes_beyond_the_reach_of_floats(latent):
    """Else the prior would be asked of codes nearer than those drawn, and the KL fall for ever."""
    part = latent(10)
    part.build((None, 3))
    part.scale_head.bias.assign(ops.full(part.scale_head.bias.shape, 1e4))
    outputs = {"posterior": part(np.zeros((50, 3), "float32")), "noise": noise(50)}
    outputs |= part.draw(None, outputs, 20)
    model = kerae.VAE((4,), 10, latent=latent(10), prior=HyperbolicNormal())
    prior = model.prior.given(model, outputs)
    ratio = outputs["log_posterior"] - prior.log_prob(outputs["z"])
    assert ops.convert_to_numpy(ratio).mean() > 0


def test_the_curvature_is_learned_only_where_that_is_asked_for():
    for learned, count in ((True, 1), (False, 0)):
        model = kerae.PoincareVAE((4,), 2, curvature=2.0, learn_curvature=learned)
        names = [each.name for each in model.trainable_variables]
        assert names.count("log_curvature") == count
    assert model.latent.geometry.curvature == pytest.approx(2.0)


@pytest.mark.slow
@pytest.mark.parametrize("latent", [WrappedNormal, RiemannianNormal])
def test_it_is_a_part(latent):
    check_part(latent(2))
    check_part(HyperbolicNormal())


def test_codes_elsewhere_have_no_such_prior():
    with pytest.raises(ValueError, match="Received: Normal. Use kerae.latents.WrappedNormal"):
        kerae.VAE((4,), 2, prior=HyperbolicNormal(), encoder=keras.layers.Dense(3))
    far = RiemannianNormal(16)
    with pytest.raises(ValueError, match="`scale` of at most 0.9.. .* Received: 1.0"):
        kerae.VAE((4,), 16, latent=far, prior=HyperbolicNormal(), encoder=keras.layers.Dense(3))
    with pytest.raises(ValueError, match="`curvature` to be positive"):
        WrappedNormal(2, curvature=-1.0)

"""What an exported model answers is what the model itself answers."""

import keras
import numpy as np
import pytest
from keras import ops

import kerae
import kerae.backend
from kerae import analysis
from kerae.export.endpoints import endpoints
from kerae.export.signatures import signatures
from kerae.noise.given import GivenNoise

SHAPE = (8, 8, 1)


def answer(model, name, **inputs):
    tensors = {key: ops.convert_to_tensor(value) for key, value in inputs.items()}
    endpoint = endpoints(model)[name]
    outputs = kerae.backend.compiled(model, endpoint.function)(**tensors)
    assert set(outputs) == set(endpoint.outputs)
    return {key: ops.convert_to_numpy(value) for key, value in outputs.items()}


def near(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.fixture(scope="module")
def vae():
    """Done twice, or as in training, each of its parts gives something else."""
    layers = [keras.layers.Flatten(), keras.layers.Dense(16), keras.layers.Dropout(0.5)]
    scaled = keras.layers.Rescaling(0.5)
    return kerae.VAE(SHAPE, 3, encoder=keras.Sequential(layers), preprocessing=scaled)


def test_the_endpoints_of_a_vae_answer_as_its_methods_do(vae, images):
    z = vae.encode(images)
    near(answer(vae, "reconstruct", x=images)["reconstruction"], vae.reconstruct(images))
    near(answer(vae, "decode", z=z)["x"], vae.decode(z))
    encoded = answer(vae, "encode", x=images)
    near(encoded["mean"], z)
    posterior = vae.posterior(ops.convert_to_tensor(vae.targets_in_batches(images)))
    near(encoded["log_variance"], ops.convert_to_numpy(posterior["log_variance"]))
    logits = answer(vae, "decode_logits", z=z)["logits"]
    near(1 / (1 + np.exp(-logits)), vae.decode(z))


def test_score_is_what_examine_says(vae, images):
    examined = analysis.examine(vae, images)
    scores = answer(vae, "score", x=images)
    near(scores["reconstruction_error"], examined.error)
    near(scores["negative_elbo"], examined.negative_elbo)
    of_model = vae.score(images, num_samples=2)
    for name, values in scores.items():
        near(of_model[name], values)
    x, x_hat = vae.targets_in_batches(images), vae.reconstruct(images)
    near(scores["reconstruction_error"], np.square(x - x_hat).mean(axis=(1, 2, 3)))


def test_sample_decodes_the_noise_under_a_standard_normal_prior(vae):
    noise = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    assert endpoints(vae)["sample"].inputs["noise"].shape == (3,)
    near(answer(vae, "sample", noise=noise)["x"], vae.decode(noise))


def test_what_has_no_density_and_no_logits_has_no_endpoint_for_them(images):
    model = kerae.AE(SHAPE, 3, likelihood="normal")
    found = endpoints(model)
    assert set(found) == {"reconstruct", "encode", "decode", "score", "sample"}
    assert list(answer(model, "encode", x=images)) == ["mean"]
    assert list(answer(model, "score", x=images)) == ["reconstruction_error"]
    near(answer(model, "encode", x=images)["mean"], model.encode(images))
    assert found["encode"].inputs["x"].low is None


def test_a_conditional_model_is_asked_with_its_condition(images):
    model = kerae.CVAE(SHAPE, 3, num_classes=4)
    y = np.arange(16, dtype="int32") % 4
    for name in ("reconstruct", "encode", "decode", "decode_logits", "score", "sample"):
        given = endpoints(model)[name].inputs["y"]
        assert (given.shape, given.dtype, given.low, given.high) == ((), "int32", 0, 3)
    near(answer(model, "encode", x=images, y=y)["mean"], model.encode(images, y))
    near(answer(model, "decode", z=model.encode(images, y), y=y)["x"], model.reconstruct(images, y))
    near(
        answer(model, "reconstruct", x=images, y=y)["reconstruction"], model.reconstruct(images, y)
    )
    noise = np.zeros((16, 3), "float32")
    near(answer(model, "sample", noise=noise, y=y)["x"], model.decode(noise, y))
    examined = analysis.examine(model, images, y)
    near(answer(model, "score", x=images, y=y)["negative_elbo"], examined.negative_elbo)
    of_files = signatures(model, True, lambda files: ops.convert_to_tensor(images))["score_image"]
    assert list(of_files.inputs) == ["image_bytes", "y"]
    scores = of_files.function(image_bytes=None, y=ops.convert_to_tensor(y))
    near(ops.convert_to_numpy(scores["negative_elbo"]), examined.negative_elbo)


@pytest.mark.parametrize("name", ["vector", "finite_scalar"])
def test_codes_of_a_quantizer_go_by_their_numbers(name, images):
    finite = kerae.latents.FiniteScalar((3, 2, 2))
    quantizer = kerae.latents.VectorQuantizer(7, 3) if name == "vector" else finite
    model = kerae.VQVAE(SHAPE, quantizer=quantizer)
    indices = answer(model, "encode_indices", x=images)["indices"]
    assert indices.dtype == "int32"
    np.testing.assert_array_equal(indices, model.encode_indices(images))
    near(answer(model, "decode_indices", indices=indices)["x"], model.reconstruct(images))
    given = endpoints(model)["decode_indices"].inputs["indices"]
    expected = ((2, 2), "int32", 0, quantizer.num_codes - 1)
    assert (given.shape, given.dtype, given.low, given.high) == expected
    assert given.drawn(50).max() == quantizer.num_codes - 1


@pytest.mark.parametrize(
    ("make", "places", "last"),
    [
        (
            lambda: kerae.VQVAE2(SHAPE, 7, 3, bottom=kerae.latents.FiniteScalar((3, 3))),
            20,
            4 * [6] + 16 * [8],
        ),
        (lambda: kerae.CategoricalVAE(SHAPE, 4, 3), 4, 2),
    ],
    ids=["two levels", "categories"],
)
def test_codes_of_several_kinds_go_by_their_numbers(make, places, last, images):
    model = make()
    indices = answer(model, "encode_indices", x=images)["indices"]
    np.testing.assert_array_equal(indices, model.encode_indices(images))
    near(answer(model, "decode_indices", indices=indices)["x"], model.reconstruct(images))
    given = endpoints(model)["decode_indices"].inputs["indices"]
    assert (given.shape, given.low, given.high) == ((places,), 0, last)
    np.testing.assert_array_equal(given.drawn(200).max(axis=0), np.broadcast_to(last, places))


def test_numbers_of_codes_are_read_with_the_condition(images):
    arguments = kerae.latents.VectorQuantizer(7, 3).tried_in()
    condition = kerae.conditions.Vector((2,))
    model = kerae.Autoencoder(SHAPE, condition=condition, **arguments)
    y = np.random.default_rng(0).normal(size=(16, 2)).astype("float32")
    indices = answer(model, "encode_indices", x=images, y=y)["indices"]
    near(answer(model, "decode_indices", indices=indices, y=y)["x"], model.reconstruct(images, y))
    np.testing.assert_array_equal(model.encode_indices(images, y), indices)
    near(model.decode_indices(indices, y), model.reconstruct(images, y))


def test_a_decoder_that_alone_is_conditional_has_an_encoder_without_condition(images):
    model = kerae.CAAE(SHAPE, 3, condition_shape=(2,))
    found = endpoints(model)
    assert list(found["encode"].inputs) == ["x"]
    given = found["decode"].inputs["y"]
    assert (given.shape, given.dtype, given.low) == ((2,), "float32", None)
    near(answer(model, "encode", x=images)["mean"], model.encode(images))


def test_a_mixture_takes_uniform_and_normal_draws_and_the_class():
    prior = kerae.priors.GaussianMixture.ring(num_components=4)
    model = kerae.AAE(SHAPE, 2, prior=prior, num_classes=4)
    inputs = endpoints(model)["sample"].inputs
    assert {name: given.shape for name, given in inputs.items()} == {
        "uniform": (),
        "noise": (2,),
        "y": (),
    }
    assert (inputs["y"].low, inputs["y"].high) == (-1, 3)
    assert (inputs["uniform"].low, inputs["uniform"].high) == (0, 1)
    assert "y" not in endpoints(model)["decode"].inputs
    uniform, y = np.float32([0.1, 0.9, 0.9]), np.int32([-1, -1, 2])
    noise = np.zeros((3, 2), "float32")
    found = answer(model, "sample", uniform=uniform, noise=noise, y=y)["x"]
    near(found, model.decode(4.0 * np.float32([[1, 0], [0, -1], [-1, 0]])))


def test_a_prior_that_asks_twice_gets_two_names():
    noise = GivenNoise({"noise": 1, "noise_2": 2, "uniform": 3})
    assert [noise.normal(()), noise.uniform(()), noise.normal(())] == [1, 3, 2]


def test_the_limits_of_the_data_are_those_of_the_likelihood():
    given = endpoints(kerae.VAE(SHAPE, 2))["encode"].inputs["x"]
    assert (given.shape, given.dtype, given.low, given.high) == (SHAPE, "float32", 0.0, 1.0)
    model = kerae.VAE(SHAPE, 2, preprocessing=keras.layers.Rescaling(1 / 255))
    assert endpoints(model)["encode"].inputs["x"].high is None


@pytest.mark.once
def test_inputs_are_drawn_within_their_limits():
    inputs = endpoints(kerae.CVAE(SHAPE, 2, num_classes=3))["sample"].inputs
    assert set(inputs["y"].drawn(100)) == {0, 1, 2}
    noise = inputs["noise"].drawn(1000)
    assert noise.shape == (1000, 2) and abs(noise.mean()) < 0.1 and abs(noise.std() - 1) < 0.1
    x = endpoints(kerae.VAE(SHAPE, 2))["encode"].inputs["x"].drawn(10)
    assert x.shape == (10, *SHAPE) and x.dtype == np.float32 and 0 <= x.min() < x.max() <= 1


@pytest.mark.once
def test_a_prior_that_is_not_fitted_is_told_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match="Call model.fit_prior"):
        kerae.export.saved_model(kerae.RAE(SHAPE, 2), tmp_path / "rae" / "1")
    assert not list(tmp_path.iterdir())


@pytest.mark.once
def test_files_are_taken_by_models_of_images_alone():
    assert {"encode_image", "score_image"} < set(signatures(kerae.AE(SHAPE, 2), image_bytes=True))
    for shape in ((8,), (8, 8, 2)):
        with pytest.raises(ValueError, match="Expected a model of images"):
            signatures(kerae.AE(shape, 2), image_bytes=True)


def test_a_prior_of_classes_takes_a_label():
    model = kerae.VAE(SHAPE, 2)
    prior = kerae.priors.ByClass([kerae.priors.StandardNormal(), kerae.priors.StandardNormal()])
    sample = endpoints(model.with_prior(prior))["sample"]
    y = sample.inputs["y"]
    assert (y.low, y.high) == (-1, 1) and "-1 for any" in y.description
    assert "y" not in endpoints(model.with_prior(kerae.priors.StandardNormal()))["sample"].inputs

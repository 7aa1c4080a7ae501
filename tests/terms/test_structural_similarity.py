import keras
import numpy as np
import pytest
from gradients import loss_gradients
from keras import ops

import kerae
from kerae.terms import StructuralSimilarity

GENERATOR = np.random.default_rng(0)
WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
# The networks do not matter here.
on_torch = pytest.mark.mainly("torch")


def images(shape, count=3):
    """Pairs of images that are alike, the first more than the last."""
    x = GENERATOR.random((count, *shape))
    noise = GENERATOR.random((count, *shape))
    part = np.linspace(0.1, 0.6, count).reshape(-1, 1, 1, 1)
    return x.astype("float32"), ((1 - part) * x + part * noise).astype("float32")


def value_of(x, y, **arguments):
    """The term of targets `x` and reconstructions `y`, of a code each."""
    term = StructuralSimilarity(**arguments)
    model = kerae.Autoencoder(
        x.shape[1:],
        kerae.latents.Deterministic(1),
        likelihood="normal",
        terms=[term],
        encoder=keras.layers.Flatten(),
    )
    outputs = {"target": ops.convert_to_tensor(x), "parameters": ops.convert_to_tensor(y)}
    return ops.convert_to_numpy(term.value(model, outputs | {"z": np.zeros((len(x), 1, 1))}))


def of_windows(x, y, size):
    """l and cs of each window of images of one channel, from centered moments, in doubles."""
    line = np.exp(-0.5 * np.square((np.arange(size) - (size - 1) / 2) / 1.5))
    window = np.outer(line, line) / np.outer(line, line).sum()
    shape = (size, size)
    x, y = (np.lib.stride_tricks.sliding_window_view(each, shape) for each in (x, y))
    mean_x, mean_y = ((window * each).sum((2, 3), keepdims=True) for each in (x, y))
    products = (x - mean_x) ** 2, (y - mean_y) ** 2, (x - mean_x) * (y - mean_y)
    var_x, var_y, covariance = ((window * each).sum((2, 3)) for each in products)
    mean_x, mean_y = mean_x[..., 0, 0], mean_y[..., 0, 0]
    luminance = (2 * mean_x * mean_y + 1e-4) / (mean_x**2 + mean_y**2 + 1e-4)
    return luminance, (2 * covariance + 9e-4) / (var_x + var_y + 9e-4)


def halved(image):
    """The means of 2 by 2 pixels, with the last row and column repeated where they are odd."""
    image = np.pad(image, [(0, side % 2) for side in image.shape], "edge")
    return (image[::2, ::2] + image[1::2, ::2] + image[::2, 1::2] + image[1::2, 1::2]) / 4


def by_windows(x, y, num_scales, size=11):
    """1 - MS-SSIM of each pair, in the mean over channels."""
    values = []
    for a, b in zip(x.astype("float64"), y.astype("float64")):
        channels = []
        for one, other in zip(np.moveaxis(a, 2, 0), np.moveaxis(b, 2, 0)):
            factors = []
            for scale in range(num_scales):
                if scale:
                    one, other = halved(one), halved(other)
                luminance, structure = of_windows(one, other, size)
                is_last = scale == num_scales - 1
                factors.append((luminance * structure if is_last else structure).mean())
            powers = np.array(WEIGHTS[:num_scales]) / sum(WEIGHTS[:num_scales])
            channels.append(np.prod(np.array(factors) ** powers))
        values.append(1 - np.mean(channels))
    return np.array(values)


@on_torch
@pytest.mark.parametrize("shape", [(11, 14, 1), (16, 13, 3)])
def test_a_single_scale_is_ssim_of_the_windows_within_the_image(shape):
    x, y = images(shape)
    np.testing.assert_allclose(value_of(x, y), by_windows(x, y, 1), atol=1e-5)


@pytest.mark.mainly("tensorflow", "torch")
@pytest.mark.parametrize(
    ("shape", "size", "num_scales"), [((23, 28, 1), 11, 2), ((37, 34, 3), 5, 3)]
)
def test_several_scales_are_weighted_as_in_the_paper(shape, size, num_scales):
    x, y = images(shape)
    found = value_of(x, y, window_size=size, num_scales=num_scales)
    np.testing.assert_allclose(found, by_windows(x, y, num_scales, size), atol=1e-5)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow has one, too")
@pytest.mark.parametrize("num_scales", [1, 3, 5])
def test_it_is_that_of_tensorflow(num_scales):
    import tensorflow as tf

    x, y = images((49, 53, 3))
    powers = np.array(WEIGHTS[:num_scales]) / sum(WEIGHTS[:num_scales])
    if num_scales == 1:
        expected = tf.image.ssim(x, y, 1.0, filter_size=3)
    else:
        expected = tf.image.ssim_multiscale(x, y, 1.0, tuple(powers), filter_size=3)
    found = value_of(x, y, num_scales=num_scales, window_size=3)
    np.testing.assert_allclose(found, 1 - expected.numpy(), atol=1e-5)


@on_torch
@pytest.mark.parametrize(("side", "num_scales"), [(20, 1), (21, 2), (28, 2), (41, 3), (161, 5)])
def test_there_are_as_many_scales_as_the_window_fits_into(side, num_scales):
    x, y = images((side, side + 4, 1), count=1)
    np.testing.assert_allclose(value_of(x, y), by_windows(x, y, num_scales), atol=1e-5)


@on_torch
def test_an_image_that_comes_back_as_it_is_costs_nothing():
    x, _ = images((28, 28, 1))
    np.testing.assert_allclose(value_of(x, x), 0, atol=1e-5)


@on_torch
def test_it_is_the_mean_over_the_codes_drawn():
    term = StructuralSimilarity(num_scales=1, window_size=5)
    latent = kerae.latents.Normal(2, num_samples=3)
    model = kerae.Autoencoder((8, 8, 1), latent, terms=[term], encoder=keras.layers.Flatten())
    x, _ = images((8, 8, 1))
    outputs = model.propagate(ops.convert_to_tensor(x))
    means = ops.convert_to_numpy(model.likelihood.mean(outputs["parameters"]))
    expected = by_windows(np.repeat(x, 3, axis=0), means, 1, 5).reshape(3, 3).mean(axis=1)
    found = ops.convert_to_numpy(term.value(model, outputs))
    np.testing.assert_allclose(found, expected, atol=1e-5)


@on_torch
def test_gradients_are_finite_for_images_that_are_the_opposite():
    decoder = keras.layers.Dense(24 * 24, bias_initializer=lambda shape, dtype: opposite)
    x, _ = images((24, 24, 1))
    opposite = ops.convert_to_tensor(1 - x[0].ravel())
    model = kerae.Autoencoder(
        (24, 24, 1),
        kerae.latents.Deterministic(2),
        likelihood="normal",
        terms=[StructuralSimilarity()],
        encoder=keras.layers.Flatten(),
        decoder=keras.Sequential([decoder, keras.layers.Reshape((24, 24, 1))]),
    )
    decoder.kernel.assign(0 * decoder.kernel)
    assert all(np.isfinite(each).all() for each in loss_gradients(model, (x[:1],)))
    model.compile()
    assert model.evaluate(x[:1], verbose=0)[0] == pytest.approx(1 - 1e-3)


@pytest.mark.once
def test_a_model_learns_from_it_alone(digits):
    kerae.set_random_seed(0)
    latent, terms = kerae.latents.Deterministic(8), [StructuralSimilarity(window_size=7)]
    model = kerae.Autoencoder((8, 8, 1), latent, terms=terms)
    model.compile(keras.optimizers.Adam(3e-3))
    logs = model.fit(digits.x_train, epochs=4, batch_size=128, verbose=0).history
    assert logs["structural_dissimilarity"][-1] < 0.5 * logs["structural_dissimilarity"][0]


@on_torch
def test_it_is_tried_on_images_that_are_large_enough():
    kerae.testing.check_part(StructuralSimilarity(window_size=5))


@on_torch
def test_refuses_what_makes_no_sense():
    with pytest.raises(ValueError, match=r"\(height, width, 3\).*target of shape \(4,\)"):
        kerae.VAE((4,), 2, terms=[StructuralSimilarity()])
    with pytest.raises(ValueError, match=r"\(height, width, 1\).*\(16, 16, 2\)"):
        kerae.VAE((16, 16, 2), 2, terms=[StructuralSimilarity()])
    with pytest.raises(ValueError, match=r"at least 11 pixels.*\(8, 8, 1\).*smaller `window_size`"):
        kerae.VAE((8, 8, 1), 2, terms=[StructuralSimilarity()])
    with pytest.raises(ValueError, match=r"`num_scales` of at most 2 .*\(28, 28, 1\).*: 3\."):
        kerae.VAE((28, 28, 1), 2, terms=[StructuralSimilarity(num_scales=3)])
    with pytest.raises(ValueError, match="`window_size` of at least 3"):
        StructuralSimilarity(window_size=2)
    with pytest.raises(ValueError, match="`num_scales` of at least 1"):
        StructuralSimilarity(num_scales=0)

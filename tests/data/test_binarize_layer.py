import keras
import numpy as np
import pytest

import kerae
from kerae.data import Binarize

# The tests of repeated draws use 2,500 pixels each of gray values 0.1 and 0.7.
gray = np.repeat(np.float32([0.1, 0.7]), 2500).reshape(2, 50, 50, 1)


def binarized(policy, x=gray, training=False, **options):
    return keras.ops.convert_to_numpy(Binarize(policy, **options)(x, training=training))


def test_threshold():
    x = np.float32([[0.0, 0.49, 0.51, 1.0]])
    np.testing.assert_array_equal(binarized("threshold", x), [[0, 0, 1, 1]])
    np.testing.assert_array_equal(binarized("threshold", x, threshold=0.2), [[0, 1, 1, 1]])


@pytest.mark.parametrize(("policy", "training"), [("fixed", True), ("dynamic", True)])
def test_a_pixel_is_one_with_its_gray_value_as_probability(policy, training):
    drawn = binarized(policy, training=training)
    assert set(np.unique(drawn)) == {0.0, 1.0}
    # Within four standard deviations of a binomial with 2,500 draws.
    for image, p in zip(drawn, (0.1, 0.7), strict=True):
        assert abs(image.mean() - p) < 4 * np.sqrt(p * (1 - p) / 2500)


def test_pure_black_and_white_are_never_flipped():
    x = np.zeros((2, 100), "float32")
    x[1] = 1.0
    for policy in ("fixed", "dynamic"):
        np.testing.assert_array_equal(binarized(policy, x, training=True), x)


def test_dynamic_draws_anew_in_training_alone():
    layer = Binarize("dynamic")
    calls = [keras.ops.convert_to_numpy(layer(gray, training=True)) for _ in range(2)]
    assert (calls[0] != calls[1]).mean() > 0.1
    still = [keras.ops.convert_to_numpy(layer(gray, training=False)) for _ in range(2)]
    np.testing.assert_array_equal(still[0], still[1])


def test_fixed_is_a_function_of_the_image_and_the_seed():
    images = np.random.default_rng(0).random((6, 20, 20, 1), dtype="float32")
    drawn = binarized("fixed", images)
    np.testing.assert_array_equal(binarized("fixed", images[::-1], training=True)[::-1], drawn)
    np.testing.assert_array_equal(binarized("fixed", images[2:3]), drawn[2:3])
    assert (binarized("fixed", images, seed=1) != drawn).any(axis=(1, 2, 3)).all()
    # Not one pattern for all: the thresholds of two images are unrelated.
    same = np.full((2, 50, 50, 1), 0.5, "float32")
    same[1, 0, 0] = 0.501
    a, b = binarized("fixed", same)
    assert 0.4 < (a != b).mean() < 0.6


def test_an_unknown_policy_is_refused():
    with pytest.raises(ValueError, match="Expected `policy`.*Received: 'none'"):
        Binarize("none")


def test_input_and_target_are_binarised_alike(images):
    model = kerae.VAE((8, 8, 1), 2, preprocessing=Binarize("dynamic"))
    seen = []
    model.encoder.call = lambda x, original=model.encoder.call, **kwargs: (
        seen.append(x) or original(x, **kwargs)
    )
    outputs = model.propagate(keras.ops.convert_to_tensor(images), training=True)
    target = keras.ops.convert_to_numpy(outputs["x"])
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(seen[-1]), target)
    assert set(np.unique(target)) == {0.0, 1.0}

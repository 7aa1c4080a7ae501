"""What all corruptions have in common: fresh noise in training, none elsewhere."""

import keras
import numpy as np
import pytest
from keras import ops

import kerae
from kerae import corruptions
from kerae.configurable import describe

pytestmark = pytest.mark.mainly("torch")
KINDS = {
    "gaussian": corruptions.Gaussian,
    "masking": corruptions.Masking,
    "salt_and_pepper": corruptions.SaltAndPepper,
}
every_kind = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
SAME = np.full((2, 100), 0.5, "float32")  # two examples that are equal


def spoilt(layer, x=SAME, training=True):
    return ops.convert_to_numpy(layer(x, training=training))


@every_kind
def test_nothing_happens_outside_of_training(make, images):
    layer = make()
    np.testing.assert_array_equal(spoilt(layer, images, training=False), images)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(images)), images)


@every_kind
def test_every_example_and_every_call_draws_its_own_noise(make):
    layer = make()
    first, second = spoilt(layer), spoilt(layer)
    for one, other in ((first[0], first[1]), (first, second)):
        assert (one != other).mean() > 0.2


@every_kind
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_the_shape_stays_and_the_type_is_float32(make, policy, images):
    keras.config.set_dtype_policy(policy)
    try:
        found = make()(images, training=True)
    finally:
        keras.config.set_dtype_policy("float32")
    assert tuple(found.shape) == images.shape
    assert keras.backend.standardize_dtype(found.dtype) == "float32"


@every_kind
def test_a_model_learns_from_spoilt_input_what_is_clean(make, images, monkeypatch):
    model = kerae.AE((8, 8, 1), 2, corruption=make())
    seen = []
    encode = model.posterior
    monkeypatch.setattr(model, "posterior", lambda x, *rest: seen.append(x) or encode(x, *rest))
    for training in (True, False):
        outputs = model.propagate(ops.convert_to_tensor(images), training=training)
        np.testing.assert_array_equal(ops.convert_to_numpy(outputs["x"]), images)
    in_training, in_evaluation = map(ops.convert_to_numpy, seen)
    assert (in_training != images).any(axis=(1, 2, 3)).all()
    np.testing.assert_array_equal(in_evaluation, images)


@every_kind
def test_two_steps_of_training_do_not_spoil_alike(make):
    """With a frozen seed, steps of learning rate 0 on the same batch would have equal losses."""
    model = kerae.AE((4,), 2, corruption=make())
    for variable in model.trainable_variables:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    model.compile(keras.optimizers.SGD(0.0))
    x = np.random.default_rng(0).random((64, 4), dtype="float32")
    losses = model.fit(x, epochs=3, batch_size=64, verbose=0).history["loss"]
    assert np.ptp(losses) > 1e-3 * losses[0]


@every_kind
def test_the_state_of_the_noise_is_saved_with_the_model(make, tmp_path):
    model = kerae.AE((100,), 2, corruption=make())
    spoilt(model.corruption)
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(spoilt(loaded.corruption), spoilt(model.corruption))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("gaussian", {"class": "Gaussian", "stddev": 0.3}),
        ("masking", {"class": "Masking", "probability": 0.25}),
        (
            "salt_and_pepper",
            {"class": "SaltAndPepper", "probability": 0.25, "low": 0.0, "high": 1.0},
        ),
    ],
)
def test_a_name_stands_for_a_corruption_with_its_defaults(name, meant):
    assert describe(corruptions.get(name)) == meant


@every_kind
def test_an_object_stands_for_itself(make):
    given = make()
    assert corruptions.get(given) is given


@pytest.mark.parametrize(
    "unknown", ["dropout", 0.3, None, keras.layers.GaussianNoise(0.1)], ids=lambda x: str(x)[:9]
)
def test_what_is_no_corruption_is_refused(unknown):
    with pytest.raises(ValueError, match="one of.*'gaussian', 'masking', 'salt_and_pepper'"):
        corruptions.get(unknown)

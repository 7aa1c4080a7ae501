"""`fit` through Keras: every kind of data, weights, splits, precision, several steps in a call."""

import keras
import numpy as np
import pytest

import kerae
from kerae.data.batches import Batches

BACKEND = keras.backend.backend()


def new_model(optimizer=None, **compile_options):
    kerae.set_random_seed(1)
    model = kerae.VAE(
        input_shape=(8, 8, 1),
        latent_dim=3,
        encoder=keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(16, "tanh")]),
    )
    model.compile(optimizer or keras.optimizers.SGD(1e-2), **compile_options)
    return model


def weights(model):
    return np.concatenate([np.ravel(w) for w in model.get_weights()])


class InOrder(keras.utils.PyDataset):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return (self.x[4 * index : 4 * index + 4],)


def as_tf_data(x):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(x).batch(4)


def as_labeled_tf_data(x):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((x, np.arange(len(x)))).batch(4)


def as_data_loader(x):
    import torch

    dataset = torch.utils.data.TensorDataset(torch.from_numpy(x))
    return torch.utils.data.DataLoader(dataset, batch_size=4)


@pytest.mark.parametrize(
    "convert",
    [
        InOrder,
        as_tf_data,
        pytest.param(as_labeled_tf_data, marks=pytest.mark.mainly("torch")),
        pytest.param(as_data_loader, marks=pytest.mark.mainly("torch")),
    ],
)
def test_every_kind_of_data_trains_alike(images, convert):
    expected = new_model()
    expected.fit(images, batch_size=4, shuffle=False, epochs=2, verbose=0)
    model = new_model()
    model.fit(convert(images), epochs=2, shuffle=False, verbose=0)
    np.testing.assert_allclose(weights(model), weights(expected), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(
        model.evaluate(convert(images), verbose=0), expected.evaluate(images, verbose=0), rtol=1e-5
    )


@pytest.fixture
def data(images):
    """A data set whose training part and test part differ."""
    y = np.arange(12) % 3
    parts = images[:12], y, images[12:], y[:4]
    return kerae.data.Dataset(*parts, name="few", class_names=("a", "b", "c"))


def new_conditional_model():
    kerae.set_random_seed(1)
    model = kerae.CVAE((8, 8, 1), 3, num_classes=3, encoder=keras.layers.Flatten())
    model.compile(keras.optimizers.SGD(1e-2))
    return model


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("make", [new_model, new_conditional_model])
def test_a_dataset_is_trained_on_by_one_part_and_evaluated_on_the_other(data, make):
    expected, model = make(), make()
    test = (data.x_test, data.y_test)
    a = expected.fit(data.x_train, data.y_train, validation_data=test, batch_size=5, verbose=0)
    b = model.fit(data, validation_data=data, batch_size=5, verbose=0)
    assert a.history == b.history and "val_kl" in a.history
    np.testing.assert_array_equal(weights(model), weights(expected))
    assert model.evaluate(data, verbose=0) == expected.evaluate(*test, verbose=0)


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_labels_beside_a_dataset_are_refused(data, method):
    with pytest.raises(ValueError, match=r"Dataset\(name='few'.*alone.*Leave them out"):
        getattr(new_conditional_model(), method)(data, data.y_train)


def test_predict_takes_one_part_of_a_dataset(data):
    with pytest.raises(ValueError, match=r"Received: Dataset\(.*`data.x_test`"):
        new_model().predict(data)


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_a_model_that_is_not_compiled_says_so(images, method):
    with pytest.raises(ValueError, match=f"compiled model.*Call `model.compile.*before `{method}`"):
        getattr(kerae.AE((8, 8, 1), 2), method)(images)


def test_labels_are_ignored(images):
    expected, model = new_model(), new_model()
    expected.fit(images, verbose=0)
    model.fit(images, np.arange(16), verbose=0)
    np.testing.assert_array_equal(weights(model), weights(expected))


def test_a_weight_of_zero_removes_an_example_and_others_scale_the_gradient(images):
    # With SGD: 16 examples of which 8 count give half the gradient of these 8.
    weighted = new_model(keras.optimizers.SGD(2e-2))
    weighted.noise = lambda x, training: ZeroNoise()
    weighted.fit(images, batch_size=16, sample_weight=np.repeat([1.0, 0.0], 8), verbose=0)
    alone = new_model(keras.optimizers.SGD(1e-2))
    alone.noise = lambda x, training: ZeroNoise()
    alone.fit(images[:8], batch_size=8, verbose=0)
    np.testing.assert_allclose(weights(weighted), weights(alone), rtol=1e-4, atol=1e-6)


class ZeroNoise:
    def normal(self, shape):
        return np.zeros((1, *shape), "float32")


def test_validation_split_holds_out_the_last_examples(images):
    split, given = new_model(), new_model()
    a = split.fit(images, validation_split=0.25, batch_size=4, verbose=0).history
    b = given.fit(images[:12], validation_data=(images[12:],), batch_size=4, verbose=0).history
    assert a == b and "val_kl" in a


def test_order_depends_on_the_seed_alone(images):
    seen = []
    for seed in [(0, 0), (0, 4), (0, 0), (1, 0)]:
        batches = Batches((images, None, None), 4)
        batches.shuffle(seed)
        seen.append(np.concatenate([batches[i] for i in range(len(batches))]))
    np.testing.assert_array_equal(seen[0], seen[2])
    assert (seen[0] != seen[1]).any() and (seen[0] != seen[3]).any()
    np.testing.assert_array_equal(np.sort(seen[1], axis=None), np.sort(images, axis=None))


def test_each_epoch_has_another_order(images, monkeypatch):
    seeds = []
    monkeypatch.setattr(Batches, "shuffle", lambda self, seed: seeds.append(seed))
    new_model().fit(images, batch_size=4, epochs=3, verbose=0)
    assert [step for _, step in seeds] == [0, 4, 8]
    assert len({seed for seed, _ in seeds}) == 1


def test_a_seed_makes_a_run_repeatable(images):
    runs = [new_model(), new_model()]
    for model in runs:
        model.fit(images, batch_size=4, epochs=2, verbose=0)
    np.testing.assert_array_equal(weights(runs[0]), weights(runs[1]))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_trains_with_float32_weights_and_losses(images, policy):
    reference = new_model(keras.optimizers.Adam(1e-2))
    expected = reference.fit(images, epochs=5, verbose=0).history["loss"]
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = new_model(keras.optimizers.Adam(1e-2))
        loss = model.fit(images, epochs=5, verbose=0).history["loss"]
        assert model.encoder.compute_dtype == policy.removeprefix("mixed_")
        assert {keras.backend.standardize_dtype(w.dtype) for w in model.trainable_variables} == {
            "float32"
        }
        np.testing.assert_allclose(loss, expected, rtol=0.02)
        assert model.reconstruct(images).dtype == "float32"
    finally:
        keras.config.set_dtype_policy(before)


def test_several_steps_in_a_call_give_the_same_weights(images):
    one, several = new_model(), new_model(steps_per_execution=3)
    one.fit(images, batch_size=4, epochs=2, verbose=0)
    several.fit(images, batch_size=4, epochs=2, verbose=0)
    np.testing.assert_allclose(weights(several), weights(one), rtol=1e-5, atol=1e-7)


def test_user_callbacks_see_every_term(images):
    seen = {}

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.update(logs)

    new_model().fit(images, validation_data=images, callbacks=Watch(), verbose=0)
    terms = {"loss", "reconstruction", "kl"}
    assert set(seen) == terms | {f"val_{name}" for name in terms}

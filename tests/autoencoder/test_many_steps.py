"""Many steps in a call train as one by one; what is quicker is for benchmarks/ to tell."""

from importlib import import_module

import keras
import numpy as np
import pytest
from keras import ops

import kerae
from kerae import backend
from kerae.autoencoder import many_steps

BACKEND = keras.backend.backend()
pytestmark = pytest.mark.slow
# What decides, on each backend, that a fit is long enough to prepare its steps for speed.
LEAST = {"tensorflow": "STEPS_WORTH_XLA", "torch": "STEPS_WORTH_CAPTURE"}
LABELS, WEIGHTS = np.arange(16) % 3, np.linspace(0, 1, 16)


@pytest.fixture
def without_loop(monkeypatch):
    """Lets `fit` use Keras' own loop."""

    def switch(off):
        monkeypatch.setattr(many_steps.backend, "has_room_for", lambda size: not off)

    monkeypatch.setattr(many_steps, "backend", _Like(backend))
    return switch


class _Like:
    """What can be patched without the module's `__getattr__` being asked."""

    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        return getattr(self.module, name)


LENGTHS = {
    "tensorflow": ["short", pytest.param("long", marks=pytest.mark.slow)],
    "jax": [pytest.param("any", marks=pytest.mark.slow)],
    "torch": ["short", "long"],
}[BACKEND]


@pytest.fixture(params=LENGTHS)
def length(request, monkeypatch):
    """Whether a fit of a few steps is treated as one of many; JAX compiles every loop."""
    if BACKEND in LEAST:
        least = 0 if request.param == "long" else 10**9
        monkeypatch.setattr(import_module(f"kerae.backend.{BACKEND}_loop"), LEAST[BACKEND], least)
    return request.param


def dense_vae():
    return kerae.VAE((8, 8, 1), 2, encoder=keras.layers.Flatten())


MODELS = {
    "convolutional": lambda: kerae.VAE(
        (8, 8, 1), 2, encoder=kerae.networks.convolutional_encoder((8, 8, 1))
    ),
    "conditional": lambda: kerae.CVAE((8, 8, 1), 2, 3, encoder=keras.layers.Flatten()),
    "flows": lambda: kerae.FlowVAE(
        (8, 8, 1), 2, "iaf", 1, encoder=keras.layers.Flatten(), prior=kerae.priors.Flow(num_flows=1)
    ),
    "adversarial": lambda: kerae.AAE((8, 8, 1), 2, encoder=keras.layers.Flatten()),
}
if BACKEND == "torch":
    MODELS["not to be captured"] = lambda: kerae.DenoisingAE((8, 8, 1), 2)


def trained(make, images, optimizer=None, data=(), epochs=2, **options):
    kerae.set_random_seed(0)
    model = make()
    model.compile(optimizer or keras.optimizers.SGD(1e-3), **options)
    logs = model.fit(images, **dict(data), batch_size=5, epochs=epochs, verbose=0)
    values = [*model.trainable_variables, model.step, model.seed_generator.state]
    return [keras.ops.convert_to_numpy(value) for value in values], logs.history


def assert_alike(these, those):
    for a, b in zip(these[0], those[0], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-5)
    assert these[1].keys() == those[1].keys()
    for name in these[1]:
        np.testing.assert_allclose(these[1][name], those[1][name], rtol=1e-5)


MAINLY = dict.fromkeys(("flows", "conditional"), pytest.mark.mainly("torch"))  # compile for long


@pytest.mark.parametrize("name", [pytest.param(n, marks=MAINLY.get(n, ())) for n in MODELS])
def test_trains_as_keras_does_step_by_step(images, without_loop, length, name):
    data = {"y": LABELS, "sample_weight": WEIGHTS} if name == "conditional" else {}
    options = {}
    if BACKEND == "tensorflow" and length == "long":
        # From one seed XLA draws other numbers, and a last batch that is smaller goes without it.
        options["jit_compile"] = name != "convolutional"
        images = images[:15]
        data = {key: values[:15] for key, values in data.items()}
    without_loop(True)
    expected = trained(MODELS[name], images, data=data, **options)
    without_loop(False)
    assert_alike(trained(MODELS[name], images, data=data), expected)


def test_the_number_of_steps_in_a_call_changes_nothing(images, monkeypatch):
    expected = trained(dense_vae, images)
    monkeypatch.setattr(many_steps, "AUTO", 3)  # of four
    assert_alike(trained(dense_vae, images), expected)


class Watch(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append((batch, float(logs["loss"])))


def test_a_callback_that_watches_batches_sees_each(images):
    model, watch = dense_vae(), Watch()
    model.compile("sgd")
    model.fit(images, batch_size=5, epochs=2, verbose=0, callbacks=[watch])
    assert [batch for batch, _ in watch.seen] == [0, 1, 2, 3] * 2
    assert len({loss for _, loss in watch.seen}) == 8


def test_else_a_call_is_an_epoch(images, monkeypatch):
    calls = []
    real = kerae.callbacks.StopAtNonFinite.on_train_batch_end

    def noted(self, batch, logs=None):
        calls.append(batch)
        real(self, batch, logs)

    monkeypatch.setattr(kerae.callbacks.StopAtNonFinite, "on_train_batch_end", noted)
    model = dense_vae()
    model.compile("sgd")
    model.fit(images, batch_size=5, epochs=2, verbose=0)
    assert calls == [3, 3]


def test_a_model_fits_again_evaluates_and_predicts_after_it(images):
    model = dense_vae()
    model.compile("sgd", steps_per_execution="epoch")
    model.fit(images, batch_size=5, verbose=0, validation_data=(images,), validation_batch_size=4)
    model.fit(images[:7], batch_size=3, verbose=0)
    assert int(model.step) == 4 + 3
    assert model.steps_per_execution == 1 and model.train_function is None
    loss = model.evaluate(images, batch_size=3, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(model.evaluate(images, verbose=0, return_dict=True)["loss"])
    assert model.predict(images, batch_size=3, verbose=0).shape == images.shape


def test_a_saved_model_keeps_the_choice(images, tmp_path):
    model = dense_vae()
    model.compile("sgd", steps_per_execution="epoch")
    model.fit(images, verbose=0)
    model.save(tmp_path / "model.keras")
    assert kerae.load(tmp_path / "model.keras").steps_asked == "epoch"


@pytest.mark.parametrize("steps", ["many", 0])
def test_no_other_number_of_steps_is_taken(steps):
    with pytest.raises(ValueError, match=f'at least 1, "epoch" or "auto". Received: \'?{steps}'):
        dense_vae().compile("sgd", steps_per_execution=steps)


def test_an_epoch_of_fewer_steps_is_kept_to(images):
    model = dense_vae()
    model.compile("sgd")
    model.fit(images, batch_size=4, steps_per_epoch=2, epochs=2, verbose=0)
    assert int(model.step) == 4


def transposed():
    """A kernel that lies in memory column by column."""

    def column_by_column(shape, dtype):
        return keras.ops.transpose(keras.random.normal(shape[::-1], seed=0, dtype=dtype)) / 8

    layers = [keras.layers.Flatten(), keras.layers.Dense(4, kernel_initializer=column_by_column)]
    return kerae.VAE((8, 8, 1), 2, encoder=keras.Sequential(layers))


ADAMS = [
    lambda: keras.optimizers.Adam(1e-2),
    lambda: keras.optimizers.Adam(1e-2, beta_1=0.5, beta_2=0.9, epsilon=1e-3, clipnorm=1.0),
    lambda: keras.optimizers.AdamW(1e-2, weight_decay=0.1),
    lambda: keras.optimizers.Adam(1e-2, amsgrad=True),
    lambda: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-2, 6)),
]
DAILY = {dense_vae, ADAMS[0]}  # one model with each optimizer, and each model with one


@pytest.mark.skipif(BACKEND != "torch", reason="the update is Keras' own")
@pytest.mark.parametrize(
    ("model", "make"),
    [
        pytest.param(model, make, marks=() if DAILY & {model, make} else pytest.mark.nightly)
        for model in (dense_vae, MODELS["convolutional"], transposed)
        for make in ADAMS
    ],
)
def test_adam_is_that_of_keras(images, monkeypatch, length, model, make):
    fused = trained(model, images, make(), epochs=3)
    monkeypatch.setattr("kerae.autoencoder.compilation.backend", _Like(backend))
    monkeypatch.setattr(
        "kerae.autoencoder.compilation.backend.fused", lambda optimizer: optimizer, raising=False
    )
    of_keras = trained(model, images, make(), epochs=3)
    for a, b in zip(fused[0], of_keras[0], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)  # of steps of 1e-2


@pytest.mark.mainly("jax", "torch")
def test_arrays_that_cannot_be_written_to_train_alike(images, length):
    expected = trained(dense_vae, images)
    images.flags.writeable = False
    assert_alike(trained(dense_vae, images), expected)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="it is TensorFlow's")
def test_arrays_make_no_data_set_of_a_generator(images, monkeypatch):
    """Which would let XLA map its memory anew at every step, for as long as the process lives."""
    monkeypatch.setattr("tensorflow.data.Dataset.from_generator", None)
    model = dense_vae()
    model.compile("sgd")
    model.fit(images, batch_size=4, validation_split=0.25, verbose=0)
    model.evaluate(images, batch_size=4, verbose=0)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="it is TensorFlow's")
def test_a_strategy_of_one_device_trains_alike(images):
    import tensorflow as tf

    expected = trained(dense_vae, images)
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        assert_alike(trained(dense_vae, images), expected)
        model = dense_vae()
        model.compile("sgd")
    model.fit(images, batch_size=4, verbose=0)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="JAX has no other compiler, PyTorch no XLA")
def test_what_xla_does_not_know_trains_without_it(images, monkeypatch):
    import tensorflow as tf

    class Written(keras.layers.Layer):
        def call(self, x):
            return x + 0 * tf.strings.to_number(tf.strings.as_string(tf.stop_gradient(x)))

    def make():
        layers = [keras.layers.Flatten(), Written(), keras.layers.Dense(4)]
        return kerae.VAE((8, 8, 1), 2, encoder=keras.Sequential(layers))

    expected = trained(make, images)
    monkeypatch.setattr(import_module("kerae.backend.tensorflow_loop"), "STEPS_WORTH_XLA", 0)
    assert_alike(trained(make, images), expected)


@pytest.mark.skipif(BACKEND != "torch", reason="the others capture nothing")
def test_capturing_steps_uses_up_no_noise_of_layers(monkeypatch):
    weights, x = [], np.random.default_rng(0).random((16, 4), dtype="float32")
    for least in (1, 10**9):
        monkeypatch.setattr("kerae.backend.torch_loop.STEPS_WORTH_CAPTURE", least)
        kerae.set_random_seed(1)
        encoder = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])
        model = kerae.AE((4,), 2, encoder=encoder)
        model.compile(keras.optimizers.SGD(0.1))
        model.fit(x, batch_size=4, epochs=3, verbose=0)
        weights.append([ops.convert_to_numpy(each) for each in model.trainable_variables])
    for captured, plain in zip(*weights, strict=True):
        np.testing.assert_allclose(captured, plain, rtol=1e-5, atol=1e-7)

"""What every public class keeps to. A new class fails here until it has an entry below."""

import inspect
import json

import keras
import numpy as np
import pytest
from gradients import loss_gradients
from keras import ops

import kerae
from kerae import data, latents, likelihoods, penalties, priors, schedules
from kerae.configurable import Configurable
from kerae.part import Part

ABSTRACT = {
    Configurable,
    Part,
    kerae.Term,
    latents.Latent,
    likelihoods.Likelihood,
    priors.Prior,
    schedules.Schedule,
}
SHAPE = (4, 4, 1)
X = np.random.default_rng(0).random((6, *SHAPE), dtype="float32")


def networks(parameters=SHAPE):
    encoder = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(8, "tanh")])
    decoder = keras.Sequential([keras.layers.Dense(16), keras.layers.Reshape(parameters)])
    return {"encoder": encoder, "decoder": decoder}


def around():
    """What stands before and after the networks."""
    return {
        "corruption": keras.layers.GaussianNoise(0.1),
        "preprocessing": data.Binarize("threshold", threshold=0.4),
        "likelihood": likelihoods.Normal("learned"),
    }


# For each class the arguments of one object, none of them a default.
ENTRIES = {
    kerae.Autoencoder: lambda: dict(
        input_shape=SHAPE,
        latent=latents.Normal(3, num_samples=2),
        prior=priors.StandardNormal(),
        terms=[kerae.Reconstruction(0.5), penalties.KLDivergence(2.0)],
        **networks(),
        **around(),
    ),
    kerae.AE: lambda: dict(
        input_shape=SHAPE, latent_dim=3, code_activation="tanh", **networks(), **around()
    ),
    kerae.VAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        beta=schedules.Linear(0.5, 1.0, 10),
        capacity=schedules.Cosine(0.1, 1.0, 10),
        free_bits=0.01,
        num_samples=2,
        **networks(),
        **around(),
    ),
    latents.Deterministic: lambda: dict(latent_dim=3, activation="tanh"),
    latents.Normal: lambda: dict(latent_dim=3, num_samples=2),
    priors.StandardNormal: dict,
    likelihoods.Bernoulli: dict,
    likelihoods.ContinuousBernoulli: dict,
    likelihoods.Normal: lambda: dict(scale="learned"),
    likelihoods.Laplace: lambda: dict(scale=0.5),
    kerae.Reconstruction: lambda: dict(weight=schedules.Linear(2.0, 1.0, 5)),
    penalties.KLDivergence: lambda: dict(
        weight=schedules.Linear(0.5, 1.0, 10), capacity=0.1, free_bits=0.01
    ),
    schedules.Linear: lambda: dict(start=0.5, end=1.0, steps=7),
    schedules.Cosine: lambda: dict(start=0.5, end=1.0, steps=7),
    schedules.Cyclical: lambda: dict(start=0.5, end=1.0, steps=8, cycles=2, rise=0.25),
    data.Binarize: lambda: dict(policy="fixed", threshold=0.4, seed=3),
}


def new(of_class):
    return of_class(**ENTRIES[of_class]())


every_class = pytest.mark.parametrize("of_class", ENTRIES, ids=lambda each: each.__name__)


def configurable_classes(module):
    named = (getattr(module, name) for name in dir(module))
    return {each for each in named if inspect.isclass(each) and issubclass(each, Configurable)}


def test_every_public_class_has_an_entry():
    modules = [getattr(kerae, name) for name in kerae.__all__]
    modules = [kerae, *(each for each in modules if inspect.ismodule(each))]
    found = set.union(*map(configurable_classes, modules))
    assert found - ABSTRACT == set(ENTRIES)


@every_class
def test_an_entry_gives_every_argument_and_no_default(of_class):
    parameters = inspect.signature(of_class.__init__).parameters
    arguments = ENTRIES[of_class]()
    assert set(arguments) == set(of_class.argument_names()) - {"dtype"}
    assert not [name for name, value in arguments.items() if value is parameters[name].default]


@every_class
def test_every_argument_is_an_attribute_of_the_same_name(of_class):
    arguments = ENTRIES[of_class]()
    made = of_class(**arguments)
    for name, value in arguments.items():
        expected = keras.activations.get(value) if name == "activation" else value
        found = getattr(made, name)
        if isinstance(expected, list):
            assert all(one is other for one, other in zip(found, expected, strict=True))
        else:
            assert found is expected or found == expected, name


def as_json(config):
    """The config as a file holds it: tuples are lists."""
    return json.loads(json.dumps(config))


@every_class
def test_the_config_survives_from_config_keras_and_json(of_class):
    made = new(of_class)
    config = made.get_config()
    assert of_class.from_config(config).get_config() == config
    serialized = as_json(keras.saving.serialize_keras_object(made))
    again = keras.saving.deserialize_keras_object(serialized)
    assert type(again) is of_class
    assert as_json(again.get_config()) == as_json(config)


@every_class
def test_it_is_registered_in_the_package_kerae(of_class):
    assert keras.saving.get_registered_name(of_class).startswith("kerae")


# Models: each class as its entry says and with defaults; and one model around each part.


def around_part(of_class):
    part = new(of_class)
    arguments = {"latent": latents.Normal(3), "terms": None, "likelihood": "bernoulli"}
    if isinstance(part, latents.Latent):
        arguments["latent"] = part
    elif isinstance(part, likelihoods.Likelihood):
        arguments["likelihood"] = part
    elif isinstance(part, priors.Prior):
        arguments |= {"prior": part, "terms": [kerae.Reconstruction(), penalties.KLDivergence()]}
    elif isinstance(part, schedules.Schedule):
        arguments["terms"] = [kerae.Reconstruction(), penalties.KLDivergence(part)]
    elif isinstance(part, kerae.Reconstruction):
        arguments["terms"] = [part]
    elif isinstance(part, kerae.Term):
        arguments["terms"] = [kerae.Reconstruction(), part]
    else:
        arguments["preprocessing"] = part
    return kerae.Autoencoder(SHAPE, **arguments, **networks())


MODEL_CLASSES = [each for each in ENTRIES if issubclass(each, keras.Model)]
PARTS = [each for each in ENTRIES if not issubclass(each, keras.Model)]
MODELS = {each.__name__: lambda each=each: new(each) for each in MODEL_CLASSES}
MODELS["convolutional VAE"] = lambda: kerae.VAE((16, 16, 3), 3)
AROUND_PARTS = {f"with {each.__name__}": lambda each=each: around_part(each) for each in PARTS}


def cases(makers):
    return pytest.mark.parametrize("make", makers.values(), ids=makers.keys())


def examples(model):
    return np.resize(X, (6, *model.input_shape))


def compiled(model, function):
    """What a function of a batch gives for the examples, without training."""
    return kerae.backend.compiled(model, function)(ops.convert_to_tensor(examples(model)))


def loss(model):
    return float(compiled(model, lambda x: model.objective(x, training=False)))


def dtype(tensor):
    return keras.backend.standardize_dtype(tensor.dtype)


@cases(MODELS)
def test_a_symbolic_call_knows_the_shape_that_a_call_gives(make):
    model = make()
    x = examples(model)
    symbolic = model(keras.Input(model.input_shape))
    assert tuple(symbolic.shape) == (None, *x.shape[1:])
    assert dtype(symbolic) == "float32"
    assert model.predict(x, verbose=0).shape == x.shape


@cases(MODELS | AROUND_PARTS)
def test_every_trainable_variable_gets_a_finite_gradient(make):
    model = make()
    slopes = loss_gradients(model, examples(model))
    for variable, slope in zip(model.trainable_variables, slopes, strict=True):
        assert np.isfinite(slope).all(), variable.path
        assert slope.any(), variable.path


@cases(MODELS)
def test_networks_in_half_precision_give_a_float_loss_near_the_float_one(make):
    model = make()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = make()
    finally:
        keras.config.set_dtype_policy("float32")
    mixed.set_weights(model.get_weights())
    assert mixed.encoder.layers[-1].compute_dtype == "bfloat16"
    assert mixed.decoder.layers[-1].compute_dtype == "bfloat16"
    found, outputs = compiled(mixed, lambda x: (mixed.objective(x, False), mixed.propagate(x)))
    reconstruction = mixed(keras.Input(mixed.input_shape))
    tensors = [found, reconstruction, *mixed.trainable_variables, *keras.tree.flatten(outputs)]
    assert {dtype(tensor) for tensor in tensors} == {"float32"}
    assert float(found) == pytest.approx(loss(model), rel=0.02)
    again = type(mixed).from_config(mixed.get_config())
    assert again.encoder.layers[-1].compute_dtype == "bfloat16"
    assert again.latent.compute_dtype == "float32"


def test_the_same_seed_gives_the_same_weights_after_training():
    weights = []
    for _ in range(2):
        keras.utils.set_random_seed(5)
        model = new(kerae.VAE)
        model.compile()
        model.fit(X, epochs=2, batch_size=3, verbose=0)
        weights.append(model.get_weights())
    for first, second in zip(*weights, strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-5, atol=1e-7)


@cases(MODELS | AROUND_PARTS)
def test_a_model_that_was_saved_and_loaded_is_the_same(make, tmp_path):
    model = make()
    for variable in model.trainable_variables:
        variable.assign(np.random.default_rng(0).normal(size=variable.shape))
    model.step.assign(3)
    model.compile()
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    assert type(loaded) is type(model)
    assert as_json(loaded.get_config()) == as_json(model.get_config())
    for kept, variable in zip(loaded.variables, model.variables, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(kept), ops.convert_to_numpy(variable))
    if make in MODELS.values():
        assert loss(loaded) == pytest.approx(loss(model), rel=1e-6)

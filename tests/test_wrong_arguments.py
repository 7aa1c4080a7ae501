"""Every argument of every public class and method: a wrong value works, or is refused by name."""

import inspect

import keras
import numpy as np
import pytest

import kerae
from kerae.configurable import Configurable
from tests.helpers.wrong_arguments import with_wrong_arguments

pytestmark = [pytest.mark.slow, pytest.mark.mainly("torch")]

X = np.random.default_rng(0).random((8, 4)).astype("float32")
Z = X[:, :2]
MODULES = (kerae.latents, kerae.likelihoods, kerae.priors, kerae.terms, kerae.schedules)
MODULES += (kerae.corruptions, kerae.conditions, kerae.targets, kerae.adversaries, kerae.models)
MODULES += (kerae.flows,)
GIVEN = {
    "input_shape": (4,),
    "shape": (4,),
    "latent": kerae.latents.Deterministic(2),
    "latent_dim": 2,
    "likelihood": "normal",
    "num_classes": 3,
    "start": 0.0,
    "end": 1.0,
    "steps": 10,
    "means": [[0.0], [1.0]],
    "covariances": [[[1.0]], [[1.0]]],
    "dataset_size": 100,
    "widths": (4, 3),
    "flows": [kerae.flows.Planar(2)],
    "centers": [[0.0, 1.0], [1.0, 0.0]],
    "gamma": 1.0,
    "beta": 1.0,
    "capacity": 2.0,
    "capacity_steps": 10,
    "num_components": 2,
    "length": 1.0,
    "latent_dims": (2, 1),
    "layer": 1,
    "modalities": {"a": (2,), "b": (1,)},
}
OF_MODEL = {"MultimodalVAE": {}, "StackedAE": {}}
OF_MODEL |= {name: {"input_shape": (4, 4, 1)} for name in ("TopDownVAE", "VQVAE2")}
CLASSES = {
    each.__name__: each
    for module in MODULES
    for each in vars(module).values()
    if inspect.isclass(each) and issubclass(each, Configurable)
}


def required(each):
    parameters = inspect.signature(each.__init__).parameters.values()
    empty = inspect.Parameter.empty
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [p.name for p in parameters if p.default is empty and p.kind in kinds][1:]


ARGUMENTS = [
    (name, argument)
    for name, each in CLASSES.items()
    if set(required(each)) <= GIVEN.keys()
    for argument in inspect.signature(each.__init__).parameters
    if argument not in ("self", "args", "kwargs", "dtype")  # the last one is Keras' own
]


SLOW = {"TopDownVAE", "VQVAE2"}  # whose own networks are made for each wrong value


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        pytest.param(*each, marks=pytest.mark.nightly if each[0] in SLOW else ())
        for each in ARGUMENTS
    ],
)
def test_constructors(name, argument):
    make = CLASSES[name]
    arguments = {each: GIVEN[each] for each in required(make)}
    if issubclass(make, kerae.Autoencoder):
        arguments |= OF_MODEL.get(name, {"encoder": keras.layers.Dense(3)})
    assert not list(with_wrong_arguments(make, arguments, argument))


METHODS = {
    "fit": {
        "x": X,
        "batch_size": 4,
        "epochs": 1,
        "callbacks": None,
        "validation_split": 0.0,
        "sample_weight": None,
    },
    "evaluate": {"x": X, "batch_size": 4, "sample_weight": None},
    "predict": {"x": X},
    "encode": {"x": X, "batch_size": 4},
    "decode": {"z": Z, "batch_size": 4},
    "reconstruct": {"x": X, "batch_size": 4},
    "sample": {"num_samples": 2, "batch_size": 4, "seed": 0, "prior": None},
    "score": {"x": X, "num_samples": 2, "batch_size": 4, "seed": 0},
    "log_likelihood": {"x": X, "num_samples": 2, "batch_size": 4, "seed": 0},
    "interpolate": {"x_a": X, "x_b": X, "steps": 3, "method": "linear"},
    "start_at_mean": {"x": X},
    "compile": {"optimizer": "sgd", "steps_per_execution": 1},
    "save": {"filepath": "model.keras", "overwrite": True},
    "restore": {"filepath": "model.keras"},
    "pretrain": {"x": X, "epochs": 1, "batch_size": 4, "optimizer": "sgd"},
    "fit_prior": {"x": X, "seed": 0},
}


@pytest.fixture(scope="module")
def models():
    """By the name of a method that only some models have, and otherwise by `None`."""
    arguments = {"likelihood": "normal", "encoder": keras.layers.Dense(3)}
    models = {
        None: kerae.VAE((4,), 2, **arguments),
        "pretrain": kerae.StackedAE((4,), 2, widths=(3,), likelihood="normal"),
        "fit_prior": kerae.RAE((4,), 2, num_components=2, **arguments),
    }
    for model in models.values():
        model.compile("sgd")
    return models


@pytest.mark.parametrize(
    ("method", "argument"), [(name, each) for name in METHODS for each in METHODS[name]]
)
def test_methods(models, method, argument, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    model = models.get(method, models[None])
    if method == "restore":
        model.save("model.keras")
    quiet = {"verbose": 0} if method in ("fit", "evaluate", "predict", "pretrain") else {}
    try:
        wrong = list(
            with_wrong_arguments(getattr(model, method), METHODS[method] | quiet, argument)
        )
    finally:
        model.compile("sgd")
    assert not wrong

"""Every argument of every public class and method: a wrong value works, or is refused by name."""

import inspect
import math
import re

import keras
import numpy as np
import pytest

import kerae
from kerae.configurable import Configurable

pytestmark = pytest.mark.mainly("torch")

WRONG = {
    "zero": 0,
    "minus one": -1,
    "NaN": math.nan,
    "infinity": math.inf,
    "true": True,
    "string": "x",
    "none": None,
    "object": object(),
    "dict": {"x": 1},
}
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
}
CLASSES = {
    each.__name__: each
    for module in MODULES
    for each in vars(module).values()
    if inspect.isclass(each) and issubclass(each, Configurable)
}


def with_wrong_arguments(call, arguments, argument):
    """The wrong values that `call` neither takes nor refuses in a line that names the argument."""
    for kind, wrong in WRONG.items():
        try:
            call(**arguments | {argument: wrong})
        except (ValueError, TypeError) as error:
            # By its name, or by that of the part's that it is passed on as: `weight` for `beta`.
            if "\n" in str(error).strip() or not re.search(r"`\w+`", str(error)):
                yield f"{kind}: {error}"
        except Exception as error:
            yield f"{kind}: {type(error).__name__}: {error}"


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


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_constructors(name, argument):
    make = CLASSES[name]
    arguments = {each: GIVEN[each] for each in required(make)}
    if issubclass(make, kerae.Autoencoder):
        arguments |= {"encoder": keras.layers.Dense(3)} if name != "StackedAE" else {}
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
}


@pytest.fixture(scope="module")
def model():
    model = kerae.VAE((4,), 2, likelihood="normal", encoder=keras.layers.Dense(3))
    model.compile("sgd")
    return model


@pytest.mark.parametrize(
    ("method", "argument"), [(name, each) for name in METHODS for each in METHODS[name]]
)
def test_methods(model, method, argument):
    quiet = {"verbose": 0} if method in ("fit", "evaluate", "predict") else {}
    try:
        wrong = list(
            with_wrong_arguments(getattr(model, method), METHODS[method] | quiet, argument)
        )
    finally:
        model.compile("sgd")
    assert not wrong

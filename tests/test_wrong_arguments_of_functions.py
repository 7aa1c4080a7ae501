"""Every argument of every public function: a wrong value works, or is refused by name."""

import inspect
import socket
from importlib import import_module
from unittest.mock import MagicMock

import keras
import numpy as np
import pytest

import kerae
from tests.helpers.wrong_arguments import Reached, with_wrong_arguments

pytestmark = [pytest.mark.slow, pytest.mark.mainly("torch")]

MODULES = ("analysis", "callbacks", "data", "distribution", "export", "figures", "latent_space")
MODULES += ("metrics", "networks", "serving")
CLASSES = {"callbacks.Checkpoint", "data.Dataset", "serving.Client", "serving.GRPCClient"}
X = np.random.default_rng(0).random((12, 4)).astype("float32")
Z, LABELS, NAMES = X[:, :2], np.arange(12) % 2, ("cat", "dog")
FACTORS = np.stack([LABELS, np.arange(12) // 2 % 2], axis=1)
IMAGES = np.random.default_rng(0).random((12, 3, 3, 1)).astype("float32")
# What begins once all arguments were looked at, and takes long.
STUBBED = {
    "run.train": "only_writer",
    "analysis.compare": "analyze",
    "analysis.report": "analyze",
    "analysis.refinement": "Relabel",
    "analysis.explore": "serving",
    "export.exporting": "Exporting.__enter__",
    "serving.server.http_server": "HTTPServer.__init__",
    "data.load": "read_tfds",
}


def public():
    """Pairs of a dotted name and a function, or a class."""
    for name in ("load", "set_random_seed", "train"):
        yield name, getattr(kerae, name)
    for module in MODULES:
        for name in vars(getattr(kerae, module)):
            each = getattr(getattr(kerae, module), name)
            own = getattr(each, "__module__", "").startswith(f"kerae.{module}")
            if own and inspect.isfunction(each) and not name.startswith("_"):
                yield f"{module}.{name}", each
    for name in CLASSES:
        module, name = name.split(".")
        yield f"{module}.{name}", getattr(getattr(kerae, module), name)


PUBLIC = dict(public())


def parameters(function):
    given = inspect.signature(function).parameters.values()
    return [each for each in given if each.kind is not each.VAR_KEYWORD]


def reached(*_, **__):
    raise Reached


@pytest.fixture(scope="module")
def fitting(tmp_path_factory):
    """Arguments that fit each other, by name; and by function those that have others."""
    model = new_model((4,))
    filepath = tmp_path_factory.mktemp("models") / "model.keras"
    model.save(filepath)
    clusters = kerae.analysis.cluster(Z, n_clusters=2)
    draws = kerae.metrics.FactorDraws(Z, FACTORS)
    by_name = dict.fromkeys(("z", "z_a", "z_b", "points", "z_train", "z_test", "kl"), Z)
    by_name |= dict.fromkeys(("x", "x_with", "x_without", "x_train", "x_test"), X)
    by_name |= dict.fromkeys(("labels", "y_train", "y_test", "clusters"), LABELS)
    by_name |= dict.fromkeys(("error", "values", "preservation"), X[:, 0])
    by_name |= dict.fromkeys(("images", "x_hat"), IMAGES)
    by_name |= dict.fromkeys(("arrays", "real", "made", "importance"), Z)
    by_name |= {
        "activation": "relu",
        "address": "localhost:1",
        "centers": clusters.centers,
        "chosen": 2,
        "class_names": NAMES,
        "code_shape": (2,),
        "codes": [Z],
        "criterion": "bic",
        "curve": {2: 1.0, 3: 0.5},
        "data": kerae.data.Dataset(X, LABELS, X, LABELS, "blank", NAMES),
        "decoded": IMAGES[:2],
        "draw_alike": draws.alike,
        "draw_pairs": draws.pairs,
        "encode": np.asarray,
        "encoding": [keras.layers.Dense(3)],
        "epochs": 1,
        "factors": FACTORS,
        "filepath": filepath,
        "folder": "models",
        "history": {"loss": [1.0, 2.0]},
        "input_shape": (4,),
        "metric": np.mean,
        "model": model,
        "models": {"one": model},
        "name": "digits",
        "log_likelihood": -X[:, 0],
        "num_dimensions": 2,
        "num_factors": 2,
        "num_neighbors": 2,
        "out": "run",
        "output_shape": (4,),
        "seed": 0,
        "shape": (8, 8, 1),
        "titles": ["one"],
        "vector": Z[0],
    }
    dictionary = kerae.SparseAE((4,), 3, penalty="l1", likelihood="normal")
    network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="hidden")])
    host = {"model": network, "layer": "hidden", "sae": dictionary}
    by_function = {
        "analysis.analyze": {"n_clusters": 2},
        "analysis.annealed_importance_sampling": dict.fromkeys(
            ("num_temperatures", "num_chains", "num_leapfrog"), 2
        ),
        "analysis.cluster": {"n_clusters": 2},
        "analysis.explore": {"port": 0},
        "analysis.features": {
            "model": dictionary,
            "examples": IMAGES,
            "tokens": np.full((3, 4), "a"),
        },
        "analysis.features_page": {
            "found": kerae.analysis.features(dictionary, X),
            "folder": "pages",
        },
        "analysis.loss_recovered": host | {"y": X, "loss": "mse"},
        "analysis.spliced": host,
        "analysis.project": {"method": "pca"},
        "analysis.refine_clusters": {"clusters": clusters},
        "distribution.strategy": {"name": "none"},
        "export.litert": {"path": "model.tflite"},
        "export.onnx": {"path": "model.onnx"},
        "export.openvino": {"path": "model.xml"},
        "export.saved_model": {"path": "model/1"},
        "figures.category_traversals": {"images": IMAGES[None]},
        "figures.code_maps": {
            "x": IMAGES,
            "indices": LABELS[:, None, None],
            "codes": Z[:, None, None],
        },
        "figures.code_usage": {"indices": LABELS, "num_codes": 2},
        "figures.extremes": {"x": IMAGES},
        "figures.interpolations": {"images": IMAGES[None]},
        "figures.manifold": {"model": new_model((3, 3, 1)), "n": 2},
        "figures.reconstructions": {"x": IMAGES},
        "figures.traversals": {"images": IMAGES[None]},
        "latent_space.traverse": {"z": Z[0]},
        "latent_space.traverse_categories": {
            "model": kerae.CategoricalVAE((4,), 2, 3),
            "z": np.zeros(6),
        },
        "metrics.code_perplexity": {"indices": LABELS},
        "networks.convolutional_decoder": {"output_shape": (8, 8, 1)},
        "networks.convolutional_encoder": {"input_shape": (8, 8, 1)},
    }
    return by_name, by_function


def new_model(input_shape):
    encoder = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])
    return kerae.VAE(input_shape, 2, likelihood="normal", encoder=encoder)


@pytest.fixture
def stubs(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models" / "model" / "1").mkdir(parents=True)
    monkeypatch.setattr(socket, "create_server", MagicMock())
    for module, attribute in STUBBED.items():
        owner, _, name = attribute.rpartition(".")
        module = import_module(f"kerae.{module}")
        monkeypatch.setattr(getattr(module, owner) if owner else module, name, reached)


@pytest.mark.parametrize(
    ("name", "argument"), [(name, p.name) for name in PUBLIC for p in parameters(PUBLIC[name])]
)
def test_functions(name, argument, fitting, stubs):
    def call(**arguments):
        is_variadic = name == "metrics.bootstrap_interval"
        first = [arguments.pop(each) for each in ("metric", "arrays") if is_variadic]
        result = PUBLIC[name](*first, **arguments)
        if name == "distribution.strategy":
            with result:
                pass

    by_name, by_function = fitting
    required = [p.name for p in parameters(PUBLIC[name]) if p.default is p.empty]
    arguments = {each: by_name.get(each) for each in required} | by_function.get(name, {})
    assert not list(with_wrong_arguments(call, arguments, argument))

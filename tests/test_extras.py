"""What works without the extras, and what is said where one is missing."""

import os
import re
import subprocess
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from python_program import BACKEND, FRESH
from without import without

from kerae.checks.extras import EXTRAS, PACKAGES

pytestmark = [pytest.mark.once, pytest.mark.slow]

PLAIN = """
import pathlib, warnings
import numpy as np
import kerae

for name in kerae.__all__:
    getattr(kerae, name)
rng = np.random.default_rng(0)
np.savez("data.npz", x=rng.uniform(size=(40, 8, 8, 1)).astype("float32"), y=np.arange(40) % 2)
data = kerae.data.load("data.npz")
model = kerae.VAE((8, 8, 1), latent_dim=2)
model.compile(optimizer="adam")
model.fit(data.x_train, epochs=1, verbose=0)
assert np.isfinite(model.evaluate(data.x_test, return_dict=True, verbose=0)["loss"])
model.save("vae.keras")
z = model.encode(data.x_test)
np.testing.assert_allclose(kerae.load("vae.keras").encode(data.x_test), z, rtol=1e-6)
assert model.sample(3, seed=0).shape == (3, 8, 8, 1)
with warnings.catch_warnings(record=True) as warned:
    kerae.train(kerae.VAE((8, 8, 1), latent_dim=2), data, "run", epochs=1)
assert pathlib.Path("run", "model.keras").exists() and not pathlib.Path("run", "figures").exists()
print(*(each.message for each in warned))
"""
# What is called, and what its line says.
NEEDED = {
    'kerae.data.load("digits")': "scikit-learn 'kerae[data]'",
    'kerae.data.load("mnist")': "tensorflow-datasets 'kerae[data]'",
    'kerae.data.load(".")': "pillow 'kerae[data]'",
    "kerae.analysis.project(z)": "umap-learn 'kerae[analysis]'",
    "kerae.analysis.project(z, 'pca')": "scikit-learn 'kerae[analysis]'",
    "kerae.analysis.project(z, 'pacmap')": "pacmap 'kerae[pacmap]'",
    "kerae.analysis.project(z, 'opentsne')": "openTSNE 'kerae[opentsne]'",
    "kerae.analysis.cluster(z)": "scikit-learn 'kerae[analysis]'",
    "kerae.analysis.score(z)": "scikit-learn 'kerae[analysis]'",
    "kerae.analysis.outlier_scores(z)": "scikit-learn 'kerae[analysis]'",
    "kerae.analysis.analyze(model, z)": "scikit-learn 'kerae[analysis]'",
    "kerae.analysis.report(model, z)": "bokeh 'kerae[analysis]'",
    "kerae.analysis.compare({}, z)": "pandas 'kerae[analysis]'",
    "kerae.analysis.explore(model, z)": "bokeh 'kerae[analysis]'",
    "kerae.analysis.Scores().to_frame()": "pandas 'kerae[analysis]'",
    "kerae.figures.samples(data.x_test)": "matplotlib 'kerae[analysis]'",
    "kerae.figures.latent_scatter(z)": "matplotlib 'kerae[analysis]'",
    "kerae.metrics.cluster_accuracy([0], [0])": "scikit-learn 'kerae[analysis]'",
    "kerae.metrics.continuity(z, z)": "scikit-learn 'kerae[analysis]'",
    "kerae.metrics.linear_probe_accuracy(z, z, z, z)": "threadpoolctl 'kerae[analysis]'",
    "kerae.metrics.neighbor_accuracy(z, z, z, z)": "scikit-learn 'kerae[analysis]'",
    "kerae.metrics.neighbor_distance(z)": "scikit-learn 'kerae[analysis]'",
    "kerae.metrics.purity([0], [0])": "scikit-learn 'kerae[analysis]'",
    "kerae.priors.GaussianMixture.ring().fit(z)": "scikit-learn 'kerae[analysis]'",
    "kerae.train(kerae.RAE((8, 8, 1), 2), data, 'rae', 1)": "scikit-learn 'kerae[analysis]'",
    "kerae.export.saved_model(model, 'vae/1')": "tensorflow-serving-api 'kerae[tensorflow]'",
    "kerae.export.onnx(model, 'a.onnx')": "tf2onnx 'kerae[onnx]'",
    "kerae.export.litert(model, 'a.tflite')": "ai-edge-litert 'kerae[litert]'",
    "kerae.export.openvino(model, 'a.xml')": "openvino 'kerae[openvino]'",
    "kerae.serving.serve('.')": "uvicorn 'kerae[serve,tensorflow]'",
    "kerae.serving.Client": "orjson 'kerae[serve]'",
    "kerae.serving.GRPCClient": "tensorflow-serving-api 'kerae[tensorflow]'",
}
COMMANDS = {
    "train vae --data digits --latent-dim 2": "'kerae[data]'",
    "report run --data data.npz": "'kerae[analysis]'",
    "explore run --data data.npz": "'kerae[analysis]'",
    "sample run": "'kerae[analysis]'",
    "export run --data data.npz": "'kerae[tensorflow]'",
    "serve .": "'kerae[serve,tensorflow]'",
}
ASK = """
for call in {calls!r}:
    try:
        eval(call)
    except ModuleNotFoundError as error:
        print(error)
    else:
        print("no error:", call)
"""
COMMAND = """
import sys
from kerae.cli.main import main
for command in {commands!r}:
    sys.argv[1:] = command.split()
    try:
        main()
    except SystemExit as end:
        assert end.code == {code}, (command, end.code)
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Runs a program in which only what a plain installation has is found, in one folder."""
    folder = tmp_path_factory.mktemp("plain")
    blocked = sorted(PACKAGES.keys() - {BACKEND})

    def run(*code):
        done = subprocess.run(
            [*FRESH, "-c", "\n".join([without(*blocked), *code])],
            capture_output=True,
            text=True,
            cwd=folder,
            env=os.environ | {"KERAS_BACKEND": BACKEND, "NO_COLOR": "1", "COLUMNS": "80"},
        )
        assert done.returncode == 0, done.stderr
        return done

    run.printed = run(PLAIN, ASK.format(calls=list(NEEDED))).stdout.splitlines()
    return run


def test_models_train_and_are_saved_without_extras(plain):
    said = [line for line in plain.printed if line.startswith("The folder figures/ of a run")]
    assert len(said) == 1 and said[0].endswith("pip install 'kerae[analysis]'")


def test_one_line_says_what_to_install(plain):
    for (call, expected), line in zip(NEEDED.items(), plain.printed[-len(NEEDED) :], strict=True):
        package, extra = expected.split()
        name = re.split(r"[('{]", call.removesuffix(".ring().fit(z)"))[0]
        assert line.startswith(name) and f"with: pip install {extra}" in line, (call, line)
        assert package in line, (call, line)


@pytest.mark.nightly
def test_commands_say_the_same_line(plain):
    done = plain(COMMAND.format(commands=list(COMMANDS), code=2))
    lines = done.stderr.splitlines()
    assert len(lines) == len(COMMANDS), done.stderr
    for extra, line in zip(COMMANDS.values(), lines):
        assert re.fullmatch(rf"Error: kerae\..* with: pip install {re.escape(extra)}", line)


@pytest.mark.nightly
def test_the_doctor_names_what_is_missing(plain):
    done = plain(COMMAND.format(commands=["doctor"], code=0))
    rows = dict(re.findall(r"│ (\w+) +│ (missing|installed)", done.stdout))
    assert rows == dict.fromkeys(EXTRAS, "missing") | {BACKEND: "installed"}


def test_extras_are_those_of_the_project():
    project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text())
    declared = project["project"]["optional-dependencies"]
    for extra, modules in EXTRAS.items():
        packages = [
            re.match(r"[\w-]+", requirement)[0]
            for each in declared[extra]
            for requirement in (declared["tensorflow"][:1] if "[" in each else [each])
        ]
        assert list(modules.values()) == packages
    users = declared.keys() - {"all", "test", "bench", "export"}
    assert users == EXTRAS.keys()
    known = packages_distributions()
    for module, package in PACKAGES.items():
        assert package.replace("_", "-").lower() in {
            name.replace("_", "-").lower() for name in known[module]
        }

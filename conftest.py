"""Fixtures of all tests. Set KERAS_BACKEND to choose the backend."""

import gc  # isort: skip

# What is imported and collected stays: nothing of it is garbage, and to look through it takes long.
gc.disable()

# Before TensorFlow, beside which it can crash otherwise.
import torch  # noqa: F401  # isort: skip

import os
import re
from pathlib import Path

import keras
import numpy as np
import pytest
from _pytest.doctest import DoctestModule

import kerae
import kerae.data

pytest_plugins = ("cpu_seconds", "exports_by_forks", "no_survivors")
# Programs that find each other by their folder.
collect_ignore = ["kerae/export/runners", "tests/helpers"]
KERAE = Path(kerae.__file__).parent
ALL = os.environ.get("KERAE_TEST_ALL")  # as `make test-all` sets it
OF_ONE_BACKEND = re.compile(r"^pytestmark = .*\bpytest\.mark\.once\b", re.MULTILINE)
OF_SOME = re.compile(r"\bonce\b")  # the marker, by whatever way it gets there


def pytest_ignore_collect(collection_path, config):
    """Leaves out files of which no test would run: importing them can import a framework."""
    wanted = config.option.markexpr
    if "once" not in wanted or collection_path.suffix != ".py":
        return None
    if collection_path.is_relative_to(KERAE):
        return ("not once" in wanted and not ALL) or None
    marked = (OF_ONE_BACKEND if "not once" in wanted else OF_SOME).search(
        collection_path.read_text()
    )
    return bool(marked) is ("not once" in wanted) or None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path):
    """Tests have no doctests."""
    collectors = yield
    if file_path.is_relative_to(KERAE):
        return collectors
    return [each for each in collectors if not isinstance(each, DoctestModule)]


def pytest_collection_finish():
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)  # before `-m` is looked at
def pytest_collection_modifyitems(items):
    for path in {item.path for item in items if item.get_closest_marker("once")}:
        assert OF_SOME.search(path.read_text()), f"its marker once has to stand in {path}"
    for item in items:
        if isinstance(item, pytest.DoctestItem) and not ALL:
            item.add_marker("once")
        if any(keras.backend.backend() not in mark.args for mark in item.iter_markers("mainly")):
            item.add_marker("nightly")


@pytest.fixture(autouse=True)
def _seed():
    kerae.set_random_seed(0)


@pytest.fixture(scope="session")
def shared_data():
    """Real MNIST, kept outside of the project; KERAE_TEST_DATA names another folder."""
    default = Path(__file__).resolve().parents[1] / "shared" / "data"
    folder = Path(os.environ.get("KERAE_TEST_DATA", default))
    if not (folder / "mnist").is_dir():
        pytest.skip(f"no test data in {folder}; set KERAE_TEST_DATA to a folder with mnist/")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory):
    """Classifiers that are trained for their features are kept for the session."""
    os.environ["KERAE_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def digits():
    return kerae.data.load("digits")


@pytest.fixture
def images():
    """Sixteen gray images of 8x8 pixels."""
    return np.random.default_rng(0).random((16, 8, 8, 1), dtype="float32")


@pytest.fixture(autouse=True)
def _doctest_names(doctest_namespace):
    doctest_namespace.update(kerae=kerae, np=np, keras=keras)

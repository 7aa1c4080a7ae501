"""Fixtures of all tests. Set KERAS_BACKEND to choose the backend."""

# Before TensorFlow, beside which it can crash otherwise.
import torch  # noqa: F401  # isort: skip

import os
from pathlib import Path

import keras
import numpy as np
import pytest

import kerae
import kerae.data

FIRST_BACKEND = "tensorflow"
collect_ignore = ["kerae/export/runners"]  # programs that find each other by their folder


def pytest_collection_modifyitems(config, items):
    """Leaves tests that do not depend on the backend to the first one's process."""
    if keras.backend.backend() == FIRST_BACKEND or os.environ.get("KERAE_RUN_ALL"):
        return
    config.hook.pytest_deselected(items=[item for item in items if "once" in item.keywords])
    items[:] = [item for item in items if "once" not in item.keywords]


@pytest.fixture(autouse=True)
def _seed():
    keras.utils.set_random_seed(0)


@pytest.fixture(scope="session")
def shared_data():
    """Real MNIST, kept outside of the project; KERAE_TEST_DATA names another folder."""
    default = Path(__file__).resolve().parents[1] / "shared" / "data"
    folder = Path(os.environ.get("KERAE_TEST_DATA", default))
    if not (folder / "mnist").is_dir():
        pytest.skip(f"no test data in {folder}; set KERAE_TEST_DATA to a folder with mnist/")
    return folder


@pytest.fixture(scope="session")
def digits():
    return kerae.data.load("digits")


@pytest.fixture
def images():
    """Sixteen grey images of 8x8 pixels."""
    return np.random.default_rng(0).random((16, 8, 8, 1), dtype="float32")


@pytest.fixture(autouse=True)
def _doctest_names(doctest_namespace):
    doctest_namespace.update(kerae=kerae, np=np, keras=keras)

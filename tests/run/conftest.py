"""What tests of runs train on."""

from importlib import import_module

import pytest

import kerae


@pytest.fixture(scope="package")
def small():
    digits = kerae.data.load("digits")
    return kerae.data.Dataset(
        digits.x_train[:200],
        digits.y_train[:200],
        digits.x_test[:50],
        digits.y_test[:50],
        name="small digits",
        class_names=digits.class_names,
    )


@pytest.fixture
def without_figures(monkeypatch):
    """Which take most of the time of a short run."""
    monkeypatch.setattr(import_module("kerae.run.train"), "run_figures", lambda *_: None)

import os
import sys

import pytest

from kerae.data.quiet_tensorflow import quiet_tensorflow

pytestmark = pytest.mark.once


def test_environment_is_set_inside_and_restored(monkeypatch):
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH", raising=False)
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    before = dict(os.environ)
    with quiet_tensorflow():
        assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
        assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
    assert dict(os.environ) == before


def test_imported_tensorflow_is_left_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", object())
    before = dict(os.environ)
    with quiet_tensorflow():
        assert dict(os.environ) == before

"""Keras itself reads the files of kerae, once kerae is imported, however that was done."""

import os
import subprocess

import keras
import pytest
from python_program import FRESH

import kerae

pytestmark = [pytest.mark.once, pytest.mark.slow]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("registration") / "model.keras"
    kerae.CVAE((4,), 2, num_classes=3, corruption=kerae.corruptions.Masking(0.1)).save(path)
    return path


@pytest.mark.nightly
@pytest.mark.parametrize(
    "imports",
    [
        "import kerae, keras",
        "import keras, kerae",
        "import kerae, keras; kerae.AE",
        "from kerae.models import AE; import keras",
        "from kerae import latents; import keras",
    ],
)
def test_keras_loads_a_file_of_kerae(imports, path):
    program = f"{imports}\nprint(type(keras.saving.load_model({str(path)!r})).__name__)"
    environment = os.environ | {"KERAS_BACKEND": keras.backend.backend()}
    result = subprocess.run(
        [*FRESH, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert result.stdout == "CVAE\n", result.stderr

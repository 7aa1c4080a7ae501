"""A SavedModel of each model of the catalogue answers each signature through the C API."""

import keras
import numpy as np
import pytest
from test_contract import CLASSES, MODEL_CLASSES, new

import kerae
from kerae.export.export_job import export_job
from kerae.export.exporting import Exporting
from kerae.models.catalogue import catalogue

# With noise and without, with a prior that is fitted to codes, a condition, and an adversary; the
# VAE is in `test_saved_model.py`.
FEW = {"DenoisingAE", "RAE", "CVAE", "AAE"}
CASES = [
    pytest.param(each, id=each.__name__, marks=() if each.__name__ in FEW else pytest.mark.nightly)
    for each in MODEL_CLASSES
]


@pytest.mark.once
def test_the_list_is_the_catalogue():
    assert {each.__name__ for each in MODEL_CLASSES} >= set(catalogue())


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow writes it here")
@pytest.mark.parametrize("of_class", CASES)
def test_it_is_exported(of_class, tmp_path, digits):
    """Written by the job that the process that exports does, without the time it takes to start."""
    model = new(of_class)
    x = digits.x_test[:, 2:6, 2:6]
    if hasattr(model, "fit_prior"):
        model.fit_prior(x)
    y = None
    if model.condition is not None:
        shape = (len(x), *model.condition.y_shape)
        y = np.resize(digits.y_test % CLASSES, shape).astype(model.condition.y_dtype)
    with Exporting(model, "tensorflow", (), x, y) as export:
        model.save(export.folder / "model.keras")
        names = list(export.endpoints)
        export_job(export.folder, [], tmp_path / "1", names, image_bytes=False)
        differences = export.differences("run_saved_model.py", tmp_path / "1")
    assert {"serving_default", "reconstruct", "encode", "decode", "score", "sample"} <= set(names)
    of_codes = {"encode_indices", "decode_indices"} & set(names)
    assert len(of_codes) == 2 * isinstance(model.latent, kerae.latents.Discrete)
    assert max(differences.values()) < 1e-5, differences
    for name, asked in export.questions["reconstruct"].items():
        np.testing.assert_array_equal(asked, {"x": x, "y": y}[name][:8])

"""SavedModels are run as TensorFlow Serving runs them, and hold what it looks for."""

import json
import sys

import keras
import numpy as np
import pytest
from custom_networks import Scaled
from keras import ops

import kerae
from kerae.export import exporting
from kerae.export.exporting import Exporting

pytestmark = pytest.mark.slow

EXACT = 1e-5  # of an output's largest value; single precision has 1e-7 an operation
SIGNATURES = {
    "serving_default": (["x"], ["reconstruction"]),
    "reconstruct": (["x"], ["reconstruction"]),
    "encode": (["x"], ["log_variance", "mean"]),
    "decode": (["z"], ["x"]),
    "decode_logits": (["z"], ["logits"]),
    "score": (["x"], ["negative_elbo", "reconstruction_error"]),
    "sample": (["noise"], ["x"]),
    "encode_image": (["image_bytes"], ["log_variance", "mean"]),
    "score_image": (["image_bytes"], ["negative_elbo", "reconstruction_error"]),
}


def test_every_signature_answers_as_the_model_through_the_c_api(exported):
    assert exported.differences.keys() == SIGNATURES.keys()
    assert max(exported.differences.values()) < EXACT


def test_the_folder_holds_a_saved_model_and_nothing_is_left_beside_it(exported):
    assert (exported.path / "saved_model.pb").is_file()
    assert [path.name for path in exported.path.parent.iterdir()] == ["1"]


def test_each_signature_is_documented(exported):
    about = json.loads((exported.path / "assets.extra" / "kerae.json").read_text())
    assert (about["kerae"], about["model"]) == (kerae.__version__, "VAE")
    found = about["signatures"]
    assert {
        name: (sorted(each["inputs"]), sorted(each["outputs"])) for name, each in found.items()
    } == SIGNATURES
    assert found["encode"]["inputs"]["x"] == {
        "shape": [None, 8, 8, 1],
        "dtype": "float32",
        "low": 0.0,
        "high": 1.0,
        "description": "Examples.",
    }
    assert found["encode"]["outputs"]["mean"]["shape"] == [None, 2]
    assert found["encode_image"]["inputs"]["image_bytes"]["dtype"] == "string"
    assert "divided by 255" in found["encode_image"]["inputs"]["image_bytes"]["description"]
    described = [*found.values()]
    for each in found.values():
        described += [*each["inputs"].values(), *each["outputs"].values()]
    assert all(each["description"] for each in described)


def warm_up_requests(path):
    """The messages in a TFRecord file: length (8 bytes), checksum (4), content, checksum (4)."""
    from tensorflow_serving.apis import prediction_log_pb2

    content = path.read_bytes()
    while content:
        length = int.from_bytes(content[:8], "little")
        log = prediction_log_pb2.PredictionLog.FromString(content[12 : 12 + length])
        content = content[16 + length :]
        yield log.predict_log.request


@pytest.mark.nightly
@pytest.mark.once
def test_the_warm_up_asks_each_signature_in_each_batch_size(exported, digits):
    import tensorflow as tf

    requests = list(warm_up_requests(exported.path / "assets.extra" / "tf_serving_warmup_requests"))
    assert {request.model_spec.name for request in requests} == {"vae_digits"}
    sizes = sorted(
        (request.model_spec.signature_name, value.tensor_shape.dim[0].size)
        for request in requests
        for value in request.inputs.values()
    )
    assert sizes == sorted((name, size) for name in SIGNATURES for size in (1, 3))
    (of_three,) = (
        request
        for request in requests
        if request.model_spec.signature_name == "encode"
        and request.inputs["x"].tensor_shape.dim[0].size == 3
    )
    np.testing.assert_allclose(tf.make_ndarray(of_three.inputs["x"]), digits.x_test[:3], atol=1e-2)


@pytest.mark.parametrize("by", ["c_api", pytest.param("saved_model_cli", marks=pytest.mark.once)])
def test_a_saved_model_that_answers_otherwise_is_not_kept(
    written, digits, tmp_path, monkeypatch, by
):
    if by == "saved_model_cli":
        monkeypatch.setattr(Exporting, "differences", lambda *_: {})
    moved = written.latent.mean_head.bias
    before = ops.convert_to_numpy(moved)
    moved.assign(before + 0.01)
    try:
        with pytest.raises(RuntimeError, match=r"differs from the model by .* Nothing was written"):
            kerae.export.saved_model(written, tmp_path / "vae" / "1", digits.x_test)
    finally:
        moved.assign(before)
    assert not list((tmp_path / "vae").iterdir())


@pytest.mark.once
def test_a_saved_model_that_cannot_be_run_is_not_kept(written, digits, tmp_path, monkeypatch):
    def broken(self, path, **job):
        path.mkdir()
        (path / "saved_model.pb").write_bytes(b"no graph")

    monkeypatch.setattr(Exporting, "write_saved_model", broken)
    with pytest.raises(RuntimeError, match=r"could not be run. It said: .+"):
        kerae.export.saved_model(written, tmp_path / "vae" / "1", digits.x_test)
    assert not list((tmp_path / "vae").iterdir())


@pytest.mark.once
def test_an_existing_version_is_replaced_only_on_demand_and_only_by_a_good_one(
    written, digits, tmp_path, monkeypatch
):
    path = tmp_path / "vae" / "1"
    path.mkdir(parents=True)
    (path / "mark").write_text("the version before")
    with pytest.raises(FileExistsError, match="exists already"):
        kerae.export.saved_model(written, path, digits.x_test)
    assert (path / "mark").exists()
    with monkeypatch.context() as context:
        context.setattr(exporting, "TOLERANCE", -1.0)
        with pytest.raises(RuntimeError, match="Nothing was written"):
            kerae.export.saved_model(written, path, digits.x_test, overwrite=True)
    assert [each.name for each in path.parent.iterdir()] == ["1"] and (path / "mark").exists()
    kerae.export.saved_model(written, path, digits.x_test, overwrite=True, verify=False)
    assert [each.name for each in path.parent.iterdir()] == ["1"]
    assert (path / "saved_model.pb").exists() and not (path / "mark").exists()


@pytest.mark.once
@pytest.mark.parametrize("version", ["vae", "0", "-1", "1.5", "v1"])
def test_a_path_ends_in_a_version(vae, tmp_path, version):
    with pytest.raises(ValueError, match="Expected `path` to end in a version"):
        kerae.export.saved_model(vae, tmp_path / "vae" / version)


@pytest.mark.once
def test_a_missing_package_is_named(vae, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_serving", None)
    with pytest.raises(ImportError, match=r"needs tensorflow-serving-api\. .*kerae\[tensorflow\]"):
        kerae.export.saved_model(vae, tmp_path / "vae" / "1")
    assert not list(tmp_path.iterdir())


@pytest.mark.once
def test_examples_that_do_not_fit_are_refused(vae, tmp_path):
    with pytest.raises(ValueError, match="Expected `x`"):
        kerae.export.saved_model(vae, tmp_path / "vae" / "1", np.zeros((3, 28, 28, 1), "float32"))


@pytest.mark.once
def test_networks_of_the_users_own_classes_are_exported(tmp_path, digits):
    encoder = keras.Sequential([keras.layers.Flatten(), Scaled(2.0), keras.layers.Dense(8)])
    model = kerae.AE((8, 8, 1), 2, encoder=encoder)
    path = tmp_path / "ae" / "1"
    exported = kerae.export.saved_model(model, path, digits.x_test, warm_up=(), verify=False)
    assert (exported.path / "saved_model.pb").is_file() and exported.differences is None
    assert not (exported.path / "assets.extra" / "tf_serving_warmup_requests").exists()


@pytest.mark.once
def test_a_class_of_the_script_that_runs_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Scaled, "__module__", "__main__")
    encoder = keras.Sequential([keras.layers.Flatten(), Scaled(2.0), keras.layers.Dense(8)])
    with pytest.raises(ValueError, match="Scaled is defined in the script or notebook that runs"):
        kerae.export.saved_model(kerae.AE((8, 8, 1), 2, encoder=encoder), tmp_path / "ae" / "1")
    assert not list((tmp_path / "ae").iterdir())

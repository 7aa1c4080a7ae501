"""ONNX, LiteRT and OpenVINO files answer as the model, run by their own runtimes."""

import keras
import pytest

import kerae
from kerae.checks import extras
from kerae.export.exporting import Exporting

EXACT = 1e-5


@pytest.fixture(scope="module")
def conditional(digits):
    """Convolutions, batch norm and dropout, a mixture as prior, labels, pixels made binary."""
    encoder = keras.Sequential(
        [
            keras.layers.Conv2D(4, 3, strides=2, padding="same", activation="silu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Flatten(),
        ]
    )
    kerae.set_random_seed(0)
    model = kerae.AAE(
        (8, 8, 1),
        2,
        num_classes=10,
        prior=kerae.priors.GaussianMixture.ring(10),
        encoder=encoder,
        preprocessing=kerae.data.Binarize("fixed"),
    )
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(digits.x_train[:256], digits.y_train[:256], batch_size=64, verbose=0)
    return model


@pytest.mark.slow
@pytest.mark.mainly("torch")
def test_onnx(written, digits, tmp_path):
    exported = kerae.export.onnx(written, tmp_path / "score.onnx", "score", digits.x_test)
    assert list(exported.differences) == ["score"] and exported.differences["score"] < EXACT
    assert [path.name for path in tmp_path.iterdir()] == ["score.onnx"]


@pytest.mark.slow
@pytest.mark.mainly("torch")
def test_litert(vae, digits, tmp_path):
    exported = kerae.export.litert(vae, tmp_path / "vae.tflite", digits.x_test)
    assert {"serving_default", "encode", "score", "sample"} < exported.differences.keys()
    assert max(exported.differences.values()) < EXACT
    assert [path.name for path in tmp_path.iterdir()] == ["vae.tflite"]


@pytest.mark.slow
@pytest.mark.mainly("torch")
def test_openvino(vae, digits, tmp_path):
    exported = kerae.export.openvino(vae, tmp_path / "score.xml", "score", digits.x_test)
    assert exported.differences["score"] < EXACT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["score.bin", "score.xml"]


@pytest.mark.nightly
@pytest.mark.once
def test_a_model_with_everything_in_it_in_each_format(conditional, digits, tmp_path):
    x, score = digits.x_test, "score"
    by_litert = kerae.export.litert(conditional, tmp_path / "aae.tflite", x).differences
    by_onnx = kerae.export.onnx(conditional, tmp_path / "aae.onnx", score, x).differences
    by_openvino = kerae.export.openvino(conditional, tmp_path / "aae.xml", score, x).differences
    differences = [*by_litert.values(), by_onnx[score], by_openvino[score]]
    assert max(differences) < EXACT, differences


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["vector", "finite_scalar"])
def test_numbers_of_codes_in_each_format(name, digits, tmp_path):
    """From each backend, and equal."""
    kerae.set_random_seed(0)
    finite = kerae.latents.FiniteScalar((8, 6, 5))
    quantizer = kerae.latents.VectorQuantizer(16, 3) if name == "vector" else finite
    model = kerae.VQVAE((8, 8, 1), quantizer=quantizer)
    x, found = digits.x_test, {}
    found["litert"] = kerae.export.litert(model, tmp_path / "vq.tflite", x).differences
    path = tmp_path / "vq" / "1"
    found["saved_model"] = kerae.export.saved_model(model, path, x).differences
    for signature in ("encode_indices", "decode_indices"):
        for form, suffix in (("onnx", "onnx"), ("openvino", "xml")):
            file = tmp_path / f"{signature}.{suffix}"
            written = getattr(kerae.export, form)(model, file, signature, x)
            found[form] = found.get(form, {}) | written.differences
    for differences in found.values():
        assert differences["encode_indices"] == 0 and differences["decode_indices"] < EXACT


@pytest.mark.nightly
@pytest.mark.once
@pytest.mark.parametrize(
    "quantizer",
    [
        lambda: kerae.latents.LookupFree(6, spherical=True),
        lambda: kerae.latents.SimVQ(16, 3),
        lambda: kerae.latents.VectorQuantizer(16, 3, metric="cosine"),
    ],
    ids=["spherical", "sim_vq", "cosine"],
)
def test_codes_of_other_quantizers_in_litert(quantizer, digits, tmp_path):
    kerae.set_random_seed(0)
    model = kerae.VQVAE((8, 8, 1), quantizer=quantizer())
    exported = kerae.export.litert(model, tmp_path / "vq.tflite", digits.x_test)
    assert exported.differences["encode_indices"] == 0
    assert max(exported.differences.values()) < EXACT


@pytest.mark.nightly
@pytest.mark.once
def test_codes_of_so_many_that_they_are_searched_in_a_loop(digits, tmp_path):
    model = kerae.VQVAE((8, 8, 1), num_codes=5000, code_dim=3)
    for export, name in ((kerae.export.litert, "vq.tflite"), (kerae.export.onnx, "vq.onnx")):
        of_format = () if name == "vq.tflite" else ("encode_indices",)
        exported = export(model, tmp_path / name, *of_format, examples=digits.x_test)
        assert exported.differences["encode_indices"] == 0


@pytest.mark.nightly
@pytest.mark.once
def test_categories_in_litert(digits, tmp_path):
    model = kerae.JointVAE((8, 8, 1), 2, num_categories=3)
    exported = kerae.export.litert(model, tmp_path / "joint.tflite", digits.x_test)
    assert max(exported.differences.values()) < EXACT


@pytest.mark.once
def test_an_unknown_signature_is_refused_with_those_there_are(vae, tmp_path):
    for export, name in ((kerae.export.onnx, "a.onnx"), (kerae.export.openvino, "a.xml")):
        with pytest.raises(ValueError, match=r"one of reconstruct, encode.* Received: 'embed'"):
            export(vae, tmp_path / name, signature="embed")


@pytest.mark.once
def test_a_file_has_the_suffix_of_its_format_and_replaces_none(vae, tmp_path):
    for export, name in (
        (kerae.export.onnx, "a.onnx"),
        (kerae.export.litert, "a.tflite"),
        (kerae.export.openvino, "a.xml"),
    ):
        with pytest.raises(ValueError, match=f"`path` to end in .{name.split('.')[1]}"):
            export(vae, tmp_path / "a.h5")
        (tmp_path / name).write_text("the file before")
        with pytest.raises(FileExistsError, match="exists already"):
            export(vae, tmp_path / name)
        assert (tmp_path / name).read_text() == "the file before"
    (tmp_path / "weights.bin").touch()
    with pytest.raises(FileExistsError, match="weights.bin exists already"):
        kerae.export.openvino(vae, tmp_path / "weights.xml")


@pytest.mark.once
def test_the_packages_that_a_format_needs_are_named(vae, tmp_path, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    for export, name, said in (
        (kerae.export.saved_model, "1", r"tensorflow, tensorflow-serving-api\. .*kerae\[tensor"),
        (kerae.export.onnx, "a.onnx", r"tensorflow, tf2onnx, onnxruntime\. .*kerae\[onnx\]"),
        (kerae.export.litert, "a.tflite", r"tensorflow, ai-edge-litert\. .*kerae\[litert\]"),
        (kerae.export.openvino, "a.xml", r"tensorflow, openvino\. .*kerae\[openvino\]"),
    ):
        with pytest.raises(ImportError, match=f"needs {said}"):
            export(vae, tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.once
def test_a_conversion_that_fails_leaves_nothing(vae, tmp_path, monkeypatch):
    monkeypatch.setattr(Exporting, "write_saved_model", lambda self, path, **job: path.mkdir())
    with pytest.raises(RuntimeError, match="tf2onnx could not convert encode. It said: "):
        kerae.export.onnx(vae, tmp_path / "encode.onnx", "encode")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.once
def test_half_precision_is_exported_with_its_own_tolerance(digits, tmp_path):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = kerae.VAE((8, 8, 1), 2)
    finally:
        keras.config.set_dtype_policy(before)
    path = tmp_path / "vae" / "1"
    exported = kerae.export.saved_model(model, path, digits.x_test)
    assert max(exported.differences.values()) < 0.1

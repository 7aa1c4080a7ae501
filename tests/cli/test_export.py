"""`kerae export` takes its examples from the run, and says what it has written."""

import re
import shutil

import numpy as np
import onnxruntime
import pytest
from command_line import kerae_command

import kerae
from kerae import export as formats
from kerae.cli.export import Format, export
from kerae.export.endpoint import Endpoint
from kerae.export.exported import Exported


@pytest.mark.once
@pytest.mark.nightly
def test_a_run_is_exported_as_its_next_version_and_tells_how_well_it_answers(run, digits):
    out, _ = run
    (out / "4").mkdir()
    result = kerae_command("export", out, "--image-bytes", "--warm-up", "2")
    assert result.returncode == 0, result.stderr
    assert (out / "5" / "saved_model.pb").is_file() and "vae_digits/5" in result.stdout
    assert "encode_image" in result.stdout and "log_variance" in result.stdout
    shutil.rmtree(out / "4")


@pytest.mark.once
@pytest.mark.nightly
def test_an_onnx_file_of_a_run_runs(run, digits, tmp_path):
    out, _ = run
    to = tmp_path / "encode.onnx"
    result = kerae_command("export", out, "--format", "onnx", "--signature", "encode", "--to", to)
    assert result.returncode == 0, result.stderr
    session = onnxruntime.InferenceSession(to)
    (mean,) = session.run(["mean"], {"x": digits.x_test[:5]})
    z = kerae.load(out / "model.keras").encode(digits.x_test[:5])
    np.testing.assert_allclose(mean, z, atol=1e-5)


@pytest.mark.once
@pytest.mark.nightly
def test_what_samples_of_a_fitted_prior_take_is_exported(run, tmp_path):
    out, _ = run
    to = tmp_path / "sample.onnx"
    command = ("export", out, "--format", "onnx", "--signature", "sample", "--to", to)
    result = kerae_command(*command, "--prior", "gmm")
    assert result.returncode == 0, result.stderr
    inputs = onnxruntime.InferenceSession(to).get_inputs()
    assert {each.name for each in inputs} == {"noise", "uniform"}


@pytest.fixture
def calls(monkeypatch):
    """What each format is called with."""
    found = []
    for name in Format:

        def called(model, path, verify, name=name, **arguments):
            found.append((str(name), path, arguments | {"verify": verify}))
            endpoint = Endpoint("", {"x": None}, {"mean": ""}, None)
            return Exported(path, {"encode": endpoint}, {"encode": 0.02} if verify else None)

        monkeypatch.setattr(formats, name, called)
    return found


@pytest.mark.once
def test_the_examples_are_the_test_examples_of_the_run(run, digits, calls, capsys):
    out, _ = run
    export(out, Format.litert)
    ((name, path, arguments),) = calls
    assert (name, path) == ("litert", out / "model.tflite")
    np.testing.assert_array_equal(arguments["examples"], digits.x_test)
    assert arguments["verify"] and not arguments["overwrite"] and "y" not in arguments
    assert re.search(r"encode\W+x\W+mean\W+2e-02", capsys.readouterr().out)


@pytest.mark.once
def test_a_conditional_model_gets_the_labels_too(digits, tmp_path, calls, capsys):
    kerae.CVAE((8, 8, 1), 2, num_classes=10).save(tmp_path / "model.keras")
    export(tmp_path, data="digits", warm_up="0", no_verify=True, overwrite=True)
    ((_, path, arguments),) = calls
    assert path == tmp_path / "1"
    np.testing.assert_array_equal(arguments["y"], digits.y_test)
    assert arguments["warm_up"] == [] and not arguments["verify"] and arguments["overwrite"]
    assert re.search(r"encode\W+x\W+mean\W+not run", capsys.readouterr().out)


@pytest.mark.once
def test_a_model_of_unknown_data_is_exported_and_that_is_said(tmp_path, calls, capsys):
    kerae.AE((8, 8, 1), 2).save(tmp_path / "model.keras")
    export(tmp_path, Format.openvino, signature="encode")
    ((_, path, arguments),) = calls
    assert path == tmp_path / "encode.xml" and arguments["signature"] == "encode"
    assert "examples" not in arguments and "Pass --data" in capsys.readouterr().out


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"signature": "encode"}, "--signature is for --format onnx or openvino"),
        ({"to_format": Format.onnx, "image_bytes": True}, "--image-bytes is for --format saved_"),
        ({"to_format": Format.litert, "warm_up": "1"}, "--warm-up is for --format saved_model"),
        ({"warm_up": "1,b"}, "Expected --warm-up to be numbers as in 1,8. Received: 1,b"),
    ],
)
def test_options_of_another_format_are_refused(tmp_path, options, said):
    kerae.set_random_seed(0)
    with pytest.raises(ValueError, match=said):
        export(tmp_path, **options)

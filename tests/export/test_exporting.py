"""What was written is asked for one example and for several, and compared value by value."""

import numpy as np
import pytest

import kerae
from kerae.export.exporting import Exporting
from kerae.export.runners.answering import answer

pytestmark = pytest.mark.once


def test_answers_that_differ_are_refused(vae):
    export = Exporting(vae, "tensorflow", ())
    right = export.answers["score"]
    assert export.difference("score", right) == 0
    error = right["reconstruction_error"]
    for key, values in right.items():
        for wrong in (1.01 * values, np.nan * values, values[None]):
            with pytest.raises(RuntimeError, match="score differs from the model by"):
                export.difference("score", {**right, key: wrong})
    with pytest.raises(RuntimeError, match=r"gives \['reconstruction_error'\], but the model"):
        export.difference("score", {"reconstruction_error": error})


def test_image_files_are_asked_for_where_examples_are_images_of_0_to_1(vae):
    images = np.random.default_rng(0).random((2, *vae.input_shape), dtype="float32")
    model = kerae.AE(vae.input_shape, 2, likelihood="normal")  # whose examples have no limits
    asked = Exporting(model, "tensorflow", (), image_bytes=True).questions["encode"]["x"]
    assert asked.min() >= 0 and asked.max() <= 1
    with pytest.raises(ValueError, match=r"values from 0 to 1 for `image_bytes`.*to 2"):
        Exporting(model, "tensorflow", (), images * 2 / images.max(), image_bytes=True)


def test_what_takes_the_gradient_of_the_decoder_is_in_a_saved_model_alone():
    model = kerae.HVAE((4,), 2)
    every = Exporting(model, "saved_model", ()).endpoints
    assert every.keys() - Exporting(model, "litert", ()).endpoints.keys() == {"score"}
    with pytest.raises(ValueError, match="one of reconstruct, .* Received: 'score'"):
        Exporting(model, "onnx", (), signature="score")


def test_the_runners_ask_for_one_example_and_for_the_others_without_kerae(tmp_path, monkeypatch):
    np.savez(tmp_path / "double.npz", x=np.arange(8))
    (tmp_path / "answers").mkdir()
    monkeypatch.setattr(
        "sys.argv", ["runner", "artifact", str(tmp_path), str(tmp_path / "answers")]
    )
    asked = []

    def run(name, inputs):
        asked.append((name, len(inputs["x"])))
        return {"y": 2 * inputs["x"]}

    with pytest.raises(SystemExit, match="without kerae and Keras"):  # which are here
        answer(lambda path: run)
    assert asked == [("double", 1), ("double", 7)]
    with np.load(tmp_path / "answers" / "double.npz") as archive:
        np.testing.assert_array_equal(archive["y"], 2 * np.arange(8))

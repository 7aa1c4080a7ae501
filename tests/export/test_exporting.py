"""What was written is asked for one example and for several, and compared value by value."""

import numpy as np
import pytest

from kerae.export.exporting import Exporting
from kerae.export.runners.answering import answer

pytestmark = pytest.mark.once


def test_answers_that_differ_are_refused(vae):
    export = Exporting(vae, "tensorflow", ())
    right = export.answers["score"]
    assert export.difference("score", right) == 0
    error = right["reconstruction_error"]
    for wrong in (1.01 * error, np.nan * error, error[None]):
        with pytest.raises(RuntimeError, match="score differs from the model by"):
            export.difference("score", {**right, "reconstruction_error": wrong})
    with pytest.raises(RuntimeError, match=r"gives \['reconstruction_error'\], but the model"):
        export.difference("score", {"reconstruction_error": error})


def test_the_runners_ask_for_one_example_and_for_the_others_without_kerae(tmp_path, monkeypatch):
    np.savez(tmp_path / "double.npz", x=np.arange(8))
    (tmp_path / "answers").mkdir()
    monkeypatch.setattr(
        "sys.argv", ["runner", "artefact", str(tmp_path), str(tmp_path / "answers")]
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

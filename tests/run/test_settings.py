"""What is wrong is said before anything of an earlier run is touched."""

import keras
import numpy as np
import pytest
from runs import train

import kerae

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("without_figures")]


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    """A folder that holds what a run would have written."""
    out = tmp_path_factory.mktemp("earlier")
    (out / "checkpoints").mkdir()
    for name in ("model.keras", "run.json", "report.html", "checkpoints/epoch-00001.keras"):
        (out / name).write_text("of an earlier run")
    return out


def times(folder):
    """When each file was written, and each folder had one more or less."""
    return {path: path.stat().st_mtime_ns for path in (folder, *folder.rglob("*"))}


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ({"epochs": 0}, "`epochs` to be an integer from 1. Received: 0"),
        ({"epochs": 1.5}, "`epochs` of train.. to be an integer. Received: epochs=1.5"),
        ({"batch_size": -1}, "`batch_size` to be an integer from 1. Received: -1"),
        (
            {"batch_size": True},
            "`batch_size` of train.. to be an integer. Received: batch_size=True",
        ),
        ({"learning_rate": 0.0}, "`learning_rate` to be a number above 0. Received: 0.0"),
        (
            {"learning_rate": float("nan")},
            "`learning_rate` .* a finite number. Received: learning_rate=nan",
        ),
        (
            {"learning_rate": "fast"},
            "`learning_rate` .* a finite number. Received: learning_rate='fast'",
        ),
        ({"validation": 200}, "Received: 200 of 200"),
        ({"validation": float("nan")}, "`validation` .* a finite number. Received: validation=nan"),
        ({"seed": -1}, "`seed` to be an integer from 0 to 2^32 - 1. Received: -1"),
        ({"resume": True}, "resumed or overwritten. Received: both"),
    ],
)
def test_a_bad_argument_leaves_an_earlier_run_as_it_is(small, earlier, argument, said):
    before = times(earlier)
    with pytest.raises(ValueError, match=said.replace("^", r"\^")):
        train(small, earlier, overwrite=True, **argument)
    assert times(earlier) == before


def test_so_do_data_that_do_not_fit_the_model(small, earlier):
    before = times(earlier)
    with pytest.raises(ValueError, match="Expected `x` of shape"):
        kerae.train(kerae.AE((9, 9, 1), 2), small, earlier, epochs=1, overwrite=True)
    with pytest.raises(ValueError, match="kerae.Autoencoder. Received: <Sequential"):
        kerae.train(keras.Sequential(name="other"), small, earlier, epochs=1, overwrite=True)
    with pytest.raises(ValueError, match="kerae.data.Dataset. Received: a ndarray of shape"):
        kerae.train(kerae.AE((2,), 2), np.eye(2), earlier, epochs=1, overwrite=True)
    assert times(earlier) == before


def test_numbers_of_numpy_are_numbers(small, tmp_path):
    _, record = train(
        small, tmp_path, epochs=np.int64(1), batch_size=np.int32(100), seed=np.uint8(3)
    )
    assert record["training"] | {"epochs": 1, "batch_size": 100, "seed": 3} == record["training"]

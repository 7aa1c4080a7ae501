"""What `kerae.distribution` refuses, and runs of the command line over two processes."""

import json
import os
import re
import signal

import keras
import numpy as np
import pytest
from command_line import KERAE, kerae_command
from python_program import BACKEND, python
from two_processes import STRATEGY, two_processes

import kerae
from kerae import distribution
from kerae.callbacks.interruption import Interruption
from kerae.run.only_writer import only_writer

OTHER = "torchrun" if BACKEND == "jax" else "data_parallel"
EPOCHS = 12
TRAIN = (
    "train",
    "vae",
    "--data",
    "digits",
    "--latent-dim",
    2,
    "--batch-size",
    400,
    "--epochs",
    EPOCHS,
)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mirror",), r"Expected `name` to be a strategy of none, mirrored, .* Received: mirror\."),
        ((OTHER,), f"Expected the backend .* for the strategy {OTHER}. Received: {BACKEND}"),
        (("none", 2), "for the strategies mirrored and data_parallel alone. Received: 2 for none"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said), distribution.strategy(*arguments):
        pass


@pytest.mark.skipif(BACKEND == "jax", reason="TF_CONFIG and torchrun are for the others")
def test_processes_that_no_launcher_started_are_refused():
    missing = {"tensorflow": "TF_CONFIG", "torch": "without RANK"}[BACKEND]
    with pytest.raises(ValueError, match=missing), distribution.strategy(STRATEGY):
        pass


@pytest.mark.skipif(BACKEND == "torch", reason="torchrun says how many")
def test_a_strategy_that_comes_too_late_is_refused():
    keras.ops.ones(1)
    name = "mirrored" if BACKEND == "tensorflow" else "data_parallel"
    expected = pytest.raises(
        RuntimeError, match="Expected the strategy before .* computes anything"
    )
    with expected, distribution.strategy(name, devices=3):
        pass


@pytest.mark.skipif(BACKEND == "jax", reason="JAX carries it out")
def test_a_keras_distribution_that_is_not_carried_out_is_refused(images):
    model = kerae.AE((8, 8, 1), 2)
    model.compile()
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=["cpu:0"]))
    try:
        with pytest.raises(ValueError, match=f"Expected no keras.distribution on {BACKEND}"):
            model.fit(images)
    finally:
        keras.distribution.set_distribution(None)


@pytest.fixture
def heeding():
    """Heeds Ctrl-C, which tests that run in the background do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_waits_for_the_end_of_a_batch(heeding):
    with Interruption() as interruption:
        interruption.on_train_batch_end(0)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interruption.on_train_batch_end(1)
        with pytest.raises(KeyboardInterrupt):  # a second one does not
            signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):  # as before
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_that_is_ignored_stays_so(heeding):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interruption() as interruption:
        signal.raise_signal(signal.SIGINT)
        interruption.on_train_batch_end(0)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The folder of a run of which one process was killed, how the other ended, and its words."""
    out = tmp_path_factory.mktemp("killed") / "run"
    first, second = two_processes([*python(), KERAE, *TRAIN, "--strategy", STRATEGY, "--out", out])
    for line in first.stdout:
        if re.search("Epoch 3/", line):
            second.kill()
            break
    _, said = first.communicate(timeout=240)
    second.communicate()
    return out, first.returncode, said


@pytest.mark.mainly("torch")
@pytest.mark.slow
def test_a_process_that_is_killed_ends_the_others_with_one_line(killed):
    out, code, said = killed
    assert code == 1
    (line,) = [line for line in said.splitlines() if "Error:" in line and "grpc" not in line]
    assert "A process of this run has ended" in line and "--resume" in line
    assert "Traceback" not in said
    assert not json.loads((out / "run.json").read_text())["finished"]


@pytest.mark.mainly("torch")
@pytest.mark.slow
def test_such_a_run_is_resumed_to_what_one_process_makes_of_it(killed, tmp_path):
    out, *_ = killed
    alone = kerae_command(*TRAIN, "--out", tmp_path / "alone")
    assert alone.returncode == 0, alone.stderr
    resume = [*python(), KERAE, *TRAIN, "--strategy", STRATEGY, "--out", out, "--resume"]
    both = two_processes(resume)
    (printed, said), (silent, _) = [each.communicate(timeout=300) for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert f"Epoch {EPOCHS}/{EPOCHS}" in printed and "Epoch 1/" not in printed
    assert "run.json" in printed and "Epoch" not in silent and "run.json" not in silent

    records = [json.loads((path / "run.json").read_text()) for path in (out, tmp_path / "alone")]
    assert [record["training"]["replicas"] for record in records] == [2, 1]
    assert [record["training"]["strategy"] for record in records] == [STRATEGY, "none"]
    for split, metrics in records[0]["metrics"].items():
        assert metrics == pytest.approx(records[1]["metrics"][split], rel=1e-4, abs=1e-4)
    models = [kerae.load(path / "model.keras") for path in (out, tmp_path / "alone")]
    assert int(np.asarray(models[0].step)) == int(np.asarray(models[1].step))
    for a, b in zip(*(model.trainable_variables for model in models), strict=True):
        a, b = (keras.ops.convert_to_numpy(each) for each in (a, b))
        np.testing.assert_allclose(a, b, atol=1e-3, err_msg="weights")
    names = {path.name for path in out.iterdir()}
    assert names == {"model.keras", "run.json", "history.csv", "figures", "checkpoints"}
    assert len(list((out / "checkpoints").iterdir())) == 2


@pytest.mark.mainly("torch")
@pytest.mark.slow
def test_several_processes_refuse_an_existing_run_alike(killed):
    out, *_ = killed
    both = two_processes([*python(), KERAE, *TRAIN, "--strategy", STRATEGY, "--out", out])
    said = [each.communicate(timeout=240)[1] for each in both]
    assert all(each.returncode for each in both)
    assert all("already holds a run" in text for text in said)


@pytest.mark.mainly("torch")
@pytest.mark.slow
def test_several_processes_end_where_another_one_writes(killed):
    out, *_ = killed
    resume = [*python(), KERAE, *TRAIN, "--strategy", STRATEGY, "--out", out, "--resume"]
    with only_writer(out):
        both = two_processes(resume)
        (_, said), _ = [each.communicate(timeout=240) for each in both]
    assert all(each.returncode for each in both)
    assert "no other process trains" in said and f"process {os.getpid()} on" in said

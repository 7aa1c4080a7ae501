import os
import subprocess
import sys

import keras
import numpy as np
import pytest

import kerae
from kerae.data import Activations

ROWS, FEATURES = 3000, 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Rows that tell their number, in three files of different lengths."""
    folder = tmp_path_factory.mktemp("activations")
    x = np.random.default_rng(0).normal(size=(ROWS, FEATURES)).astype("float32")
    x[:, 0] = np.arange(ROWS)
    for number, part in enumerate(np.split(x, [700, 2000])):
        np.save(folder / f"{number}.npy", part)
    return folder


def opened(folder, **arguments):
    return Activations(folder, **{"batch_size": 64, "memory": 4 * 4 * FEATURES * 500} | arguments)


def model(**compiled):
    kerae.set_random_seed(0)
    layers = {"encoder": keras.layers.Dense(4), "decoder": keras.layers.Dense(FEATURES)}
    scaled = keras.layers.Rescaling(1 / ROWS)
    model = kerae.AE((FEATURES,), 2, likelihood="normal", preprocessing=scaled, **layers)
    model.compile(**compiled)
    return model


def batches(x, first, count, size=64):
    return [x.mixed(number, size)[:, 0].astype(int) for number in range(first, first + count)]


@pytest.mark.once
def test_a_pass_holds_every_row_once_but_for_the_rest(folder):
    x = opened(folder)
    in_pass = ROWS // 64
    passes = [np.concatenate(batches(x, start * in_pass, in_pass)) for start in range(3)]
    left_out = [set(range(ROWS)) - set(rows) for rows in passes]
    for rows, left in zip(passes, left_out):
        assert len(set(rows)) == len(rows) == in_pass * 64
        assert len(left) == ROWS % 64
    assert left_out[0] != left_out[1]
    assert len(set(passes[0][:400]) & set(passes[1][:400])) < 200  # others are read first, too


@pytest.mark.once
def test_rows_are_mixed_from_all_files_and_far_from_their_neighbors(folder):
    rows = batches(opened(folder, seed=1), 0, 1)[0]
    assert min(rows) < 700 and max(rows) > 2000
    neighbors = np.abs(np.diff(rows)) == 1
    assert neighbors.mean() < 0.1


@pytest.mark.once
def test_a_batch_depends_on_its_number_and_the_arguments_alone(folder):
    expected = batches(opened(folder), 0, 60)
    backwards = opened(folder)
    for number in (59, 31, 3, 47, 0):
        np.testing.assert_array_equal(batches(backwards, number, 1)[0], expected[number])
    assert (batches(opened(folder, seed=1), 0, 1)[0] != expected[0]).any()
    several = np.concatenate(expected[40:46])
    np.testing.assert_array_equal(opened(folder).mixed(40, 64, 10)[: 6 * 64, 0], several)


@pytest.mark.once
def test_rows_held_out_are_not_trained_on(folder):
    rest, held_out = opened(folder).hold_out(500)
    again = opened(folder).hold_out(500)[1]
    np.testing.assert_array_equal(held_out, again)
    trained = {int(n) for number in range(rest.rows // 50) for n in rest.mixed(number, 50)[:, 0]}
    assert len(held_out) == 500 and not trained & set(held_out[:, 0].astype(int))
    assert rest.digest != opened(folder).digest
    with pytest.raises(ValueError, match="on both sides"):
        opened(folder).hold_out(ROWS)


@pytest.mark.once
def test_origin_counts_over_files_and_places(tmp_path):
    x = np.random.default_rng(0).normal(size=(10, 2, 3, 4)).astype("float32")
    np.save(tmp_path / "a.npy", x[:6])
    np.save(tmp_path / "b.npy", x[6:])
    activations = Activations(tmp_path)
    rows = np.array([59, 0, 7, 37])
    example, place = activations.origin(rows)
    at = np.unravel_index(place, activations.places)
    np.testing.assert_array_equal(activations.rows_at(rows), x[example, at[0], at[1]])
    np.testing.assert_array_equal(activations.rows_at(rows), x.reshape(-1, 4)[rows])
    with pytest.raises(ValueError, match="from 0 to 59"):
        activations.origin([60])


@pytest.mark.once
def test_refuses_arguments(folder):
    with pytest.raises(ValueError, match="four batches"):
        opened(folder, batch_size=600)
    with pytest.raises(ValueError, match="`batch_size` to be at most 500"):
        model().fit(opened(folder), batch_size=501, verbose=0)
    with pytest.raises(ValueError, match="`y` beside it"):
        model().fit(opened(folder), np.zeros(ROWS), verbose=0)
    with pytest.raises(ValueError, match=r"Expected pairs \(x, y\) for a Transcoder"):
        transcoder = kerae.Transcoder(FEATURES, 3, 8, k=2)
        transcoder.compile()
        transcoder.fit(opened(folder), verbose=0)
    with pytest.raises(ValueError, match=r"shape \('n', 5\)"):
        other = kerae.AE((5,), 2, likelihood="normal")
        other.compile()
        other.fit(opened(folder), verbose=0)


@pytest.mark.once
def test_numbers_that_are_not_finite_are_refused_in_whatever_batch(tmp_path):
    x = np.ones((1000, FEATURES), "float32")
    x[900, 3] = np.nan
    np.save(tmp_path / "x.npy", x)
    bare = kerae.AE((FEATURES,), 2, likelihood="normal")  # whose input nothing else looks at
    bare.compile()
    with pytest.raises(ValueError, match=r"x\.npy. Received: NaN or infinity in row 900,"):
        bare.fit(opened(tmp_path, batch_size=50), verbose=0)


@pytest.fixture(scope="module")
def through(folder):
    """The weights after two passes, and what was logged."""
    whole = model()
    logs = whole.fit(opened(folder), epochs=2, verbose=0).history
    return whole.get_weights(), logs


def test_a_run_that_stopped_in_the_midst_of_a_pass_goes_on_at_the_very_batch(
    folder, through, tmp_path
):
    first = model()
    first.fit(opened(folder), steps_per_epoch=30, verbose=0)
    first.save(tmp_path / "model.keras")
    second = kerae.load(tmp_path / "model.keras")
    second.fit(opened(folder), steps_per_epoch=2 * (ROWS // 64) - 30, verbose=0)
    for weights, expected in zip(second.get_weights(), through[0]):
        np.testing.assert_array_equal(weights, expected)


@pytest.mark.slow
@pytest.mark.mainly("jax", "torch")
def test_keras_loop_trains_on_the_same_batches(folder, through):
    other = model(run_eagerly=keras.backend.backend() != "jax")
    seen = []
    watching = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(batch)
    )
    logs = other.fit(opened(folder), epochs=2, callbacks=[watching], verbose=0).history
    assert len(seen) == 2 * (ROWS // 64)
    np.testing.assert_allclose(logs["loss"], through[1]["loss"], rtol=1e-5)


def test_batches_are_those_of_mixed(folder, through):
    """By Keras' own loop over the same rows as an array, in their order."""
    x, one = opened(folder), model()
    rows = np.concatenate([x.mixed(number, 64) for number in range(ROWS // 64)])
    logs = one.fit(rows, batch_size=64, shuffle=False, verbose=0).history
    np.testing.assert_allclose(logs["loss"][0], through[1]["loss"][0], rtol=1e-5)


def test_evaluation_and_codes_are_those_of_the_whole_array(folder):
    trained, x = model(), opened(folder)
    whole = np.concatenate([x.in_order(number) for number in range(len(x))])
    np.testing.assert_array_equal(whole[:, 0], np.arange(ROWS))
    kept = {"verbose": 0, "return_dict": True, "batch_size": 64}
    assert trained.evaluate(x, **kept) == pytest.approx(trained.evaluate(whole, **kept), rel=1e-5)
    np.testing.assert_allclose(trained.encode(x), trained.encode(whole), rtol=1e-4, atol=1e-5)
    logs = trained.fit(x, validation_data=x, steps_per_epoch=5, verbose=0).history
    assert len(logs["val_loss"]) == 1


PROGRAM = """
import resource, sys
import numpy as np
from kerae.data import Activations
x = Activations(sys.argv[1], batch_size=512, memory=2**25)
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = peak()
for number in range(x.rows // 512):
    assert x.mixed(number, 512)[0, 0]
print(peak() - before, x.rows)
"""


@pytest.mark.once
@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["npy", "arrow"])
def test_memory_is_what_was_said_at_ten_times_its_size(kind, tmp_path):
    """In a process of its own, a pass over 320 MiB with 32 MiB."""
    part = np.random.default_rng(0).normal(size=(16384, 256)).astype("float32")
    for number in range(20):
        path = tmp_path / f"{number:02d}.{kind}"
        if kind == "npy":
            np.save(path, part)
        else:
            import pyarrow as pa

            lists = pa.FixedSizeListArray.from_arrays(pa.array(part.ravel()), 256)
            table = pa.table({"x": lists})
            with (
                pa.OSFile(str(path), "wb") as file,
                pa.ipc.new_stream(file, table.schema) as writer,
            ):
                writer.write_table(table)
    program = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    answer = subprocess.run(
        program,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    grown, rows = map(int, answer.stdout.split())
    assert rows == 20 * 16384
    assert grown <= 1.25 * 2**25  # a quarter for what else Python allocates

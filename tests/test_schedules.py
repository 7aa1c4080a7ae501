"""Schedules against values computed by hand and formulas in NumPy."""

import keras
import numpy as np
import pytest
from keras import ops

import kerae
from kerae.schedules import Adjustable, Cosine, Cyclical, Linear, Schedule, value_at


def values(schedule, steps):
    return [float(schedule(step)) for step in steps]


def test_linear_goes_straight_and_then_stays():
    schedule = Linear(start=1.0, end=3.0, steps=10)
    assert values(schedule, (0, 1, 5, 10, 1000)) == pytest.approx([1.0, 1.2, 2.0, 3.0, 3.0])


def test_linear_can_fall():
    assert values(Linear(4.0, 0.0, 4), (0, 1, 3, 9)) == [4.0, 3.0, 1.0, 0.0]


def test_cosine_is_half_a_cosine_and_then_stays():
    steps = np.arange(0, 15)
    expected = 2 - 2 * (1 - np.cos(np.pi * np.minimum(steps / 12, 1))) / 2
    np.testing.assert_allclose(values(Cosine(2.0, 0.0, 12), steps), expected, atol=1e-6)


def test_cyclical_rises_and_rests_in_every_cycle_and_then_stays():
    schedule = Cyclical(start=0.0, end=2.0, steps=32, cycles=2, rise=0.25)
    # A cycle has 16 steps: 4 to rise, 12 at the plateau.
    one_cycle = [0.0, 0.5, 1.0, 1.5] + [2.0] * 12
    assert values(schedule, range(34)) == one_cycle * 2 + [2.0, 2.0]


@pytest.mark.parametrize("cycles", [3, 7, 10])
def test_every_cycle_of_a_round_number_of_steps_begins_at_the_start(cycles):
    schedule = Cyclical(0.0, 1.0, steps=100 * cycles, cycles=cycles)
    starts = values(schedule, range(0, 100 * cycles, 100))
    assert starts == pytest.approx([0.0] * cycles, abs=1e-4)


def test_a_step_may_be_an_integer_tensor():
    step = ops.convert_to_tensor(3, "int32")
    assert float(Linear(0.0, 1.0, 4)(step)) == 0.75


def test_value_at_reads_schedules_and_leaves_numbers_alone():
    assert value_at(0.3, 7) == 0.3
    assert float(value_at(Linear(0.0, 1.0, 10), 5)) == 0.5


@pytest.mark.parametrize("steps", [0, -1])
@pytest.mark.parametrize("schedule", [Linear, Cosine, Cyclical])
def test_refuses_a_length_that_is_not_positive(schedule, steps):
    with pytest.raises(ValueError, match=f"steps={steps}"):
        schedule(0.0, 1.0, steps)


@pytest.mark.parametrize(("cycles", "rise"), [(0, 0.5), (4, 0.0), (4, 1.5)])
def test_cyclical_refuses_impossible_cycles(cycles, rise):
    with pytest.raises(ValueError, match=f"cycles={cycles}, rise={rise}"):
        Cyclical(0.0, 1.0, 10, cycles=cycles, rise=rise)


def test_an_own_schedule_defines_only_its_shape():
    class Quadratic(Schedule):
        def shape(self, progress):
            return progress**2

    assert values(Quadratic(1.0, 5.0, 4), (0, 2, 4, 8)) == [1.0, 2.0, 5.0, 5.0]


def weight_of_the_kl(logs):
    return (logs["loss"] - logs["reconstruction"]) / logs["kl"]


def test_a_callback_moves_an_adjustable_weight_and_a_file_keeps_it(images, tmp_path):
    model = kerae.VAE((8, 8, 1), 2, beta=Adjustable(0.0), encoder=keras.layers.Flatten())
    model.compile()
    moving = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, _: model.beta.assign(epoch)
    )
    history = model.fit(images, epochs=3, callbacks=[moving], verbose=0).history
    logged = zip(*history.values())
    weights = [weight_of_the_kl(dict(zip(history, values))) for values in logged]
    assert weights == pytest.approx([0.0, 1.0, 2.0], abs=1e-3)
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    assert float(loaded.beta(0)) == 2.0 and loaded.beta.start == 0.0
    logs = loaded.evaluate(images, verbose=0, return_dict=True)
    assert weight_of_the_kl(logs) == pytest.approx(2.0, rel=1e-3)
    loaded.beta.assign(5.0)
    logs = loaded.evaluate(images, verbose=0, return_dict=True)
    assert weight_of_the_kl(logs) == pytest.approx(5.0, rel=1e-3)


@keras.saving.register_keras_serializable("tests")
class Multiplied(Schedule):
    def __init__(self, inner, factor):
        self.inner, self.factor = inner, factor

    def __call__(self, step):
        return self.factor * self.inner(step)


def test_an_adjustable_within_a_schedule_takes_effect_and_is_saved(tmp_path):
    weight = Adjustable(0.0)
    model = kerae.VAE((6,), 2, beta=Multiplied(weight, 2.0))
    model.compile()
    losses, x = [], np.random.default_rng(0).random((8, 6), dtype="float32")
    for value in (0.0, 30.0):
        weight.assign(value)
        logs = model.evaluate(x, verbose=0, return_dict=True)
        losses.append((logs["loss"] - logs["reconstruction"]) / logs["kl"])
    np.testing.assert_allclose(losses, [0.0, 60.0], rtol=1e-4, atol=1e-4)
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    assert float(ops.convert_to_numpy(loaded.beta.inner.value)) == 30.0


@pytest.mark.once
@pytest.mark.parametrize(
    "make",
    [
        lambda inner: Linear(0.0, inner, 10),
        lambda inner: Cyclical(inner, 1.0, 10),
        lambda inner: kerae.AnnealedVAE((4,), 2, gamma=1.0, capacity=inner, steps=10),
    ],
    ids=["end", "start", "capacity"],
)
@pytest.mark.parametrize("inner", [Adjustable(3.0), Linear(0.0, 1.0, 5)], ids=str)
def test_a_schedule_of_schedules_is_refused(make, inner):
    with pytest.raises(ValueError, match=r"Expected .*number.*Received: .*kerae.schedules"):
        make(inner)

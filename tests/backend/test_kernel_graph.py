"""What a GPU starts by itself computes what the CPU would have started, kernel by kernel."""

from contextlib import nullcontext
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import kerae

if keras.backend.backend() != "torch":
    pytest.skip("only PyTorch's kernels are captured", allow_module_level=True)

import torch

from kerae.backend import torch_loop
from kerae.backend.kernel_graph import CALLS_BEFORE, Recorded, kernel_graph

OPTIMIZERS = {
    "momentum": lambda: keras.optimizers.SGD(1e-3, momentum=0.9, weight_decay=1e-2),
    "schedule": lambda: keras.optimizers.RMSprop(keras.optimizers.schedules.CosineDecay(1e-2, 9)),
    "moving average": lambda: keras.optimizers.Adam(use_ema=True, ema_overwrite_frequency=2),
    "accumulation": lambda: keras.optimizers.Adam(gradient_accumulation_steps=2),
    "values": lambda: keras.optimizers.Nadam(1e-2),  # at which Python looks
    "loss scale": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()),
}


def weights(monkeypatch, make, optimizer, least):
    """Those of a model after a training with or, below so many steps, without a capture."""
    monkeypatch.setattr(torch_loop, "STEPS_WORTH_CAPTURE", least)
    kerae.set_random_seed(0)
    model = make()
    x = np.random.default_rng(0).random((24, *model.input_shape), dtype="float32")
    model.compile(optimizer())
    model.fit(x, batch_size=4, epochs=2, verbose=0)
    values = [*model.trainable_variables, *model.optimizer.variables]
    return [keras.ops.convert_to_numpy(value) for value in values]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_captured_update_is_that_of_the_optimizer(monkeypatch, name):
    make = OPTIMIZERS[name]
    expected = weights(monkeypatch, lambda: kerae.AE((4,), 2), make, 10**9)
    captured = weights(monkeypatch, lambda: kerae.AE((4,), 2), make, 0)
    for value, of_steps in zip(captured, expected, strict=True):
        np.testing.assert_array_equal(value, of_steps)


def test_what_looks_at_values_is_not_captured():
    def looks(x):
        return x * float(x.sum().numpy())

    assert kernel_graph(looks, [], [torch.ones(2)], "fake") is None


@pytest.fixture
def streams(monkeypatch):
    """PyTorch's graphs without a GPU, which compute nothing; the streams that were set."""
    streams = []
    for name, value in {
        "CUDAGraph": lambda: SimpleNamespace(replay=lambda: None),
        "graph": lambda graph, capture_error_mode: nullcontext(),
        "current_stream": lambda: "before",
        "set_stream": streams.append,
    }.items():
        monkeypatch.setattr(torch.cuda, name, value)
    return streams


def test_later_tensors_take_the_place_of_those_it_was_recorded_with(streams):
    ran, given = [], [torch.full((2,), float(call)) for call in range(CALLS_BEFORE + 3)]
    run = Recorded(lambda x: ran.append(x[0].item()) or [2 * x])
    results = [run(each)[0] for each in given]
    recorded = ran.pop()
    assert ran == list(range(CALLS_BEFORE)) and recorded == CALLS_BEFORE
    assert results[-1] is results[CALLS_BEFORE] and not streams
    assert given[CALLS_BEFORE].tolist() == given[-1].tolist()


def test_what_a_gpu_cannot_record_is_run_as_before(streams):
    def waits(x):
        ran.append(x)
        if len(ran) == CALLS_BEFORE + 1:
            raise RuntimeError("operation not permitted when stream is capturing")
        return [2 * x]

    ran, run = [], Recorded(waits)
    for call in range(CALLS_BEFORE + 3):
        assert run(torch.full((1,), float(call)))[0] == 2 * call
    assert streams == ["before"]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("name", ["VAE", "VQVAE"])
def test_a_gpu_trains_as_step_by_step(monkeypatch, name):
    def make():
        return kerae.VAE((4,), 2) if name == "VAE" else kerae.VQVAE((8, 8, 1), 8)

    expected = weights(monkeypatch, make, keras.optimizers.Adam, 10**9)
    recorded = weights(monkeypatch, make, keras.optimizers.Adam, 0)
    for value, of_steps in zip(recorded, expected, strict=True):
        np.testing.assert_allclose(value, of_steps, rtol=1e-3, atol=1e-4)


def test_a_step_that_looks_at_constants_is_captured(monkeypatch):
    steps, captured_step = [], torch_loop.captured_step

    def noted(model, batch):
        steps.append(captured_step(model, batch))
        return steps[-1]

    def make():
        return kerae.FlowVAE((4,), 2, flow="planar", num_flows=1)

    expected = weights(monkeypatch, make, keras.optimizers.Adam, 10**9)
    monkeypatch.setattr(torch_loop, "captured_step", noted)
    captured = weights(monkeypatch, make, keras.optimizers.Adam, 0)
    for value, of_steps in zip(captured, expected, strict=True):
        np.testing.assert_array_equal(value, of_steps)
    assert steps and all(steps)

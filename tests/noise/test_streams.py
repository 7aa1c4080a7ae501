"""Nobody who draws repeatable noise draws the noise of another."""

import ast
from itertools import combinations
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats

import kerae
from kerae.data import Binarize
from kerae.noise.repeatable import RepeatableNoise

EXAMPLES = 4000
NUMBERS = np.arange(EXAMPLES, dtype="int32")
CALLS = [
    call
    for path in Path(kerae.__file__).parent.rglob("*.py")
    if "RepeatableNoise(" in (code := path.read_text())
    for call in ast.walk(ast.parse(code))
    if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "RepeatableNoise"
]
STREAMS = [getattr(call.args[0], "value", None) for call in CALLS]


def test_every_place_that_draws_has_a_stream_of_its_own():
    assert len(STREAMS) >= 5
    assert all(isinstance(stream, str) for stream in STREAMS)
    assert len(set(STREAMS)) == len(STREAMS)


def uniform(stream):
    numbers = ops.convert_to_tensor(NUMBERS)
    noise = RepeatableNoise(stream, (numbers, 0 * numbers), seed=0)
    return ops.convert_to_numpy(noise.uniform((1,)))[:, 0]


@pytest.mark.parametrize("pair", list(combinations(STREAMS, 2)), ids=" and ".join)
def test_streams_are_independent(pair):
    assert stats.spearmanr(*map(uniform, pair)).pvalue > 1e-4


@pytest.mark.parametrize("policy", ["fixed", "dynamic"])
def test_whether_a_pixel_is_on_tells_nothing_of_the_code(policy):
    x = np.random.default_rng(0).uniform(0.2, 0.8, (EXAMPLES, 2)).astype("float32")
    preprocessing = Binarize(policy)
    # A code that is its noise: the encoder's kernel and bias are 0.
    encoder = keras.layers.Dense(4, kernel_initializer="zeros")
    model = kerae.VAE((2,), latent_dim=2, encoder=encoder, preprocessing=preprocessing)
    outputs = model.propagate(ops.convert_to_tensor(x))
    pixels, codes = (ops.convert_to_numpy(outputs[name]) for name in ("x", "z"))
    for index in range(2):
        assert stats.spearmanr(pixels[:, index], codes[:, 0, index]).pvalue > 1e-4

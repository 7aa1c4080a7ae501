"""Functions see few shapes, whatever the number of examples."""

from functools import partial

import numpy as np
import pytest

import kerae
from kerae.autoencoder.in_batches import in_batches, in_turn


def test_few_shapes_are_compiled():
    model, shapes = kerae.AE((2, 2, 1), latent_dim=1), set()

    def doubled(x):
        shapes.add(tuple(x.shape))
        return 2 * x

    for count in (1, 5, 6, 7, 8, 100, 101, 300):
        x = np.arange(3 * count, dtype="float32").reshape(count, 3)
        np.testing.assert_array_equal(in_batches(model, doubled, (x,), batch_size=128), 2 * x)
    # TensorFlow leaves the length open after the first.
    assert shapes <= {(1, 3), (8, 3), (128, 3), (None, 3)}


@pytest.mark.parametrize(
    ("sizes", "shapes"), [((4, 4, 2), {4}), ((300, 30), {128}), ((2, 8), {2, 8})]
)
def test_smaller_batches_of_a_data_set_bring_no_shape_of_their_own(sizes, shapes):
    model, seen = kerae.AE((2, 2, 1), latent_dim=1), set()

    def doubled(x):
        seen.add(x.shape[0])
        return 2 * x

    x = np.arange(3 * sum(sizes), dtype="float32").reshape(-1, 3)
    batches = [(rows,) for rows in np.split(x, np.cumsum(sizes)[:-1])]
    answer = partial(in_batches, model, doubled, batch_size=128)
    np.testing.assert_array_equal(in_turn(answer, batches, batch_size=128), 2 * x)
    assert seen <= {*shapes, None}


@pytest.mark.once
def test_a_batch_is_read_when_the_one_before_was_answered():
    events = []

    def batches():
        for number in range(3):
            events.append(f"read {number}")
            yield (np.full((2, 1), number),)

    def answer(arrays):
        events.append(f"answered {arrays[0][0, 0]}")
        return arrays[0]

    in_turn(answer, batches(), batch_size=4)
    assert events == [f"{what} {number}" for number in range(3) for what in ("read", "answered")]

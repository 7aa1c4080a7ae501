"""Functions see few shapes, whatever the number of examples."""

import numpy as np

import kerae
from kerae.autoencoder.in_batches import in_batches


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

import numpy as np
import pytest
from keras import ops

import kerae
from kerae.conditions.condition import join

CONDITION = np.float32([[5, 6], [7, 8]])


def test_a_condition_is_appended_to_a_vector():
    joined = ops.convert_to_numpy(join(ops.convert_to_tensor(np.float32([[1], [2]])), CONDITION))
    np.testing.assert_array_equal(joined, [[1, 5, 6], [2, 7, 8]])


def test_an_image_gets_it_as_channels_at_every_pixel():
    x = np.arange(12, dtype="float32").reshape(2, 2, 3, 1)
    joined = ops.convert_to_numpy(join(ops.convert_to_tensor(x), CONDITION))
    assert joined.shape == (2, 2, 3, 3)
    np.testing.assert_array_equal(joined[..., :1], x)
    for row, (a, b) in enumerate(CONDITION):
        assert (joined[row, ..., 1] == a).all() and (joined[row, ..., 2] == b).all()


def test_without_a_condition_nothing_is_appended():
    x = ops.ones((2, 3))
    assert join(x, None) is x


def test_the_result_has_the_dtype_of_the_data():
    x = ops.ones((2, 3), dtype="bfloat16")
    assert "bfloat16" in str(join(x, CONDITION).dtype)


def test_a_condition_and_an_adversary_that_read_different_labels_are_refused():
    with pytest.raises(ValueError, match=r"Vector.*\(2,\).*float32.*LatentCritic.*\(\).*int32"):
        kerae.Autoencoder(
            (4,),
            kerae.latents.Deterministic(2),
            condition=kerae.conditions.Vector((2,)),
            adversary=kerae.adversaries.LatentCritic(num_classes=3),
        )

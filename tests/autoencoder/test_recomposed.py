import keras
import numpy as np
import pytest
from keras import ops

import kerae
from kerae.autoencoder.recomposed import recomposed

X = np.random.default_rng(0).random((6, 4), dtype="float32")
Y = np.arange(6, dtype="int32") % 3


def test_what_one_learns_the_other_knows():
    model = kerae.VAE((4,), 2, encoder=keras.layers.Flatten())
    other = recomposed(model, [kerae.Reconstruction()])
    assert other.labels == ["reconstruction"] and model.labels == ["reconstruction", "kl"]
    before = model.encode(X)
    other.compile()
    other.fit(X, epochs=1, verbose=0)
    assert (model.encode(X) != before).any()
    np.testing.assert_array_equal(model.encode(X), other.encode(X))
    assert int(ops.convert_to_numpy(other.step)) == 1
    assert int(ops.convert_to_numpy(model.step)) == 0


def test_a_part_can_be_another_one():
    model = kerae.DenoisingAE((4,), 2)
    assert recomposed(model, model.terms).corruption is model.corruption
    assert recomposed(model, model.terms, corruption=None).corruption is None


def test_it_can_be_kept(tmp_path):
    """What a subclass adds is gone, its config too: the file tells of the parts."""
    model = kerae.CAAE((4,), 2, num_classes=3)
    other = recomposed(model, model.terms)
    assert type(other) is kerae.Autoencoder and not other.encoder_is_conditional
    np.testing.assert_array_equal(other.encode(X, Y), model.encode(X, Y))
    other.save(tmp_path / "other.keras")
    loaded = kerae.load(tmp_path / "other.keras")
    np.testing.assert_array_equal(loaded.reconstruct(X, Y), model.reconstruct(X, Y))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float16"])
def test_the_precision_is_kept(policy):
    model = kerae.AE((4,), 2, dtype=policy)
    assert recomposed(model, model.terms).dtype_policy == model.dtype_policy

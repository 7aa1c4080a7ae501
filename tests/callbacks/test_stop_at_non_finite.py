import keras
import numpy as np
import pytest

import kerae


@keras.saving.register_keras_serializable("tests")
class InfiniteFrom(kerae.Term):
    """A term that is infinite from a training step on, for one example of a batch."""

    label = "bad"

    def __init__(self, step, **kwargs):
        super().__init__(**kwargs)
        self.step = step

    def value(self, model, outputs):
        step = keras.ops.convert_to_tensor(model.step)
        values = keras.ops.mean(outputs["z"], axis=(1, 2)) * 0.0
        is_first = keras.ops.arange(keras.ops.shape(values)[0]) == 0
        is_bad = keras.ops.logical_and(is_first, step >= self.step)
        return keras.ops.where(is_bad, float("inf"), values)


def new_model(step):
    model = kerae.Autoencoder(
        (8, 8, 1),
        latent=kerae.latents.Normal(2),
        terms=[kerae.Reconstruction(), InfiniteFrom(step)],
    )
    model.compile(keras.optimizers.Adam(1e-3))
    return model


def test_names_epoch_step_and_term_and_leaves_the_last_good_checkpoint(images, tmp_path):
    model = new_model(step=5)  # the sixth step, in the second epoch of four steps
    checkpoint = kerae.callbacks.Checkpoint(tmp_path)
    with pytest.raises(FloatingPointError, match="epoch 2 at training step 6, by the term 'bad'"):
        model.fit(images, batch_size=4, epochs=4, callbacks=[checkpoint], verbose=0)
    path, epochs = checkpoint.latest()
    assert epochs == 1
    good = kerae.load(path)
    assert all(np.isfinite(w).all() for w in good.get_weights())


def test_diverging_training_is_stopped(images):
    model = kerae.VAE((8, 8, 1), 2, likelihood="normal")
    model.compile(keras.optimizers.SGD(1e6))
    with pytest.raises(FloatingPointError, match="Lower the learning rate"):
        model.fit(images, epochs=20, verbose=0)


def test_a_good_run_is_left_alone(images):
    model = new_model(step=1000)
    history = model.fit(images, epochs=2, verbose=0).history
    assert len(history["loss"]) == 2 and np.isfinite(history["loss"]).all()

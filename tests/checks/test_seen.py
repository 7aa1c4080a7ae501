"""What no one has looked at before training is refused at the end of the epoch at the latest."""

import keras
import numpy as np
import pytest
from kinds_of_data import KINDS_OF_DATA, Batches

import kerae

COUNT = 10  # the last batch of four is smaller
Y = np.arange(COUNT) % 3


def spoiled(value, row=9):
    x = np.full((COUNT, 4, 4, 1), 0.5, "float32")
    x[row, 0, 0, 0] = value
    return x


def new_model(**options):
    kerae.set_random_seed(0)
    latent = kerae.latents.Deterministic(2)
    model = kerae.Autoencoder((4, 4, 1), latent, encoder=keras.layers.Flatten(), **options)
    model.compile(keras.optimizers.SGD(1e-3))
    return model


GOOD = spoiled(0.5)
CASES = {
    "above": (255.0, r"\[0, 1\]. Received: values from 0.5 to 255"),
    "below": (-2.0, r"\[0, 1\]. Received: values from -2 to 0.5"),
    "NaN": (np.nan, "NaN or infinity in `x`. Remove or repair"),
    "infinity": (-np.inf, "NaN or infinity in `x`"),
}


@pytest.fixture(scope="module")
def model():
    return new_model()


@pytest.mark.parametrize(("value", "message"), CASES.values(), ids=CASES)
def test_a_later_batch_is_refused_in_training_validation_and_evaluation(model, value, message):
    bad = Batches(spoiled(value))
    with pytest.raises(ValueError, match=f"the data.*{message}"):
        model.evaluate(bad, verbose=0)
    with pytest.raises(ValueError, match=f"`validation_data`.*{message}"):
        model.fit(GOOD, validation_data=bad, verbose=0)
    for validation in (None, GOOD):
        with pytest.raises(ValueError, match=f"training data.*{message}"):
            new_model().fit(bad, validation_data=validation, verbose=0)


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("convert", KINDS_OF_DATA)
def test_every_kind_of_data_set_is_looked_at(convert):
    with pytest.raises(ValueError, match="training data.*to 255"):
        new_model().fit(convert(spoiled(255.0)), verbose=0)


def test_a_generator_is_looked_at():
    with pytest.raises(ValueError, match="training data.*to 255"):
        new_model().fit(((spoiled(255.0),) for _ in range(3)), steps_per_epoch=2, verbose=0)


def test_a_refusal_is_not_of_the_next_call_and_nothing_is_kept(model):
    before = [np.asarray(variable) for variable in model.variables]
    with pytest.raises(ValueError, match="to 255"):
        model.evaluate(Batches(spoiled(255.0)), verbose=0)
    assert np.isfinite(model.evaluate(Batches(GOOD), verbose=0, return_dict=True)["loss"])
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(np.asarray(variable), value)


@pytest.mark.mainly("torch")
def test_what_preprocessing_makes_is_looked_at_and_what_it_hides():
    scaled = new_model(preprocessing=keras.layers.Rescaling(2.0))
    with pytest.raises(ValueError, match="training data.*from 1 to 1.5"):
        scaled.fit(Batches(spoiled(0.75)), verbose=0)
    binary = new_model(preprocessing=kerae.data.Binarize("threshold"))
    with pytest.raises(ValueError, match="NaN or infinity in `x`"):
        binary.fit(Batches(spoiled(np.nan)), verbose=0)


@pytest.mark.mainly("torch")
def test_labels_targets_and_weights_are_looked_at():
    conditional = new_model(condition=kerae.conditions.Label(3))
    with pytest.raises(ValueError, match="training data.*from 0 to 2. Received: 7"):
        conditional.fit(Batches(GOOD, np.where(np.arange(COUNT) == 9, 7, Y)), verbose=0)
    given = new_model(target=kerae.targets.Given((4, 4, 1)))
    with pytest.raises(ValueError, match=r"training data.*\[0, 1\].*to 3"):
        given.fit(Batches(GOOD, spoiled(3.0)), verbose=0)
    with pytest.raises(ValueError, match="NaN or infinity in `y`"):
        given.fit(Batches(GOOD, spoiled(np.nan)), verbose=0)
    weight = np.where(np.arange(COUNT) == 9, np.nan, 1.0)
    with pytest.raises(ValueError, match="NaN or infinity in `sample_weight`"):
        new_model().fit(Batches(GOOD, Y, weight), verbose=0)


class DoubledInTraining(keras.layers.Layer):
    def call(self, x, training=False):
        return x * 2 if training else x


@pytest.mark.parametrize("count", [8, 256])  # the latter captured as kernels on PyTorch
def test_loops_of_many_steps_look_where_arrays_do_not_tell(count):
    model = new_model(preprocessing=DoubledInTraining())
    x = np.full((count, 4, 4, 1), 0.25, "float32")
    model.fit(x, batch_size=2, verbose=0)
    x[-1] = 0.75
    with pytest.raises(ValueError, match="training data.*from 0.5 to 1.5"):
        model.fit(x, batch_size=2, verbose=0)

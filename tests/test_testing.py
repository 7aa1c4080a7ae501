"""The checks for parts and models of one's own: what passes them, and that mistakes do not."""

import keras
import numpy as np
import pytest
from keras import ops
from small_models import L0, SMALL_MODELS, PlanarPosterior, TopK, Vamp

import kerae
from kerae import conditions, latents, likelihoods, schedules, targets, terms
from kerae.testing import check_model, check_part

PARTS = [
    PlanarPosterior(2, num_flows=1),
    TopK(8, k=2),
    Vamp(3),
    likelihoods.Laplace("learned"),
    terms.L1(0.5),
    L0(0.0),
    terms.Deception(0.5),
    kerae.adversaries.LatentCritic(),
    conditions.Label(3),
    kerae.corruptions.Masking(0.2),
    targets.Given((4, 4, 1)),
    schedules.Adjustable(0.5),
]
pytestmark = [pytest.mark.slow, pytest.mark.mainly("torch")]


@pytest.mark.parametrize("part", PARTS, ids=lambda each: type(each).__name__)
def test_parts_pass(part):
    check_part(part)


@pytest.mark.parametrize("name", SMALL_MODELS)
def test_models_pass(name):
    check_model(SMALL_MODELS[name])


registered = keras.saving.register_keras_serializable("tests")


class Unregistered(terms.L1):
    pass


@registered
class NotTheSame(terms.L1):
    """It forgets what it was given."""

    def __init__(self, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale + 1


@registered
class OfTheBatch(latents.Deterministic):
    """The code of an example depends on the others."""

    def mode(self, posterior):
        return posterior["z"] - ops.mean(posterior["z"], axis=0)


@registered
class Random(terms.L1):
    """It draws at an evaluation, anew at every call."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(0)

    def value(self, model, outputs):
        value = super().value(model, outputs)
        return value + keras.random.uniform(ops.shape(value), seed=self.seed_generator)


@registered
class Ruined(terms.L1):
    def value(self, model, outputs):
        return super().value(model, outputs) * np.nan


@registered
class Forgotten(latents.Normal):
    """A statistic that no file keeps, and that codes depend on."""

    shift = 0.0

    def draw(self, model, outputs, num_samples=None):
        self.shift += outputs["training"]
        return {"z": super().draw(model, outputs, num_samples)["z"] + self.shift}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Unregistered(), "Unregistered registered by register_keras_serializable"),
        (lambda: NotTheSame(2.0), "the same config of NotTheSame"),
        (lambda: OfTheBatch(2), "does not depend on the batch"),
        (lambda: Random(), "the same evaluation again"),
        (lambda: Forgotten(2), "the same evaluation of the model from a file"),
    ],
    ids=lambda each: "" if callable(each) else each,
)
def test_mistakes_do_not(make, message):
    with pytest.raises(AssertionError, match=message):
        check_part(make())


def test_a_loss_that_is_no_number_does_not():
    with pytest.raises(FloatingPointError, match="'l1'"):
        check_part(Ruined())

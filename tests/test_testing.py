"""The checks for parts and models of one's own: what passes them, and that mistakes do not."""

import itertools

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
    latents.FlowPosterior(2, "iaf", num_flows=2),
    kerae.priors.Flow("neural_spline", num_flows=2),
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


@registered
class OfTheWholeBatch(terms.L1):
    def value(self, model, outputs):
        return ops.mean(super().value(model, outputs))


@registered
class OfEachPair(terms.L1):
    """An axis too many, by which each example is compared with each."""

    def loss(self, value, step):
        return ops.expand_dims(value, 0) - ops.expand_dims(value, 1)


@registered
class WithoutGradient(terms.L1):
    """What it would learn counts for nothing."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def value(self, model, outputs):
        return super().value(model, outputs) + 0.0 * self.scale


numbers = itertools.count()


@registered
class OfItsOwnNumber(terms.L1):
    """Made again, it is not what was given."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.number = next(numbers)


@registered
class OneCode(latents.Normal):
    def sample(self, posterior, noise, num_samples=None):
        return super().sample(posterior, noise, 1)


@registered
class WrongKL(latents.Normal):
    """A plus in the place of a minus."""

    def kl_divergence(self, outputs):
        return super().kl_divergence(outputs) + 1.0


@registered
class NoDict(latents.Deterministic):
    def call(self, features):
        return super().call(features)["z"]

    def mode(self, posterior):
        return posterior

    def sample(self, posterior, noise, num_samples=None):
        return ops.expand_dims(posterior, 1)


@registered
class DrawnOfTheBatch(latents.Deterministic):
    """The code that is trained on depends on the other examples, that of `encode` does not."""

    def sample(self, posterior, noise, num_samples=None):
        return ops.expand_dims(posterior["z"] - ops.mean(posterior["z"], axis=0), 1)


@registered
class OfElements(kerae.priors.StandardNormal):
    def log_prob(self, z):
        return -ops.square(z)


@registered
class ManyDraws(kerae.priors.StandardNormal):
    def sample(self, noise, labels=None):
        return noise.normal((5, *self.event_shape))


@registered
class OtherMean(likelihoods.Normal):
    def mean(self, parameters):
        return ops.mean(super().mean(parameters), axis=-1)


@registered
class WrongSize(conditions.Vector):
    def call(self, y):
        return ops.concatenate([super().call(y)] * 2, axis=-1)


@registered
class HalfTarget(targets.Target):
    def call(self, x, y=None):
        return x[:, :2]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: OfTheWholeBatch(), r"`value` of OfTheWholeBatch to give shape \(6,\) or"),
        (lambda: OfEachPair(), r"`loss` of OfEachPair to give shape \(6,\). Received: \(6, 6\)"),
        (lambda: WithoutGradient(), "training to move variables of WithoutGradient"),
        (lambda: OfItsOwnNumber(), "OfItsOwnNumber from its config .*Received: {'number'"),
        (lambda: OneCode(2), "Expected OneCode to draw codes"),
        (lambda: WrongKL(2), "`kl_divergence` of WrongKL to be what its codes and densities say"),
        (lambda: NoDict(2), "a dict from NoDict"),
        (lambda: DrawnOfTheBatch(2), "a reconstruction that does not depend on the batch"),
        (lambda: OfElements(), r"`log_prob` of OfElements to give shape \(6, 1\)"),
        (lambda: ManyDraws(), r"`sample` of ManyDraws to give shape \(6, 2\)"),
        (lambda: OtherMean(), r"`mean` of OtherMean to give shape \(6, 4, 4, 1\)"),
        (lambda: WrongSize((2,)), r"WrongSize to give shape \(6, 2\). Received: \(6, 4\)"),
        (lambda: HalfTarget(), r"HalfTarget to give shape \(6, 4, 4, 1\)"),
        (lambda: Unregistered(), "Unregistered registered by register_keras_serializable"),
        (lambda: NotTheSame(2.0), "the same config of NotTheSame"),
        (lambda: OfTheBatch(2), "does not depend on the batch"),
        (lambda: Random(), "the same evaluation again"),
        (lambda: Forgotten(2), "the same evaluation of the model from a file"),
    ],
    ids=lambda each: "" if callable(each) else each,
)
def test_mistakes_do_not(make, message):
    # What a model refuses by itself is no failed check.
    with pytest.raises((AssertionError, TypeError, ValueError), match=message):
        check_part(make())


def test_a_loss_that_is_no_number_does_not():
    with pytest.raises(FloatingPointError, match="'l1'"):
        check_part(Ruined())

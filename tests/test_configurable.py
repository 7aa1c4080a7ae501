"""Arguments after construction: read-only, and told."""

import keras
import numpy as np
import pytest

import kerae
from kerae import latents, priors, schedules, terms

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [
        (lambda: kerae.VAE((4,), 2), "beta", 50.0),
        (lambda: kerae.VAE((4,), 2), "capacity", 5.0),  # which was none
        (lambda: kerae.VAE((4,), 2), "terms", []),
        (lambda: kerae.VAE((4,), 2), "encoder", None),
        (lambda: terms.KLDivergence(), "weight", 0.5),
        (lambda: latents.Normal(2), "num_samples", 3),
        (lambda: schedules.Linear(0.0, 1.0, 5), "steps", 10),
    ],
)
def test_an_argument_is_read_only_after_construction(make, name, value):
    made = make()
    before = getattr(made, name)
    with pytest.raises(AttributeError, match=f"`{name}` of .* is read-only.*Make a new one"):
        setattr(made, name, value)
    assert getattr(made, name) is before


def test_other_attributes_can_be_set():
    model = kerae.VAE((4,), 2)
    model.note = "mine"
    assert model.note == "mine"


def test_terms_cannot_be_added_behind_the_models_back():
    with pytest.raises(AttributeError):
        kerae.VAE((4,), 2).terms.append(terms.L1())


def test_what_a_part_was_made_with_is_told():
    assert str(schedules.Linear(0.0, 1.0, steps=5)) == "Linear(start=0.0, end=1.0, steps=5)"
    assert str(terms.KLDivergence(schedules.Linear(0.0, 1.0, 5), capacity=None)) == (
        "KLDivergence(weight=Linear(start=0.0, end=1.0, steps=5))"
    )
    mixture = priors.GaussianMixture(np.arange(20.0).reshape(10, 2), [np.eye(2)] * 10)
    assert str(mixture).startswith("GaussianMixture(means=[[0.0, 1.0], [2.0, 3…, ")


def test_a_model_tells_its_parts_terms_shapes_and_parameters():
    model = kerae.CVAE((8, 8, 1), 2, num_classes=3, beta=0.0)
    first, *lines = str(model).splitlines()
    count = sum(np.prod(variable.shape, dtype=int) for variable in model.trainable_variables)
    assert first == f"CVAE: (8, 8, 1) -> (2,) -> (8, 8, 1), {count:,} parameters"
    told = {line.split()[0]: line for line in lines}
    assert list(told) == [
        *("condition", "encoder", "latent", "prior", "decoder", "likelihood", "loss", "watched:")
    ]
    assert "(8, 8, 4) -> (512,)" in told["encoder"]
    assert told["encoder"].endswith(f"{model.encoder.count_params():,}")
    assert "(5,) -> (8, 8, 1)" in told["decoder"]
    assert told["loss"] == "  loss = 1.0 * reconstruction" and told["watched:"].endswith(" kl")


def test_a_config_makes_as_many_models_as_are_wanted():
    x = keras.Input((4,))
    config = kerae.VAE((4,), 2, encoder=keras.Model(x, keras.layers.Dense(3)(x))).get_config()
    for _ in range(2):
        assert kerae.VAE.from_config(config).encoder.output_shape == (None, 3)

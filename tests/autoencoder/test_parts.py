"""What a model is made of: parts that are of another kind, and labels that cannot be logged."""

import keras
import numpy as np
import pytest
from keras import ops

import kerae
from kerae import latents, priors, terms

pytestmark = pytest.mark.once

NETWORKS = {"encoder": keras.layers.Flatten(), "decoder": keras.layers.Dense(4)}
WRONG = {
    "latent": (2, latents.Normal, priors.StandardNormal()),
    "prior": ("normal", priors.StandardNormal),
    "terms": (terms.L1(), [terms.L1], ["kl"], {"kl": terms.L1()}),
    "encoder": (lambda x: x, keras.layers.Flatten),
    "decoder": (lambda x: x,),
    "corruption": (0.1, "gaussian"),
    "preprocessing": (np.round,),
    "condition": (10, terms.L1()),
    "adversary": (keras.layers.Dense(1),),
    "target": ((4,),),
}


@pytest.mark.parametrize("name, part", [(n, p) for n, parts in WRONG.items() for p in parts])
def test_a_part_of_another_kind_is_named_by_its_argument(name, part):
    with pytest.raises(ValueError, match=rf"Expected `{name}` to be .*Received: .*{name}="):
        kerae.Autoencoder((4,), **{"latent": latents.Normal(2), name: part})


@pytest.mark.parametrize("shape", [784, (), (None, 4), (8.0,), (0, 4), "image"])
def test_the_shape_of_an_example_is_a_tuple_of_sizes(shape):
    with pytest.raises(ValueError, match=r"Expected `input_shape` to be .*Received: .*\(784,\)"):
        kerae.VAE(shape, 2)


@pytest.mark.parametrize("prior", ["normal", priors.StandardNormal, object()])
def test_samples_are_drawn_from_a_prior_alone(prior):
    with pytest.raises(ValueError, match=r"Expected `prior` to be a kerae.priors.Prior. Received"):
        kerae.Autoencoder((4,), latents.Normal(2), **NETWORKS).sample(2, prior=prior)


class Labeled(kerae.Term):
    def value(self, model, outputs):
        return ops.sum(ops.square(outputs["z"][:, 0]), axis=-1)


class OfTheSum(Labeled):
    label = "loss"


class OfValidation(Labeled):
    label = "val_loss"


class Nameless(Labeled):
    label = None


@pytest.mark.parametrize("term", [Labeled, OfTheSum, OfValidation, Nameless])
def test_a_term_needs_a_name_that_the_logs_do_not_use_otherwise(term):
    message = rf"Expected {term.__name__} to have a `label`.*Received: (none|label=).*Write `label"
    with pytest.raises(ValueError, match=message):
        kerae.Autoencoder((4,), latents.Normal(2), terms=[kerae.Reconstruction(), term()])


def test_two_terms_of_one_name_are_refused():
    twice = [kerae.Reconstruction(), kerae.Reconstruction()]
    with pytest.raises(ValueError, match="different names.*'reconstruction', 'reconstruction'"):
        kerae.Autoencoder((4,), latents.Normal(2), terms=twice)

"""What a model is made of: parts that are of another kind, and labels that cannot be logged."""

import copy

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
    with pytest.raises(ValueError, match=r"Expected `input_shape` to be a tuple.* Received: "):
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


class WithLayer(Labeled):
    """A term with a network that it forgets to build."""

    label = "with_layer"

    def __init__(self, network, **kwargs):
        super().__init__(**kwargs)
        self.network = network


class WithMetric(Labeled):
    label = "with_metric"

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = keras.metrics.Mean()


@pytest.mark.parametrize(
    "network",
    [keras.layers.Dense(1), keras.Sequential([keras.layers.Dense(1)])],
    ids=["layer", "network"],
)
def test_a_layer_that_is_not_built_with_the_model_is_named(network):
    message = r"layers of WithLayer to be built.*Received: (Dense|Sequential) '\w+'.*fit_to"
    with pytest.raises(ValueError, match=message):
        kerae.Autoencoder(
            (4,), latents.Normal(2), terms=[kerae.Reconstruction(), WithLayer(network)]
        )
    network.build((None, 4))
    kerae.Autoencoder((4,), latents.Normal(2), terms=[kerae.Reconstruction(), WithLayer(network)])


def test_layers_without_variables_need_not_be_built():
    own = [kerae.Reconstruction(), WithLayer(keras.layers.Flatten())]
    kerae.Autoencoder((4,), latents.Normal(2), terms=own)


def test_statistics_in_a_metric_are_refused():
    own = [kerae.Reconstruction(), WithMetric()]
    with pytest.raises(ValueError, match="Expected WithMetric to keep its statistics.*add_weight"):
        kerae.Autoencoder((4,), latents.Normal(2), terms=own)


@pytest.mark.parametrize("latent", [latents.Normal(2), latents.Deterministic(2, "tanh")], ids=str)
def test_a_latent_can_be_copied_with_what_it_has_learned(latent):
    features = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    kerae.Autoencoder((4,), latent, encoder=keras.layers.Flatten())
    for again in (copy.copy(latent), copy.deepcopy(latent)):
        for name, value in latent(features).items():
            found = again(features)[name]
            np.testing.assert_array_equal(*map(ops.convert_to_numpy, (found, value)))


def test_two_terms_of_one_name_are_refused():
    twice = [kerae.Reconstruction(), kerae.Reconstruction()]
    with pytest.raises(ValueError, match="different names.*'reconstruction', 'reconstruction'"):
        kerae.Autoencoder((4,), latents.Normal(2), terms=twice)

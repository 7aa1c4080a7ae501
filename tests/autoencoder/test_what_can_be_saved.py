"""What can be trained can be saved and loaded, or says at construction why not."""

import keras
import numpy as np
import pytest
from keras import ops

import kerae
from kerae import latents, terms

pytestmark = pytest.mark.mainly("torch")

X = np.random.default_rng(0).random((8, 6), dtype="float32")


def register(of_class):
    return keras.saving.register_keras_serializable("tests")(of_class)


def trained(model):
    model.compile("adam")
    model.fit(X, verbose=0)
    return model


def reloaded(model, tmp_path):
    """What a file makes of the model, which answers and goes on like it."""
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.encode(X), model.encode(X))
    for own, other in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (own, other)))
    losses = [each.evaluate(X, verbose=0, return_dict=True) for each in (model, loaded)]
    assert losses[0] == losses[1]
    return loaded


@register
class Small(kerae.VAE):
    """Makes networks and a likelihood of its own."""

    def __init__(self, width=8, **kwargs):
        encoder = keras.layers.Dense(width)
        super().__init__((6,), latent_dim=2, likelihood="normal", encoder=encoder, **kwargs)
        self.width = width


def test_a_subclass_that_makes_its_own_networks_is_loaded(tmp_path):
    loaded = reloaded(trained(Small(width=3, beta=2.0)), tmp_path)
    assert (loaded.width, loaded.beta) == (3, 2.0)


def test_the_default_networks_of_a_file_are_those_it_was_saved_with(tmp_path, monkeypatch):
    model = trained(kerae.VAE((6,), 2))
    monkeypatch.setattr("kerae.autoencoder.autoencoder.default_encoder", None)
    monkeypatch.setattr("kerae.autoencoder.autoencoder.default_decoder", None)
    reloaded(model, tmp_path)


@register
class Huber(kerae.Term):
    """Leaves its parent's arguments to `**kwargs`."""

    label = "huber"

    def __init__(self, delta=1.0, **kwargs):
        super().__init__(**kwargs)
        self.delta = delta

    def value(self, model, outputs):
        difference = ops.abs(outputs["target"] - outputs["parameters"])
        return ops.sum(ops.minimum(difference**2 / 2, self.delta * difference), axis=1)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        (Huber(weight=50.0), "weight", 50.0),
        (kerae.conditions.Label(3, for_encoder=False), "for_encoder", False),
    ],
)
def test_arguments_that_a_part_passes_to_its_parent_are_kept_and_read_only(part, name, value):
    again = type(part).from_config(part.get_config())
    assert getattr(again, name) == getattr(part, name) == value
    with pytest.raises(AttributeError, match="read-only"):
        setattr(part, name, 0)


def test_the_weight_of_a_term_of_ones_own_is_that_of_the_file(tmp_path):
    parts = [kerae.Reconstruction(), Huber(weight=50.0)]
    model = kerae.Autoencoder((6,), latents.Normal(2), "normal", terms=parts)
    assert reloaded(trained(model), tmp_path).terms[1].weight == 50.0


class Forgetful(kerae.VAE):
    def __init__(self, width=8, **kwargs):
        super().__init__((6,), latent_dim=2, **kwargs)


def test_a_subclass_that_does_not_keep_an_argument_is_told_at_once():
    with pytest.raises(TypeError, match="Forgetful to keep its argument 'width'.*self.width ="):
        Forgetful()


@pytest.mark.parametrize("before", [True, False], ids=["frozen", "unfrozen"])
def test_a_model_is_loaded_whose_layers_were_frozen_since_it_was_compiled(before, tmp_path):
    model = kerae.VAE((6,), 2)
    model.encoder.trainable = before
    trained(model)
    model.encoder.trainable = not before
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    for own, other in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (own, other)))
    trained(loaded)


@pytest.mark.parametrize("before", [True, False], ids=["frozen", "unfrozen"])
def test_who_freezes_a_layer_has_to_compile_again(before):
    model = kerae.VAE((6,), 2)
    model.encoder.trainable = before
    trained(model)
    model.encoder.trainable = not before
    with pytest.raises(ValueError, match="trainable.*was changed since. Call `compile` again"):
        model.fit(X, verbose=0)
    kernel = model.encoder.trainable_variables or model.encoder.non_trainable_variables
    weights = ops.convert_to_numpy(kernel[0]).copy()
    trained(model)
    assert (ops.convert_to_numpy(kernel[0]) == weights).all() == before


@register
class Seen(kerae.Term):
    """Looks at the data by a network."""

    label = "seen"

    def __init__(self, network, weight=1.0, **kwargs):
        super().__init__(weight, **kwargs)
        self.network = network

    def value(self, model, outputs):
        return ops.sum(self.network(outputs["x"]) ** 2, axis=1)


def test_a_network_of_two_parts_is_one_in_the_file(tmp_path):
    network = keras.Sequential([keras.layers.Dense(4)])
    parts = [kerae.Reconstruction(), Seen(network)]
    model = kerae.Autoencoder((6,), latents.Normal(2), terms=parts, encoder=network)
    loaded = reloaded(trained(model), tmp_path)
    assert loaded.terms[1].network is loaded.encoder


def test_an_adjustable_weight_of_two_terms_is_one_in_the_file(tmp_path):
    weight = kerae.schedules.Adjustable(0.5)
    parts = [kerae.Reconstruction(weight), terms.KLDivergence(weight)]
    model = trained(kerae.Autoencoder((6,), latents.Normal(2), terms=parts))
    weight.assign(3.0)
    loaded = reloaded(model, tmp_path)
    assert loaded.terms[0].weight is loaded.terms[1].weight

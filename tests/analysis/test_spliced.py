"""Networks with a layer's output replaced, against the same computed by NumPy layer by layer."""

import keras
import numpy as np
import pytest
from keras import layers

import kerae
from kerae.analysis import loss_recovered

WIDTH = 6


def sae_of(shape=(WIDTH,)):
    return kerae.SparseAE(shape, latent_dim=9, penalty="l1", likelihood="normal")


def sequential():
    return keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(WIDTH, activation="relu", name="hidden"),
            layers.Dropout(0.5),
            layers.Dense(3, name="last"),
        ]
    )


def with_bypass():
    inputs = keras.Input((4,))
    hidden = layers.Dense(WIDTH, activation="relu", name="hidden")(inputs)
    beside = layers.Dense(WIDTH, name="beside")(inputs)
    both = layers.Add()([layers.Dense(WIDTH, name="after")(hidden), hidden, beside])
    return keras.Model(inputs, layers.Dense(3, name="last")(both))


def dense(model, name, x):
    kernel, bias = (np.asarray(each) for each in model.get_layer(name).get_weights())
    return x @ kernel + bias


def by_hand(model, x, replace):
    hidden = replace(np.maximum(dense(model, "hidden", x), 0).astype("float32"))
    if "after" not in [each.name for each in model.layers]:
        return dense(model, "last", hidden)
    return dense(model, "last", dense(model, "after", hidden) + hidden + dense(model, "beside", x))


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(10, 4)).astype("float32")


@pytest.mark.parametrize("make", [sequential, with_bypass])
def test_layer_by_layer(make, x):
    model, sae = make(), sae_of()
    before = model.predict(x, verbose=0)
    both = kerae.spliced(model, "hidden", sae)
    expected = by_hand(model, x, sae.reconstruct)
    np.testing.assert_allclose(both.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-5)
    assert np.abs(before - expected).max() > 1e-3
    # Neither the network nor what is asked of it later changes.
    np.testing.assert_allclose(model.predict(x, verbose=0), before, rtol=1e-6)
    again = kerae.spliced(model, model.get_layer("hidden"), sae)
    np.testing.assert_allclose(again.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-5)
    front = keras.Model(model.inputs, model.get_layer("hidden").output)
    assert front.predict(x, verbose=0).shape == (10, WIDTH)


def test_the_weights_are_those_of_both_models(x):
    model, sae = sequential(), sae_of()
    both = kerae.spliced(model, "hidden", sae)
    model.get_layer("last").set_weights([np.zeros((WIDTH, 3)), np.ones(3)])
    np.testing.assert_allclose(both.predict(x, verbose=0), np.ones((10, 3)))
    paths = {id(each) for each in both.weights}
    assert {id(each) for each in [*model.weights, *sae.encoder.weights]} <= paths


def test_maps_are_taken_place_by_place_or_as_a_whole():
    x = np.random.default_rng(0).random((3, 5, 4), dtype="float32")
    model = keras.Sequential([keras.Input((5, 4)), layers.Dense(2, name="hidden")])
    hidden = model.predict(x, verbose=0)
    places, whole = sae_of((2,)), sae_of((5, 2))
    expected = places.reconstruct(hidden.reshape(15, 2)).reshape(3, 5, 2)
    for sae, answer in ((places, expected), (whole, whole.reconstruct(hidden))):
        result = kerae.spliced(model, "hidden", sae).predict(x, verbose=0)
        np.testing.assert_allclose(result, answer, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("ablation", ["zero", "mean"])
def test_the_losses_and_the_share_by_hand(ablation, x):
    model, sae = with_bypass(), sae_of()
    y = np.random.default_rng(1).normal(size=(10, 3))
    model.compile(loss="mse")
    found = loss_recovered(model, "hidden", sae, x, y, ablation=ablation, batch_size=4)
    mean = np.maximum(dense(model, "hidden", x), 0).mean(axis=0)
    ablated = np.zeros(WIDTH) if ablation == "zero" else mean
    losses = [
        np.mean((by_hand(model, x, replace) - y) ** 2)
        for replace in (lambda h: h, sae.reconstruct, lambda h: ablated + 0 * h)
    ]
    came = [found.loss, found.spliced, found.ablated]
    np.testing.assert_allclose(came, losses, rtol=1e-4)
    share = (losses[2] - losses[1]) / (losses[2] - losses[0])
    assert found.share == pytest.approx(share, rel=1e-3) and found.ablation == ablation


def test_a_loss_can_be_given_for_tokens():
    tokens = np.random.default_rng(0).integers(0, 7, (5, 8))
    model = keras.Sequential(
        [
            keras.Input((8,), dtype="int32"),
            layers.Embedding(7, WIDTH, name="hidden"),
            layers.Dense(7, activation="softmax"),
        ]
    )
    loss = "sparse_categorical_crossentropy"
    found = loss_recovered(model, "hidden", sae_of(), tokens, tokens, loss, batch_size=2)
    p = model.predict(tokens, verbose=0)
    expected = -np.mean(np.log(np.take_along_axis(p, tokens[..., None], axis=-1)))
    assert found.loss == pytest.approx(expected, rel=1e-4)
    assert found.ablated == pytest.approx(np.log(7), rel=1e-4)  # equal logits, of zeros


class OfItsOwn(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(WIDTH, name="hidden")

    def call(self, x):
        return self.hidden(x)


def shared():
    hidden, inputs = layers.Dense(4, name="hidden"), keras.Input((4,))
    return keras.Model(inputs, hidden(hidden(inputs)))


@pytest.mark.parametrize(
    ("make", "layer", "shape", "said"),
    [
        (OfItsOwn, "hidden", (WIDTH,), "OfItsOwn, whose layers"),
        (lambda: kerae.AE((4,), 2), "hidden", (WIDTH,), "such as `model.encoder`"),
        (sequential, "hiden", (WIDTH,), "hidden, dropout.*Received: 'hiden'"),
        (shared, "hidden", (4,), "'hidden' with 2 uses"),
        (sequential, "hidden", (5,), "from \\(5,\\) to \\(5,\\)"),
    ],
)
def test_what_cannot_be_spliced_is_told(make, layer, shape, said):
    with pytest.raises(ValueError, match=said):
        kerae.spliced(make(), layer, sae_of(shape))


def test_an_ablation_that_changes_nothing_and_a_missing_loss_are_told(x):
    model = sequential()
    model.get_layer("last").set_weights([np.zeros((WIDTH, 3)), np.ones(3)])
    with pytest.raises(ValueError, match="whose output matters"):
        loss_recovered(model, "hidden", sae_of(), x, np.zeros((10, 3)), "mse")
    with pytest.raises(ValueError, match="Expected `loss`"):
        loss_recovered(model, "hidden", sae_of(), x, np.zeros((10, 3)))
    with pytest.raises(ValueError, match="one of `y` for each"):
        loss_recovered(model, "hidden", sae_of(), x, np.zeros((9, 3)), "mse")

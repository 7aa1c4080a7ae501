"""Sums of few of many rows, and models trained by them, beside products with all rows."""

import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops

import kerae
from kerae.backend import products_at, scattered, sum_of_rows

RANDOM = np.random.default_rng(0)
COUNT, SIZE, BATCH = 40, 5, 7
ROWS, X = (RANDOM.normal(size=(n, SIZE)).astype("float32") for n in (COUNT, BATCH))


def few(k):
    """Places of which all examples have one, and one example has the last."""
    others = [RANDOM.permutation(np.arange(1, COUNT - 1))[: k - 1] for _ in range(BATCH)]
    places = np.array([[0, *each] for each in others], "int32")
    places[2, -1] = COUNT - 1
    return RANDOM.normal(size=(BATCH, k)).astype("float32"), places


def near(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("k", [3, 19])  # sums have eight terms at once
def test_a_sum_of_few_is_the_product_with_all(k):
    amounts, places = few(k)
    multiplied = ops.convert_to_tensor(X)

    def of_few(given):
        return ops.sum(multiplied * sum_of_rows(given[0], ops.convert_to_tensor(places), given[1]))

    def of_all(given):
        every = scattered(given[0], ops.convert_to_tensor(places), COUNT)
        return ops.sum(multiplied * ops.matmul(every, given[1]))

    given = [amounts, ROWS]
    tensors = [ops.convert_to_tensor(each) for each in given]
    np.testing.assert_allclose(*(float(each(tensors)) for each in (of_few, of_all)), rtol=1e-5)
    near(*(gradient(each, given) for each in (of_few, of_all)))


def test_products_are_those_given_with_the_gradients_of_all():
    weights, places = few(3)
    bias = RANDOM.normal(size=COUNT).astype("float32")
    x, places, weights = map(ops.convert_to_tensor, (X, places, weights))

    def of_few(given):
        products = ops.stop_gradient(ops.matmul(x, given[0]) + given[1])
        return ops.sum(weights * products_at(products, places, x, *given))

    def of_all(given):
        products = ops.matmul(x, given[0]) + given[1]
        return ops.sum(weights * ops.take_along_axis(products, places, axis=1))

    given = [ROWS.T.copy(), bias]
    tensors = [ops.convert_to_tensor(each) for each in given]
    np.testing.assert_allclose(*(float(each(tensors)) for each in (of_few, of_all)), rtol=1e-5)
    near(*(gradient(each, given) for each in (of_few, of_all)))


DATA = RANDOM.normal(size=(24, 6)).astype("float32") + 2


def dictionary():
    decoder = kerae.networks.DictionaryDecoder(64, (6,))
    return {"decoder": decoder, "encoder": kerae.networks.DictionaryEncoder(decoder)}


MODELS = {
    "SAE": lambda: kerae.SAE(6, 64, k=3),
    "divided": lambda: kerae.SAE(6, 64, k=3, lengths="divided"),
    "tied": lambda: kerae.SAE(6, 64, k=3, tied=True),
    "bare": lambda: kerae.SAE(6, 64, k=3, bias=False, center=None, scaled=False),
    "bfloat16": lambda: kerae.SAE(6, 64, k=3, dtype="mixed_bfloat16"),
    "trained before": lambda: kerae.Autoencoder(
        (6,),
        kerae.latents.TopK(3),
        likelihood="normal",
        preprocessing=keras.layers.Dense(6),
        terms=[kerae.terms.SquaredError(), kerae.terms.AuxiliaryReconstruction()],
        **dictionary(),
    ),
    "BatchTopK": lambda: kerae.SAE(6, 64, "batchtopk", k=3),  # of which AuxK alone has few
    "Transcoder": lambda: kerae.Transcoder(6, 6, 64, k=3, skip=True),
}
if keras.backend.backend() != "jax":  # where it has to be told before it starts
    MODELS["float64"] = lambda: kerae.SAE(6, 64, k=3, dtype="float64")
FIRST = {"SAE"}


def trained(make):
    """What weights and logs become."""
    kerae.set_random_seed(0)
    model = make()
    model.compile(keras.optimizers.SGD(1e-3))
    x = DATA if model.encoder.centered or model.encoder.skip else DATA - 2
    given = (x, DATA[:, ::-1].copy()) if model.label_readers else (x,)
    model.start_at_mean(*given)
    half_dead = np.where(np.arange(64) % 2, 0, model.latent.dead_after)
    model.latent.age.assign(half_dead.astype("int32"))
    logs = model.fit(*given, batch_size=8, epochs=2, shuffle=False, verbose=0).history
    assert min(logs["auxiliary"]) > 0
    return model.get_weights(), logs


COMPILED = keras.backend.backend() != "torch"
each_model = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.nightly if COMPILED and name not in FIRST else ())
        for name in MODELS
    ],
)


@each_model
def test_a_dictionary_trains_alike_by_few_and_by_all(name, monkeypatch):
    asked, original = [], kerae.ops.rows.rows_are_quick
    monkeypatch.setattr("kerae.ops.rows.rows_are_quick", lambda: asked.append(1) or original())
    weights, logs = trained(MODELS[name])
    assert asked
    monkeypatch.setattr("kerae.ops.rows.rows_are_quick", lambda: False)
    expected, expected_logs = trained(MODELS[name])
    if name == "bfloat16":  # rounded, other units can be among the largest
        np.testing.assert_allclose(logs["loss"], expected_logs["loss"], rtol=1e-2)
    else:
        near(weights, expected)
        near(logs.values(), expected_logs.values())


def test_among_the_largest_what_is_not_positive_is_not_active():
    model = kerae.SAE(6, 64, k=3).start_at_mean(DATA)
    model.encoder.bias.assign(np.full(64, -100, "float32"))
    model.compile(keras.optimizers.SGD(0.0))
    logs = model.fit(DATA, batch_size=8, verbose=0).history
    assert logs["l0"] == [0]
    assert set(ops.convert_to_numpy(model.latent.age)) == {len(DATA)}

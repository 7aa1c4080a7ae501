"""A multimodal VAE whose networks are linear: what it knows of any part of the data, exactly."""

import keras
import numpy as np
import pytest
from scipy import stats

import kerae
from kerae import likelihoods, terms

pytestmark = pytest.mark.mainly("torch")

SHAPES = {"second": (4,), "first": (3, 1)}  # not in the order of the alphabet
SCALES = {"second": 0.8, "first": 0.5}
generator = np.random.default_rng(0)
# Orthogonal columns: the exact posterior of any part has a diagonal covariance.
W = {
    "second": np.linalg.qr(generator.normal(size=(4, 2)))[0] * [1.5, 0.7],
    "first": np.linalg.qr(generator.normal(size=(3, 2)))[0] * [2.0, 1.0],
}
MU = {"second": generator.normal(size=4), "first": generator.normal(size=3)}
Z = generator.normal(size=(30, 2))
DATA = {
    name: (Z @ W[name].T + MU[name] + SCALES[name] * generator.normal(size=(30, len(MU[name]))))
    .astype("float32")
    .reshape(30, *shape)
    for name, shape in SHAPES.items()
}
PARTS = [("second", "first"), ("first",), ("second",)]


def linear(experts, prior_precision, **arguments):
    """The model of the data. Each expert has the precision of its modality, and another."""
    encoders = {name: keras.layers.Flatten() for name in SHAPES}
    decoders = {
        "second": keras.layers.Dense(4),
        "first": keras.Sequential([keras.layers.Dense(3), keras.layers.Reshape((3, 1))]),
    }
    model = kerae.MultimodalVAE(
        SHAPES,
        latent_dim=2,
        experts=experts,
        likelihoods={name: likelihoods.Normal(scale) for name, scale in SCALES.items()},
        encoder=kerae.networks.multimodal_encoder(SHAPES, encoders),
        decoder=kerae.networks.multimodal_decoder((2,), SHAPES, decoders),
        **arguments,
    )
    for name, normal in zip(SHAPES, model.latent.experts.normals):
        precision = prior_precision + (W[name] ** 2).sum(axis=0) / SCALES[name] ** 2
        kernel = W[name] / SCALES[name] ** 2 / precision
        normal.mean_head.set_weights([kernel, -MU[name] @ kernel])
        normal.log_variance_head.set_weights([0 * kernel, -np.log(precision)])
        decoders[name].set_weights([W[name].T, MU[name]])
    return model


@pytest.fixture(scope="module")
def product():
    return linear("product", prior_precision=0.0)


def exact(names):
    """log p of the modalities of these names."""
    w = np.concatenate([W[name] for name in names])
    mean = np.concatenate([MU[name] for name in names])
    noise = np.concatenate([np.full(len(MU[name]), SCALES[name] ** 2) for name in names])
    x = np.concatenate([DATA[name].reshape(30, -1) for name in names], axis=1)
    return stats.multivariate_normal(mean, w @ w.T + np.diag(noise)).logpdf(x)


def packed(model, names):
    return model.pack({name: DATA[name] for name in names})


@pytest.mark.parametrize("names", PARTS)
def test_a_product_knows_the_likelihood_of_any_part_exactly(product, names):
    found = product.log_likelihood(packed(product, names), num_samples=1)
    np.testing.assert_allclose(found, exact(names), rtol=1e-3, atol=1e-3)


def test_of_nothing_it_knows_the_prior(product):
    nothing = product.pack({"first": np.full((5, 3, 1), np.nan)})
    scores = product.score(nothing, num_samples=3)
    assert (scores["kl"] == 0).all() and (scores["negative_elbo"] == 0).all()
    assert (product.encode(nothing) == 0).all()


@pytest.mark.parametrize("names", PARTS[1:])
def test_a_mixture_of_one_knows_its_likelihood_exactly(names):
    model = linear("mixture", prior_precision=1.0)
    found = model.log_likelihood(packed(model, names), num_samples=1)
    np.testing.assert_allclose(found, exact(names), rtol=1e-3, atol=1e-3)


def test_a_mixture_of_two_knows_the_likelihood_of_both_by_many_codes():
    model = linear("mixture", prior_precision=1.0)
    x = packed(model, PARTS[0])
    one, many = (model.log_likelihood(x, num_samples=count) for count in (1, 10_000))
    assert exact(PARTS[0]).mean() - one.mean() > 0.3
    np.testing.assert_allclose(many, exact(PARTS[0]), atol=0.1)
    in_two = model.log_likelihood(x, num_samples=10_000, batch_size=7)
    np.testing.assert_allclose(in_two, many, rtol=1e-4)


def test_a_missing_modality_is_predicted_of_the_others(product):
    found = product.unpack(product.predict(packed(product, ["first"]), verbose=0))
    precision = 1 + (W["first"] ** 2).sum(axis=0) / SCALES["first"] ** 2
    residual = DATA["first"].reshape(30, 3) - MU["first"]
    z = residual @ W["first"] / SCALES["first"] ** 2 / precision
    for name, shape in SHAPES.items():
        expected = (z @ W[name].T + MU[name]).reshape(30, *shape)
        np.testing.assert_allclose(found[name], expected, rtol=1e-3, atol=1e-4)
    assert np.isfinite(product.sample(4, seed=0)).all()


def test_a_bound_of_many_codes_in_the_place_of_the_elbo():
    term = terms.ImportanceWeightedBound(gradient="doubly_reparameterized")
    model = linear("mixture", prior_precision=1.0, terms=[term], num_samples=64)
    model.compile("sgd")
    x = packed(model, PARTS[0])
    bound = model.evaluate(x, verbose=0, return_dict=True)["negative_bound"]
    assert -exact(PARTS[0]).mean() - 0.05 < bound < -exact(PARTS[0]).mean() + 0.3
    before = model.get_weights()
    model.fit(x, verbose=0)
    assert any((a != b).any() for a, b in zip(before, model.get_weights()))


def test_dropout_keeps_each_subset_as_often_as_another_and_what_is_there():
    layer = kerae.data.ModalityDropout(SHAPES)
    x = np.concatenate([np.full((3000, 7), 2.0), np.ones((3000, 2))], axis=1).astype("float32")
    np.testing.assert_array_equal(layer(x), x)
    found = keras.ops.convert_to_numpy(layer(x, training=True))
    kept = found[:, -2:]
    np.testing.assert_array_equal(found[:, :4], 2 * kept[:, [0]].repeat(4, axis=1))
    np.testing.assert_array_equal(found[:, 4:7], 2 * kept[:, [1]].repeat(3, axis=1))
    counts = [(kept == subset).all(axis=1).sum() for subset in ([1, 1], [1, 0], [0, 1])]
    assert sum(counts) == 3000 and np.abs(np.subtract(counts, 1000)).max() < 4 * 26  # 26: s.e.
    again = keras.ops.convert_to_numpy(layer(x, training=True))[:, -2:]
    assert (again != kept).any()
    x[:, -2] = 0  # the second is all there is
    assert (keras.ops.convert_to_numpy(layer(x, training=True))[:, -1] == 1).all()


def test_dropout_trains_on_the_mean_of_the_elbos_of_the_subsets():
    """In the mean over many copies of an example, at a rate at which nothing moves."""
    losses = {}
    for dropout in (False, True):
        model = linear("product", prior_precision=0.0, modality_dropout=dropout)
        model.compile(keras.optimizers.SGD(0.0))
        for names in PARTS[:1] if dropout else PARTS:
            x = np.repeat(packed(model, names)[:1], 2000, axis=0)
            (losses[dropout, names],) = model.fit(x, batch_size=2000, verbose=0).history["loss"]
    expected = np.mean([losses[False, names] for names in PARTS])
    assert losses[True, PARTS[0]] == pytest.approx(expected, abs=0.15)
    assert abs(losses[False, PARTS[0]] - expected) > 1


@pytest.mark.once
def test_weights_are_those_of_the_loss_and_leave_no_likelihood(product):
    x = packed(product, ["first"])
    weighted = linear("product", 0.0, beta=0.5, modality_weights={"first": 3.0})
    for model in (product, weighted):
        model.compile()
    one, other = (model.evaluate(x, verbose=0, return_dict=True) for model in (product, weighted))
    assert other["reconstruction"] == pytest.approx(3 * one["reconstruction"], rel=1e-5)
    assert other["loss"] == pytest.approx(other["reconstruction"] + 0.5 * other["kl"], rel=1e-5)
    with pytest.raises(ValueError, match="modalities of weight 1"):
        weighted.log_likelihood(x)


@pytest.mark.once
def test_unpack_gives_back_what_was_packed(product):
    data = {name: x.copy() for name, x in DATA.items()}
    data["first"][[2, 5]] = np.nan
    x = product.pack(data)
    assert x.shape == (30, *product.input_shape) == (30, 9) and np.isfinite(x).all()
    np.testing.assert_array_equal(x[:, -2], 1)
    assert (x[[2, 5], 4:7] == 0).all() and (x[[2, 5], -1] == 0).all() and x[:, -1].sum() == 28
    found = product.unpack(x)
    assert list(found) == list(SHAPES)
    for name in SHAPES:
        np.testing.assert_array_equal(found[name], data[name])
    assert np.isnan(product.unpack(product.pack({"first": data["first"]}))["second"]).all()


@pytest.mark.once
def test_a_file_keeps_the_order_of_the_modalities(product, tmp_path):
    product.save(tmp_path / "model.keras")
    again = kerae.load(tmp_path / "model.keras")
    assert list(again.modalities) == list(SHAPES)
    x = packed(product, PARTS[0])
    np.testing.assert_array_equal(again.pack(DATA), x)
    np.testing.assert_array_equal(again.encode(x), product.encode(x))


def of(**examples):
    return lambda model: model.pack({name: np.asarray(x) for name, x in examples.items()})


PARTLY = np.ones((2, 4))
PARTLY[0, 0] = np.nan


@pytest.mark.once
@pytest.mark.parametrize(
    ("act", "message"),
    [
        (of(third=np.ones((2, 3))), "`examples` to have names.*'third'"),
        (of(second=np.ones((2, 3))), r"`second` of shape \('n', 4\)"),
        (of(second=PARTLY), "NaN or infinity in 1 of 2 examples of `second`, rows 0"),
        (of(second=np.ones((2, 4)), first=np.ones((3, 3, 1))), "as many examples of each"),
        (lambda model: model.pack({"first": None}), "at least one modality"),
        (lambda model: model.pack({"first": 3.0}), "`first` as an array"),
        (lambda model: model.pack(np.ones((2, 9))), "`examples`.* to be a dict"),
        (lambda model: model.unpack(np.ones((2, 3))), r"`packed` of shape \('n', 9\)"),
    ],
)
def test_what_cannot_be_packed_is_named(product, act, message):
    with pytest.raises(ValueError, match=message):
        act(product)


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kerae.MultimodalVAE((4,), 2), "`modalities` of MultimodalVAE to be a dict"),
        (lambda: kerae.MultimodalVAE(SHAPES, 2, experts="sum"), "`experts` to be one of"),
        (
            lambda: kerae.MultimodalVAE(SHAPES, 2, encoder=keras.layers.Dense(3)),
            "Take kerae.networks.multimodal_encoder",
        ),
        (
            lambda: kerae.MultimodalVAE(
                SHAPES, 2, experts="mixture", latent=kerae.latents.ProductOfExperts(2)
            ),
            "either `latent` or `experts`",
        ),
        (
            lambda: kerae.networks.multimodal_encoder(SHAPES, {"third": keras.layers.Dense(3)}),
            "`encoders` to have names.*'third'",
        ),
        (
            lambda: kerae.networks.multimodal_decoder((2,), SHAPES, {"first": "dense"}),
            r"`decoders\['first'\]` to be a Keras layer",
        ),
        (
            lambda: kerae.networks.multimodal_decoder(
                (2,), SHAPES, {"first": keras.layers.Dense(3)}
            ),
            r"decoder of 'first' that gives shape \('batch', 3, 1\). Received: \('batch', 3\)",
        ),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()

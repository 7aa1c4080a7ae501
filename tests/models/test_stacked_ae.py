import keras
import numpy as np
import pytest
from gradients import loss_gradients
from keras import ops
from scipy import special

import kerae
from kerae.configurable import describe
from kerae.models import pretraining

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")

X = np.random.default_rng(0).random((12, 6), dtype="float32")
either = pytest.mark.parametrize("tied", [False, True], ids=["untied", "tied"])


def stack(tied=False, **arguments):
    """6 units, 5, 4, and a code of 3; tanh between, with weights that are not small."""
    arguments = {"widths": (5, 4), "activation": "tanh", "code_activation": "sigmoid"} | arguments
    model = kerae.StackedAE((6,), 3, tied=tied, **arguments)
    generator = np.random.default_rng(1)
    for variable in model.trainable_variables:
        variable.assign(generator.normal(size=variable.shape))
    model.compile()
    return model


def numpy(*variables):
    return [ops.convert_to_numpy(variable).copy() for variable in variables]


def by_hand(model):
    """The reconstructions of a stack whose decoder has the transposed kernels, in NumPy."""
    levels = model.levels()
    activations = [np.tanh, np.tanh, special.expit]
    h = X
    for (layer, _), activation in zip(levels, activations):
        kernel, bias = numpy(layer.kernel, layer.bias)
        h = activation(h @ kernel + bias)
    for (layer, mirrored), activation in zip(levels[::-1], [np.tanh, np.tanh, special.expit]):
        kernel, bias = numpy(layer.kernel, mirrored.bias)
        h = activation(h @ kernel.T + bias)
    return h


def transposed(model):
    """An untied stack with the weights of a tied one."""
    untied = stack()
    for (layer, mirrored), (own, own_mirrored) in zip(model.levels(), untied.levels()):
        kernel, bias, mirrored_bias = numpy(layer.kernel, layer.bias, mirrored.bias)
        own.set_weights([kernel, bias])
        own_mirrored.set_weights([kernel.T, mirrored_bias])
    return untied


def test_the_decoder_mirrors_the_encoder():
    model = kerae.StackedAE((8, 8, 1), 2, widths=(32, 16), activation="elu", dropout=0.1)
    kinds = lambda network: [type(layer).__name__ for layer in network.layers]  # noqa: E731
    assert kinds(model.encoder) == ["Flatten", *["Dense", "Dropout"] * 2]
    assert kinds(model.decoder) == ["Flatten", *["Dense", "Dropout"] * 2, "Dense", "Reshape"]
    shapes = [(tuple(a.kernel.shape), tuple(b.kernel.shape)) for a, b in model.levels()]
    assert shapes == [((64, 32), (32, 64)), ((32, 16), (16, 32)), ((16, 2), (2, 16))]
    names = [(a.activation.__name__, b.activation.__name__) for a, b in model.levels()]
    assert names == [("elu", "linear"), ("elu", "elu"), ("linear", "elu")]
    assert [each.rate for each in model.encoder.layers[2::2]] == [0.1, 0.1]


def test_a_run_records_its_activation_by_name():
    record = describe(stack())
    assert (record["activation"], record["code_activation"]) == ("tanh", "sigmoid")


def test_a_stack_without_widths_is_one_layer_and_its_mirror_image():
    model = kerae.StackedAE((6,), 3, widths=(), tied=True)
    assert [tuple(v.shape) for v in model.trainable_variables] == [(6, 3), (3,), (6,)]


# Tied


@either
def test_reconstructions_by_hand(tied):
    model = stack(tied=True)
    found = (model if tied else transposed(model)).reconstruct(X)
    np.testing.assert_allclose(found, by_hand(model), rtol=1e-4)


def test_a_tied_stack_has_each_kernel_once():
    model = stack(tied=True)
    shapes = sorted(tuple(v.shape) for v in model.trainable_variables)
    biases = [(3,), (4,), (4,), (5,), (5,), (6,)]
    assert shapes == sorted([*biases, (6, 5), (5, 4), (4, 3)])
    assert len({id(v) for v in model.variables}) == len(model.variables)
    assert len({v.path for v in model.trainable_variables}) == 9


def test_the_gradient_by_a_tied_kernel_is_that_of_encoder_and_decoder_together():
    model = stack(tied=True)
    untied = transposed(model)
    slopes = {}
    for each in (model, untied):
        pairs = zip(each.trainable_variables, loss_gradients(each, X), strict=True)
        slopes |= {id(variable): slope for variable, slope in pairs}
    for (layer, mirrored), (own, own_mirrored) in zip(model.levels(), untied.levels()):
        encoding, decoding = slopes[id(own.kernel)], slopes[id(own_mirrored.kernel)]
        np.testing.assert_allclose(slopes[id(layer.kernel)], encoding + decoding.T, rtol=1e-3)
        assert min(np.abs(encoding).max(), np.abs(decoding).max()) > 1e-5
        for one, other in ((layer, own), (mirrored, own_mirrored)):
            np.testing.assert_allclose(slopes[id(one.bias)], slopes[id(other.bias)], rtol=1e-3)


def test_kernels_stay_tied_in_training_and_in_a_file(tmp_path):
    model = stack(tied=True)
    model.fit(X, epochs=2, verbose=0)
    np.testing.assert_allclose(model.reconstruct(X), by_hand(model), rtol=1e-4)
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.reconstruct(X), by_hand(model), rtol=1e-4)
    assert len(loaded.variables) == len(model.variables)
    for each in (model, loaded):
        kerae.set_random_seed(0)
        each.fit(X, epochs=2, verbose=0)
        np.testing.assert_allclose(each.reconstruct(X), by_hand(each), rtol=1e-4)
    np.testing.assert_allclose(loaded.reconstruct(X), model.reconstruct(X), rtol=1e-4)


def test_a_tied_stack_refuses_a_likelihood_of_more_parameters_than_data():
    likelihood = kerae.likelihoods.Normal("predicted")
    assert stack(likelihood=likelihood).decode(np.zeros((1, 3), "float32")).shape == (1, 6)
    with pytest.raises(ValueError, match=r"as a tied decoder gives.*Normal.*\(12,\).*\(6,\)"):
        stack(tied=True, likelihood=likelihood)


# Pre-training


@pytest.fixture
def levels(monkeypatch):
    """The models that `pretrain` makes, and what each was trained on."""
    made = []

    class Recorded(kerae.Autoencoder):
        def fit(self, x, **kwargs):
            made.append((self, x, kwargs))
            return super().fit(x, **kwargs)

    monkeypatch.setattr(pretraining, "Autoencoder", Recorded)
    return made


def square(tied=False, **arguments):
    """A stack whose kernels are all of one shape, so that none is in a place by its shape."""
    return stack(tied, **{"widths": (6, 6), **arguments})


@either
def test_the_layers_take_over_what_their_levels_learned_and_nothing_else_changes(levels, tied):
    model = square(tied, likelihood=kerae.likelihoods.Normal("learned"), dropout=0.1)
    model.likelihood.log_scale.assign(0.3)
    own = {id(v) for pair in model.levels() for layer in pair for v in layer.weights}
    others = [v for v in [*model.variables, *model.optimizer.variables] if id(v) not in own]
    before = numpy(*others)
    histories = model.pretrain(X, epochs=2, batch_size=4, optimizer="sgd", verbose=0)
    assert len(histories) == len(levels) == 3
    assert all(len(history.history["loss"]) == 2 for history in histories)
    for (level, *_), (layer, mirrored) in zip(levels, model.levels(), strict=True):
        decoder = level.decoder.layers[0]
        for one, other in zip(
            numpy(layer.kernel, layer.bias, mirrored.bias),
            numpy(level.latent.head.kernel, level.latent.head.bias, decoder.bias),
        ):
            np.testing.assert_array_equal(one, other)
        if not tied:
            np.testing.assert_array_equal(*numpy(mirrored.kernel, decoder.kernel))
    for variable, value in zip(others, before, strict=True):
        np.testing.assert_array_equal(*numpy(variable), value, variable.path)


@either
def test_each_level_learns_from_the_codes_of_those_below(levels, tied):
    model = square(tied)
    model.pretrain(X, epochs=1, verbose=0)
    h = X
    activations = [np.tanh, np.tanh, special.expit]
    for (_, x, _), (layer, _), activation in zip(levels, model.levels(), activations, strict=True):
        np.testing.assert_allclose(x, h, rtol=1e-4, atol=1e-6)
        kernel, bias = numpy(layer.kernel, layer.bias)
        h = activation(h @ kernel + bias)
    np.testing.assert_allclose(model.encode(X), h, rtol=1e-4)


@either
def test_likelihoods_activations_and_corruption_of_the_levels(levels, tied):
    likelihood = kerae.likelihoods.Laplace("learned")
    model = square(tied, likelihood=likelihood, corruption=kerae.corruptions.Masking(0.1))
    model.pretrain(X, epochs=1, verbose=0)
    found = [level for level, *_ in levels]
    assert [type(level.likelihood).__name__ for level in found] == ["Laplace", "Normal", "Normal"]
    assert [level.likelihood.scale for level in found] == ["learned", 1.0, 1.0]
    codes = [level.latent.activation.__name__ for level in found]
    assert codes == ["tanh", "tanh", "sigmoid"]
    outputs = [level.decoder.layers[0].activation.__name__ for level in found]
    assert outputs == ["linear", "tanh", "tanh"]
    assert [level.corruption.probability for level in found] == [0.1, 0.1, 0.1]
    parts = [model, *found]
    for name in ("likelihood", "corruption", "optimizer"):
        assert len({id(getattr(each, name)) for each in parts}) == 4, name


def test_each_level_gets_an_optimizer_like_the_one_given(levels):
    given = keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.0123, 5), momentum=0.5)
    square().pretrain(X, epochs=1, optimizer=given, verbose=0)
    assert int(ops.convert_to_numpy(given.iterations)) == 0
    for level, *_ in levels:
        assert level.optimizer is not given
        assert level.optimizer.get_config() == given.get_config()


def test_the_data_are_preprocessed_for_the_first_level(levels):
    binarize = kerae.data.Binarize("threshold")
    square(preprocessing=binarize).pretrain(X, epochs=1, verbose=0)
    np.testing.assert_array_equal(levels[0][1], X > 0.5)


def test_refuses_data_that_do_not_fit():
    with pytest.raises(ValueError, match=r"Bernoulli takes values in \[0, 1\]"):
        stack().pretrain(X + 1)
    with pytest.raises(ValueError, match=r"Expected `x` of shape \('n', 6\)"):
        stack().pretrain(X[:, :4])


@either
def test_one_level_is_the_whole_of_a_stack_without_widths(levels, tied):
    model = stack(tied, widths=())
    model.pretrain(X, epochs=3, verbose=0)
    [(level, *_)] = levels
    assert model.evaluate(X, verbose=0) == pytest.approx(level.evaluate(X, verbose=0), rel=1e-6)


@pytest.mark.nightly
@pytest.mark.once
@either
def test_on_digits_a_pretrained_stack_starts_from_a_clearly_lower_loss(digits, tied):
    x = digits.x_train[:512]
    p = x.mean(axis=0)
    # The best that a decoder without any code can give, in nats.
    without_code = -(special.xlogy(x, p) + special.xlog1py(1 - x, -p)).sum(axis=(1, 2, 3)).mean()
    fresh, pretrained = (
        kerae.StackedAE((8, 8, 1), 8, widths=(32, 16), activation="tanh", tied=tied)
        for _ in range(2)
    )
    adam = keras.optimizers.Adam(0.01)
    pretrained.pretrain(x, epochs=15, batch_size=64, optimizer=adam, verbose=0)
    for model in (fresh, pretrained):
        model.compile()
    assert fresh.evaluate(x, verbose=0)[0] > 1.5 * without_code
    start = pretrained.evaluate(x, verbose=0)[0]
    assert start < 0.8 * without_code
    assert pretrained.fit(x, verbose=0).history["loss"][0] < start
    assert fresh.fit(x, verbose=0).history["loss"][0] > without_code

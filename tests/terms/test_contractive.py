import keras
import numpy as np
import pytest
from keras import ops
from routing import slopes_of
from scipy import special

import kerae
from kerae.terms import Contractive

pytestmark = pytest.mark.mainly("torch")
X = np.random.default_rng(0).random((6, 5), dtype="float32")


def model(latent_dim=3, activation="sigmoid", encoder=None, num_probes=None, **arguments):
    made = kerae.Autoencoder(
        (5,),
        kerae.latents.Deterministic(latent_dim, activation),
        terms=[kerae.Reconstruction(), Contractive(1.0, num_probes)],
        encoder=encoder or keras.layers.Flatten(),
        **arguments,
    )
    made.compile(keras.optimizers.SGD(0.0))
    return made


def logged(made, *data):
    return made.evaluate(*data, return_dict=True, verbose=0)["contraction"]


def of_a_sigmoid_layer(kernel, bias, x=X):
    """The mean over x of  sum over units j of (h_j (1 - h_j))^2 * ||W_j||^2."""
    h = special.expit(x @ kernel + bias)
    return (np.square(h * (1 - h)) @ np.square(kernel).sum(axis=0)).mean()


@pytest.mark.parametrize("latent_dim", [1, 3, 8])  # 8 is more than there are inputs
def test_of_a_sigmoid_layer_it_is_the_closed_form_of_the_paper(latent_dim):
    made = model(latent_dim)
    expected = of_a_sigmoid_layer(*made.latent.head.get_weights())
    assert logged(made, X) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("latent_dim", [3, 8])
def test_of_a_linear_layer_it_is_the_squared_norm_of_the_kernel(latent_dim):
    made = model(latent_dim, activation=None)
    kernel, _ = made.latent.head.get_weights()
    assert logged(made, X) == pytest.approx(np.square(kernel).sum(), rel=1e-4)


@pytest.mark.parametrize("latent_dim", [3, 8])
def test_its_gradient_is_the_derivative_of_the_closed_form(latent_dim):
    made = model(latent_dim)
    head = made.latent.head
    weights = [each.astype("float64") for each in head.get_weights()]
    slopes = slopes_of(made, (X,), "contraction")
    own = {id(head.kernel): 0, id(head.bias): 1}
    for variable, slope in zip(made.trainable_variables, slopes, strict=True):
        if id(variable) not in own:
            assert not slope.any(), variable.path
            continue
        for place in np.ndindex(*slope.shape):
            ends = []
            for step in (1e-5, -1e-5):
                moved = [each.copy() for each in weights]
                moved[own[id(variable)]][place] += step
                ends.append(of_a_sigmoid_layer(*moved))
            expected = (ends[0] - ends[1]) / 2e-5
            assert slope[place] == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_of_a_normal_latent_it_is_that_of_the_mean():
    made = kerae.Autoencoder(
        (5,),
        kerae.latents.Normal(2),
        terms=[kerae.Reconstruction(), Contractive()],
        encoder=keras.layers.Flatten(),
    )
    made.compile()
    kernel, _ = made.latent.mean_head.get_weights()
    assert logged(made, X) == pytest.approx(np.square(kernel).sum(), rel=1e-4)


def test_the_condition_stays_as_it_is():
    made = model(condition=kerae.conditions.Label(3))
    kernel, bias = made.latent.head.get_weights()
    labels = np.arange(6) % 3
    h = special.expit(np.hstack([X, np.eye(3)[labels]]) @ kernel + bias)
    expected = (np.square(h * (1 - h)) @ np.square(kernel[:5]).sum(axis=0)).mean()
    assert logged(made, X, labels) == pytest.approx(expected, rel=1e-4)


def test_training_takes_the_clean_input_and_the_encoder_as_it_is_outside_of_training():
    made = model(
        corruption=kerae.corruptions.Masking(1.0),
        encoder=keras.layers.Dropout(0.5),
    )
    expected = logged(made, X)
    assert made.fit(X, batch_size=6, verbose=0).history["contraction"][0] == pytest.approx(expected)


def test_of_convolutions_it_is_the_norm_of_finite_differences():
    made = kerae.ContractiveAE((16, 16, 1), 2, likelihood="normal")
    for variable in made.encoder.trainable_variables:
        variable.assign(4 * variable.value)  # or float32 would hide the differences
    made.compile()
    x = np.random.default_rng(0).random((1, 16, 16, 1), dtype="float32")
    shifts = 1e-2 * np.eye(256, dtype="float32").reshape(256, 16, 16, 1)
    slopes = (made.encode(x + shifts) - made.encode(x - shifts)) / 2e-2
    assert logged(made, x) == pytest.approx(np.square(slopes).sum(), rel=0.02)


@pytest.mark.slow
def test_an_estimate_is_near_the_exact_norm_and_exact_for_one_unit():
    many = np.random.default_rng(1).random((500, 5), dtype="float32")
    for latent_dim, error in ((3, 0.1), (1, 1e-5)):
        exact, estimated = model(latent_dim), model(latent_dim, num_probes=1)
        estimated.set_weights(exact.get_weights())
        assert logged(estimated, many) == pytest.approx(logged(exact, many), rel=error)


def test_a_probe_is_drawn_anew_at_every_training_step():
    made = model(num_probes=1)
    norms = made.fit(X[:1], epochs=8, verbose=0).history["contraction"]
    assert len({round(norm, 6) for norm in norms}) > 1
    assert logged(made, X) == logged(made, X)


def test_the_value_has_one_number_for_each_example():
    made = model()
    value = made.terms[1].value(made, made.propagate(X))
    assert ops.shape(value) == (6,)

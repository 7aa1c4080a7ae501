"""What the importance-weighted models are made of, and what is logged and scored of them."""

import numpy as np
import pytest
from given_noise import give_noise
from gradients import loss_gradients
from keras import ops
from shifted_normal import ShiftedNormal

import kerae
from kerae.export.endpoints import endpoints

pytestmark = pytest.mark.mainly("torch")
X = np.random.default_rng(0).random((16, 4), dtype="float32")
NOISE = np.random.default_rng(1).normal(size=(16, 6, 2))


def terms_of(model):
    return [(term.label, term.weight) for term in model.terms]


WATCHED = [("reconstruction", 0.0), ("kl", 0.0)]


def test_the_elbo_is_watched_beside_the_bound():
    for of_class in (kerae.IWAE, kerae.MIWAE, kerae.PIWAE):
        assert terms_of(of_class((4,), 2)) == [("negative_bound", 1.0), *WATCHED]


def test_the_terms_have_what_the_models_were_given():
    iwae = kerae.IWAE((4,), 2, num_samples=3, gradient="sticking_the_landing")
    assert (iwae.latent.num_samples, iwae.terms[0].gradient) == (3, "sticking_the_landing")
    of_groups = [
        (model.latent.num_samples, model.terms[0].num_groups, model.terms[0].encoder_groups)
        for model in (each((4,), 2, 6, 2) for each in (kerae.MIWAE, kerae.PIWAE))
    ]
    assert of_groups == [(6, 2, None), (6, 1, 2)]


def loss(model, monkeypatch):
    give_noise(monkeypatch, model, NOISE)
    model.compile()
    return model.evaluate(X, batch_size=16, verbose=0, return_dict=True)["loss"]


def test_between_the_elbo_and_the_iwae(monkeypatch):
    """Of one code a group, the MIWAE; with beta = 1, the CIWAE; each at the other end the IWAE."""
    vae = kerae.VAE((4,), 2, num_samples=6, prior=ShiftedNormal(0.0))
    generator = np.random.default_rng(2)
    for variable in vae.trainable_variables:
        variable.assign(0.3 * generator.normal(size=variable.shape))
    models = {
        "vae": vae,
        "iwae": kerae.IWAE((4,), 2, 6, prior=ShiftedNormal(0.0)),
        "miwae": kerae.MIWAE((4,), 2, 6, 2, prior=ShiftedNormal(0.0)),
        "of 1 code": kerae.MIWAE((4,), 2, 6, 6, prior=ShiftedNormal(0.0)),
        "of 6 codes": kerae.MIWAE((4,), 2, 6, 1, prior=ShiftedNormal(0.0)),
        "piwae": kerae.PIWAE((4,), 2, 6, 2, prior=ShiftedNormal(0.0)),
    }
    for beta in (0.0, 0.25, 1.0):
        models[beta] = kerae.CIWAE((4,), 2, beta, 6, prior=ShiftedNormal(0.0))
    for model in models.values():
        for variable, other in zip(model.trainable_variables, vae.trainable_variables):
            variable.assign(ops.convert_to_numpy(other))  # JAX would share its memory
    found = {name: loss(model, monkeypatch) for name, model in models.items()}
    assert found["of 1 code"] == pytest.approx(found["vae"], rel=1e-5)
    assert found[1.0] == pytest.approx(found["vae"], rel=1e-5)
    for name in (0.0, "of 6 codes", "piwae"):
        assert found[name] == pytest.approx(found["iwae"], rel=1e-5)
    assert found[0.25] == pytest.approx(0.25 * found["vae"] + 0.75 * found["iwae"], rel=1e-5)
    assert found["iwae"] < found["miwae"] - 0.01 < found["vae"] - 0.02


@pytest.mark.once
@pytest.mark.parametrize("beta", [-0.1, 1.1, float("nan")])
def test_refuses_what_is_no_convex_combination(beta):
    with pytest.raises(ValueError, match="`beta`"):
        kerae.CIWAE((4,), 2, beta)


def test_the_bound_of_an_example_is_served_as_it_is_evaluated():
    """Of as many codes as the model draws, whatever `num_samples` the score has of its own."""
    model = kerae.MIWAE((4,), 2, 6, 2)
    model.compile()
    logs = model.evaluate(X, verbose=0, return_dict=True)
    served = endpoints(model)["score"]
    assert list(served.outputs) == ["reconstruction_error", "negative_elbo", "negative_bound"]
    answer = served.function(x=ops.convert_to_tensor(X))
    assert list(answer) == list(served.outputs)
    for num_samples in (1, 7):
        scores = model.score(X, num_samples=num_samples)
        found = scores["negative_bound"]
        np.testing.assert_allclose(found, ops.convert_to_numpy(answer["negative_bound"]), rtol=1e-4)
        assert found.mean() == pytest.approx(logs["negative_bound"], rel=1e-5)
    elbo = logs["reconstruction"] + logs["kl"]
    assert scores["negative_elbo"].mean() == pytest.approx(elbo, rel=1e-5)
    assert list(scores)[3:5] == ["negative_elbo", "negative_bound"]


def test_other_models_have_no_bound_of_their_own():
    model = kerae.VAE((4,), 2)
    assert "negative_bound" not in model.score(X, num_samples=1)
    assert "negative_bound" not in endpoints(model)["score"].outputs


def test_a_piwae_is_moved_as_a_miwae_and_an_iwae_are(monkeypatch):
    slopes = []
    for of_class, arguments in ((kerae.PIWAE, (6, 2)), (kerae.MIWAE, (6, 2)), (kerae.IWAE, (6,))):
        kerae.set_random_seed(0)
        model = of_class((4,), 2, *arguments)
        give_noise(monkeypatch, model, NOISE)
        found = loss_gradients(model, X, training=True)
        of_decoder = {id(variable) for variable in model.decoder.variables}
        is_of_decoder = [id(variable) in of_decoder for variable in model.trainable_variables]
        slopes.append(
            [[s for s, is_of in zip(found, is_of_decoder) if is_of == side] for side in (0, 1)]
        )
    (encoder, decoder), (of_miwae, _), (_, of_iwae) = slopes
    for found, expected in ((encoder, of_miwae), (decoder, of_iwae)):
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)

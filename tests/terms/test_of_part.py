"""Terms of one part of the codes."""

import numpy as np
import pytest

import kerae
from kerae.latents import Categorical, Joint, Normal, VectorQuantizer
from kerae.priors import StandardNormal, UniformCodes
from kerae.terms import Commitment, OfPart, Perplexity, UsedCodes

RANDOM = np.random.default_rng(0)
X = RANDOM.random((20, 5), dtype="float32")


def model_of(parts, priors, *terms):
    prior = kerae.priors.Joint(priors)
    model = kerae.Autoencoder(
        (5,), Joint(parts), prior=prior, terms=[kerae.Reconstruction(), *terms]
    )
    model.compile()
    return model


@pytest.mark.mainly("torch")
def test_it_is_what_the_term_says_of_a_model_with_that_part_alone():
    quantizer = VectorQuantizer(4, 3)
    own = OfPart(2, Commitment(0.5), weight=3.0)
    model = model_of([Normal(2), quantizer], [StandardNormal(), UniformCodes()], own)
    alone = kerae.Autoencoder(
        (5,),
        quantizer,
        encoder=model.encoder,
        prior=UniformCodes(),
        terms=[kerae.Reconstruction(), Commitment(0.5)],
    )
    alone.compile()
    found, expected = (each.evaluate(X, verbose=0, return_dict=True) for each in (model, alone))
    assert found["commitment_2"] == pytest.approx(expected["commitment"], rel=1e-5)
    of_term = found["loss"] - found["reconstruction"]
    assert of_term == pytest.approx(1.5 * found["commitment_2"], rel=1e-4)


def test_the_use_of_categories_beside_a_normal_is_that_of_all_of_an_evaluation():
    terms = OfPart(2, Perplexity(), "perplexity_c"), OfPart(2, UsedCodes())
    model = model_of([Normal(2), Categorical(2, 3)], [StandardNormal(), UniformCodes()], *terms)
    assert all(term.is_watched for term in terms)
    indices = model.encode_indices(X)
    assert indices.shape == (20, 2)
    codes = model.encode(X)[:, 2:].reshape(20, 2, 3)
    np.testing.assert_array_equal(indices, codes.argmax(axis=-1))
    p = np.stack([np.bincount(own, minlength=3) / 20 for own in indices.T])
    perplexity = np.exp(-(p * np.log(np.where(p > 0, p, 1))).sum(axis=1)).mean()
    for batch_size in (20, 7):
        logs = model.evaluate(X, batch_size=batch_size, verbose=0, return_dict=True)
        assert logs["perplexity_c"] == pytest.approx(perplexity, rel=1e-5)
        assert logs["used_codes_2"] == pytest.approx((p > 0).mean(), rel=1e-5)
    with pytest.raises(ValueError, match="discrete in all of their dimensions"):
        model.decode_indices(indices)


@pytest.mark.mainly("torch")
def test_categories_go_by_their_numbers_and_their_use_is_counted():
    model = kerae.CategoricalVAE((5,), 2, 3, terms=[kerae.Reconstruction(), Perplexity()])
    model.compile()
    indices = model.encode_indices(X)
    np.testing.assert_array_equal(indices, model.encode(X).reshape(20, 2, 3).argmax(axis=-1))
    decoded = model.decode_indices(indices)
    np.testing.assert_allclose(decoded, model.reconstruct(X), rtol=1e-5, atol=1e-6)
    logs = model.evaluate(X, batch_size=8, verbose=0, return_dict=True)
    of_variables = [kerae.metrics.code_perplexity(own) for own in indices.T]
    assert logs["perplexity"] == pytest.approx(np.mean(of_variables), rel=1e-5)


@pytest.mark.once
def test_refuses():
    with pytest.raises(ValueError, match="`term` to be a kerae.Term"):
        OfPart(1, "perplexity")
    with pytest.raises(ValueError, match="`part` of at least 1"):
        OfPart(0, Perplexity())
    with pytest.raises(ValueError, match="at least 1 parts under 'perplexity_1'.*Normal"):
        terms = [kerae.Reconstruction(), OfPart(1, Perplexity())]
        kerae.Autoencoder((5,), Normal(2), terms=terms)
    priors = [StandardNormal(), UniformCodes()]
    with pytest.raises(ValueError, match="at least 3 parts.*which has 2"):
        model_of([Normal(2), Categorical(1, 3)], priors, OfPart(3, Perplexity()))
    with pytest.raises(ValueError, match="Discrete under Perplexity.*Normal"):
        model_of([Normal(2), Categorical(1, 3)], priors, OfPart(1, Perplexity()))
    with pytest.raises(ValueError, match="Expected discrete codes.*Normal"):
        kerae.VAE((5,), 2).encode_indices(X)

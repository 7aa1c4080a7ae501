"""Parts in the place of those of a paper, on the models of the VAE line."""

import keras
import numpy as np
import pytest

import kerae
from kerae import latents, priors, terms

pytestmark = pytest.mark.mainly("torch")
X = np.random.default_rng(0).random((6, 4), dtype="float32")
Y = np.arange(6, dtype="int32") % 3
LINE = {
    kerae.VAE: {},
    kerae.AnnealedVAE: {},
    kerae.BetaVAE: {},
    kerae.BetaTCVAE: {"dataset_size": 6},
    kerae.CIWAE: {},
    kerae.CVAE: {"num_classes": 3},
    kerae.DIPVAE: {},
    kerae.FactorVAE: {},
    kerae.GMVAE: {},
    kerae.IWAE: {},
    kerae.VampVAE: {},
    kerae.FlowVAE: {},
    kerae.HVAE: {},
    kerae.InfoVAE: {},
    kerae.MIWAE: {},
    kerae.PIWAE: {},
    kerae.RHVAE: {},
    kerae.VAEGAN: {},
}


@keras.saving.register_keras_serializable("tests")
class OfMyOwn(latents.Normal):
    """A posterior of a user's."""


@keras.saving.register_keras_serializable("tests")
class Watching(kerae.Term):
    """A term of a user's that would read an adversary."""

    label = "watching"
    reads_adversary = True

    def value(self, model, outputs):
        return outputs["log_likelihood"][:, 0]


# What composes the same parts as the IWAE, or a latent of the HVAE's kind.
ALIKE = {kerae.CIWAE, kerae.MIWAE, kerae.PIWAE, kerae.RHVAE}
CASES = [
    pytest.param(each, marks=[pytest.mark.mainly("torch")] if each in ALIKE else ())
    for each in LINE
]


@pytest.fixture(params=CASES, ids=lambda each: each.__name__)
def make(request):
    arguments = {"encoder": keras.layers.Flatten(), "decoder": keras.layers.Dense(4)}
    return lambda **given: request.param((4,), 2, **LINE[request.param], **arguments, **given)


def data(model):
    return (X, Y) if model.label_readers else (X,)


@pytest.mark.slow
def test_given_parts_take_the_place_of_the_papers(make, tmp_path):
    prior = priors.GaussianMixture([[-1.0, 0.0], [1.0, 0.0]], [np.eye(2)] * 2)
    own = [kerae.Reconstruction(2.0), terms.L1(0.5), Watching(0.0)]
    model = make(latent=latents.Normal(2, num_samples=3), prior=prior, terms=own)
    assert model.latent.num_samples == 3 and model.prior is prior
    assert model.labels[:2] == ["reconstruction", "l1"]
    model.compile()
    logs = model.evaluate(*data(model), verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(2 * logs["reconstruction"] + 0.5 * logs["l1"])
    model.save(tmp_path / "model.keras")
    again = kerae.load(tmp_path / "model.keras")
    assert type(again) is type(model) and type(again.prior) is priors.GaussianMixture
    assert again.evaluate(*data(again), verbose=0, return_dict=True) == logs


@pytest.mark.slow
def test_a_config_tells_of_no_part_that_was_not_given(make):
    assert not {"latent", "prior", "terms"} & make().get_config().keys()
    assert make(prior=priors.StandardNormal(), latent=None).get_config().keys() >= {"prior"}
    assert "latent" not in make(latent=None).get_config()


@pytest.mark.once
def test_a_latent_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"codes of shape \(2,\), as `latent_dim` says.*\(3,\)"):
        kerae.VAE((4,), 2, latent=latents.Normal(3))


@pytest.mark.once
@pytest.mark.parametrize(
    ("model", "weights"), [(kerae.VAE, {"beta": 4.0}), (kerae.BetaVAE, {"beta": 5.0})]
)
def test_a_weight_that_would_count_for_nothing_is_refused(model, weights):
    own = [kerae.Reconstruction(), terms.KLDivergence(0.5)]
    with pytest.raises(ValueError, match="either `terms` or `beta`"):
        model((4,), 2, terms=own, **weights)
    assert model((4,), 2, terms=own).terms[1].weight == 0.5


@keras.saving.register_keras_serializable("tests")
class OfMaps(latents.Latent):
    """A map of codes, of the size that the encoder gives."""

    def build(self, features_shape):
        self.event_shape = tuple(features_shape[1:])

    def call(self, features):
        return {"z": features}

    def mode(self, posterior):
        return posterior["z"]

    def sample(self, posterior, noise, num_samples=None):
        return keras.ops.expand_dims(posterior["z"], 1)


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: kerae.VAE((4,), 2, num_samples=5, latent=latents.Normal(2)),
            "either `latent` or `num_samples`.*num_samples=5",
        ),
        (
            lambda: kerae.VampVAE((4,), 2, num_pseudo_inputs=9, prior=priors.Vamp(3)),
            "either `prior` or `num_pseudo_inputs`.*num_pseudo_inputs=9",
        ),
        (
            lambda: kerae.FactorVAE((4,), 2, terms=[kerae.Reconstruction()]),
            "reads the critic .*Received: \\['reconstruction'\\]. Add EstimatedTotalCorrelation of",
        ),
        (
            lambda: kerae.VAEGAN((4,), 2, terms=[kerae.Reconstruction()]),
            "Add FeatureReconstruction or Deception of kerae.terms",
        ),
        (
            lambda: kerae.CVAE((4,), 2, condition_shape=(3,), embedding_dim=2),
            "`embedding_dim` with `num_classes` alone",
        ),
        (
            lambda: kerae.VAE((8, 8, 1), 2, latent=OfMaps()),
            r"codes of shape \(2,\), as `latent_dim` says. Received: OfMaps with .*depends",
        ),
    ],
    ids=["num_samples", "num_pseudo_inputs", "FactorVAE", "VAEGAN", "embedding_dim", "map"],
)
def test_an_argument_that_would_count_for_nothing_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_posterior_of_ones_own_with_a_weight_of_the_papers_terms():
    model = kerae.VAE((4,), 2, beta=3.0, latent=OfMyOwn(2))
    assert type(model.latent) is OfMyOwn and model.terms[1].weight == 3.0

"""Each latent with each prior and each objective: they train together, or one line says why not."""

import keras
import numpy as np
import pytest

import kerae
from kerae import latents, priors, terms

# What is computed is compared by the tests of each.
pytestmark = [pytest.mark.mainly("torch"), pytest.mark.slow]

X = np.random.default_rng(0).integers(0, 2, (4, 4)).astype("float32")
FLAT = {
    "normal": lambda: latents.Normal(2, 2),
    "planar": lambda: latents.FlowPosterior(2, "planar", 1, 2),
    "real_nvp": lambda: latents.FlowPosterior(2, "real_nvp", 1, 2),
    "neural_spline": lambda: latents.FlowPosterior(2, "neural_spline", 1, 2),
    "ladder": lambda: latents.Ladder((2,), width=2, num_samples=2),
}
SPHERE = {
    "von_mises_fisher": lambda: latents.VonMisesFisher(2, 2),
    "power_spherical": lambda: latents.PowerSpherical(2, 2),
}
BALL = {
    "wrapped": lambda: latents.WrappedNormal(2, 2),
    "riemannian": lambda: latents.RiemannianNormal(2, 2),
}
LATENTS = FLAT | SPHERE | BALL | {"deterministic": lambda: latents.Deterministic(2)}
OVER_FLAT = {
    "standard_normal": priors.StandardNormal,
    "gaussian_mixture": lambda: priors.GaussianMixture([[-1.0, 0.0], [1.0, 0.0]], [np.eye(2)] * 2),
    "learned_mixture": lambda: priors.LearnedMixture(2),
    "flow": lambda: priors.Flow(num_flows=1),
    "autoregressive": lambda: priors.Autoregressive(2, (4,)),
    "second_stage": lambda: priors.SecondStage(widths=(4,)),
}
PRIORS = OVER_FLAT | {
    "vamp": lambda: priors.Vamp(3),
    "uniform_sphere": priors.UniformSphere,
    "hyperbolic_normal": priors.HyperbolicNormal,
    "swiss_roll": priors.SwissRoll,
}
TERMS = {
    "elbo": lambda: [kerae.Reconstruction(), terms.KLDivergence()],
    "bound": lambda: [terms.ImportanceWeightedBound()],
}


def refusal(latent, prior):
    """What the line says by which a pair is refused, or `None`."""
    if latent == "deterministic":
        return "Poincaré ball" if prior == "hyperbolic_normal" else "density|no likelihood bound"
    if prior == "swiss_roll":
        return "SwissRoll has no density" if latent in FLAT else "over the space of the codes"
    if prior == "vamp":
        unknown = {"planar": "flow that can be inverted", "ladder": "Received: Ladder"}
        return unknown.get(latent)
    if prior == "hyperbolic_normal":
        return None if latent in BALL else "Poincaré ball"
    spaces = {"uniform_sphere": SPHERE}
    return None if latent in spaces.get(prior, FLAT) else "over the space of the codes"


def made(latent, prior, objective):
    return kerae.VAE(
        (4,),
        2,
        latent=LATENTS[latent](),
        prior=PRIORS[prior](),
        terms=TERMS[objective](),
        encoder=keras.layers.Flatten(),
        decoder=keras.layers.Dense(4),
    )


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("latent", LATENTS)
def test_a_pair_trains_and_knows_likelihoods_or_is_refused(latent, prior):
    message = refusal(latent, prior)
    for objective in TERMS:
        if message is not None:
            with pytest.raises(ValueError, match=message):
                model = made(latent, prior, objective)
                model.compile("sgd")
                model.fit(X, verbose=0)
            continue
        model = made(latent, prior, objective)
        model.compile("sgd")
        (loss,) = model.fit(X, verbose=0).history["loss"]
        assert np.isfinite(loss)
        assert np.isfinite(model.log_likelihood(X, num_samples=3)).all()

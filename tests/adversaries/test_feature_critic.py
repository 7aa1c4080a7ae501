"""Features, logits and both losses by hand, in a model of linear networks."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats
from scipy.special import expit, log_expit

import kerae
from kerae.adversaries import FeatureCritic, LatentCritic
from kerae.terms import Deception, FeatureReconstruction

EXAMPLES, PIXELS, LATENT_DIM, FEATURES = 6, 4, 2, 3
generator = np.random.default_rng(0)
X = generator.random((EXAMPLES, 2, 2, 1), dtype="float32")
DRAWS = generator.normal(size=(EXAMPLES, LATENT_DIM)).astype("float32")
ENCODER = generator.normal(size=(PIXELS, LATENT_DIM))
DECODER = generator.normal(size=(LATENT_DIM, PIXELS))
KERNEL = generator.normal(size=(PIXELS, FEATURES))
HEAD = generator.normal(size=(FEATURES, 1))
Z = X.reshape(EXAMPLES, -1) @ ENCODER


@keras.saving.register_keras_serializable("tests")
class Draws(kerae.priors.Prior):
    """A prior whose draws a test knows."""

    def sample(self, noise, labels=None):
        return ops.convert_to_tensor(DRAWS)


def linear_model():
    features = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(FEATURES)])
    model = kerae.Autoencoder(
        X.shape[1:],
        kerae.latents.Deterministic(LATENT_DIM),
        prior=Draws(),
        terms=[kerae.Reconstruction(), FeatureReconstruction(2.0), Deception(0.5)],
        adversary=FeatureCritic(features),
        encoder=keras.layers.Flatten(),
        decoder=keras.Sequential([keras.layers.Dense(PIXELS), keras.layers.Reshape(X.shape[1:])]),
    )
    model.latent.head.set_weights([ENCODER, np.zeros(LATENT_DIM)])
    model.decoder.set_weights([DECODER, np.zeros(PIXELS)])
    model.adversary.critic.set_weights([KERNEL, np.zeros(FEATURES), HEAD, np.array([0.3])])
    model.compile(keras.optimizers.SGD(0.0))
    return model


def features(x):
    return x.reshape(EXAMPLES, -1) @ KERNEL


def logit(x):
    return (features(x) @ HEAD)[:, 0] + 0.3


@pytest.mark.parametrize("training", [False, True], ids=["evaluate", "train"])
def test_losses_by_hand(training):
    model = linear_model()
    logs = (
        model.train_on_batch(X, return_dict=True)
        if training
        else model.evaluate(X, verbose=0, return_dict=True)
    )
    reconstruction, drawn = expit(Z @ DECODER), expit(DRAWS @ DECODER)
    critic = (
        -log_expit(logit(X)) - (log_expit(-logit(reconstruction)) + log_expit(-logit(drawn))) / 2
    )
    adversarial = -(log_expit(logit(reconstruction)) + log_expit(logit(drawn))) / 2
    log_p = stats.norm.logpdf(features(X), features(reconstruction)).sum(axis=1)
    assert logs["critic"] == pytest.approx(critic.mean(), rel=1e-5)
    assert logs["adversarial"] == pytest.approx(adversarial.mean(), rel=1e-5)
    assert logs["feature_reconstruction"] == pytest.approx(-log_p.mean(), rel=1e-5)
    expected = logs["reconstruction"] - 2 * log_p.mean() + adversarial.mean() / 2
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)


def test_features_have_no_gradient_to_give_to_the_critic_and_do_not_change_it():
    critic = FeatureCritic(keras.Sequential([keras.layers.BatchNormalization()]))
    critic.fit_to(SimpleNamespace(target_shape=(3,)))
    before = [ops.convert_to_numpy(variable) for variable in critic.variables]
    critic.features_of(np.random.default_rng(0).random((5, 3), "float32"), {"training": True})
    for variable, value in zip(critic.variables, before, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(variable), value)


@pytest.mark.parametrize(
    ("shape", "kind"), [((16, 16, 1), "Conv2D"), ((8, 8, 1), "Dense"), ((5,), "Dense")], ids=str
)
def test_the_default_features_are_those_of_a_network_that_suits_the_data(shape, kind):
    critic = FeatureCritic()
    critic.fit_to(SimpleNamespace(target_shape=shape))
    layers = [type(layer).__name__ for layer in critic.critic.layers[0].layers[0].layers]
    assert kind in layers
    x = np.random.default_rng(0).random((3, *shape), dtype="float32")
    found = ops.convert_to_numpy(critic.features_of(x, {"training": False}))
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(found.var(axis=1), 1, rtol=0.05)


def test_features_and_reconstruction_of_a_conditional_model_are_given_y():
    model = kerae.Autoencoder(
        (3,),
        kerae.latents.Deterministic(2),
        terms=[FeatureReconstruction(), Deception()],
        condition=kerae.conditions.Label(2),
        adversary=FeatureCritic(keras.layers.Dense(2)),
    )
    model.compile()
    x = np.random.default_rng(0).random((4, 3), dtype="float32")
    one, other = (model.evaluate(x, np.full(4, y), verbose=0, return_dict=True) for y in (0, 1))
    assert all(one[name] != other[name] for name in one)


@pytest.mark.parametrize("adversary", [None, LatentCritic()], ids=["none", "LatentCritic"])
def test_feature_reconstruction_needs_a_critic_with_features(adversary):
    with pytest.raises(ValueError, match=r"adversary with features. Received: .*FeatureCritic\(\)"):
        kerae.Autoencoder(
            (4,),
            kerae.latents.Deterministic(2),
            terms=[FeatureReconstruction()],
            adversary=adversary,
        )

"""The game of critic and encoder by hand, with draws of the prior that are known."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import log_expit

import kerae
from kerae.adversaries import LatentCritic
from kerae.noise.repeatable import RepeatableNoise

EXAMPLES, FEATURES, LATENT_DIM, CLASSES = 6, 4, 2, 3
generator = np.random.default_rng(0)
X = generator.normal(size=(EXAMPLES, FEATURES)).astype("float32")
Y = np.int32([0, 2, -1, 1, 2, -1])
DRAWS = generator.normal(size=(EXAMPLES, LATENT_DIM)).astype("float32")
ENCODER = generator.normal(size=(FEATURES, LATENT_DIM))
Z = X @ ENCODER
WEIGHT = 0.7


@keras.saving.register_keras_serializable("tests")
class GivenDraws(kerae.priors.Prior):
    """A prior whose draws a test knows; with labels, of class c, c more in each dimension."""

    num_classes = CLASSES

    def sample(self, noise, labels=None):
        if labels is None:
            return ops.convert_to_tensor(DRAWS)
        rows = ops.arange(ops.shape(labels)[0]) % len(DRAWS)  # a batch may have been padded
        draws = ops.take(ops.convert_to_tensor(DRAWS), rows, axis=0)
        return draws + ops.cast(ops.expand_dims(labels, 1), "float32")


def linear_aae(**arguments):
    """An AAE of linear networks, and the kernel and bias of its critic."""
    model = kerae.AAE(
        (FEATURES,),
        LATENT_DIM,
        **{"prior": GivenDraws(), "adversarial_weight": WEIGHT, "likelihood": "normal"} | arguments,
        critic=keras.layers.Dense(1),
        encoder=keras.layers.Flatten(),
        decoder=keras.layers.Dense(FEATURES),
    )
    model.latent.head.set_weights([ENCODER, np.zeros(LATENT_DIM)])
    kernel = np.random.default_rng(1).normal(size=model.critic.kernel.shape)
    model.critic.set_weights([kernel, np.array([0.3])])
    model.compile(keras.optimizers.SGD(0.0))
    return model, lambda value: (value @ kernel)[:, 0] + 0.3


def logs_of(model, *data, training):
    if training:
        return model.train_on_batch(*data, return_dict=True)
    return model.evaluate(*data, batch_size=EXAMPLES, verbose=0, return_dict=True)


@pytest.mark.parametrize("training", [False, True], ids=["evaluate", "train"])
def test_both_losses_by_hand(training):
    model, logit = linear_aae()
    logs = logs_of(model, X, training=training)
    critic = -log_expit(logit(DRAWS)) - log_expit(-logit(Z))
    adversarial = -log_expit(logit(Z))
    assert logs["critic"] == pytest.approx(critic.mean(), rel=1e-5)
    assert logs["adversarial"] == pytest.approx(adversarial.mean(), rel=1e-5)
    # Real and fake are not to be confused.
    confused = -log_expit(logit(Z)) - log_expit(-logit(DRAWS))
    assert abs(critic.mean() - confused.mean()) > 0.1


@pytest.mark.parametrize("training", [False, True], ids=["evaluate", "train"])
def test_the_logged_loss_is_the_models_without_the_critics(training):
    model, _ = linear_aae()
    logs = logs_of(model, X, training=training)
    assert set(logs) == {"loss", "reconstruction", "adversarial", "critic"}
    expected = logs["reconstruction"] + WEIGHT * logs["adversarial"]
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("training", [False, True], ids=["evaluate", "train"])
def test_a_labeled_critic_sees_code_and_label_with_one_element_for_unknown(training):
    model, logit = linear_aae(num_classes=CLASSES)
    logs = logs_of(model, X, Y, training=training)
    one_hot = np.eye(CLASSES + 1)[np.where(Y < 0, CLASSES, Y)]
    real = np.concatenate([DRAWS + Y[:, None], one_hot], axis=1)
    fake = np.concatenate([Z, one_hot], axis=1)
    critic = -log_expit(logit(real)) - log_expit(-logit(fake))
    assert logs["critic"] == pytest.approx(critic.mean(), rel=1e-5)
    assert logs["adversarial"] == pytest.approx(-log_expit(logit(fake)).mean(), rel=1e-5)


def test_what_is_real_is_of_the_class_and_of_the_whole_prior_where_it_is_unknown():
    prior = kerae.priors.GaussianMixture.ring(CLASSES, radial=0.1, tangential=0.1)
    model, _ = linear_aae(prior=prior, num_classes=CLASSES)
    identity = RepeatableNoise.identity_of(np.random.default_rng(2).random((300, 1)))

    def real(labels):
        noise = RepeatableNoise("pass", identity, seed=0)
        labels = ops.convert_to_tensor(labels, "int32")
        outputs = {"y": labels, "noise": noise, "prior": model.prior}
        codes = ops.convert_to_numpy(model.adversary.real(model, outputs))
        distances = np.linalg.norm(codes[:, None] - np.array(prior.means), axis=2)
        return distances.argmin(axis=1)

    labels = np.arange(300) % CLASSES
    np.testing.assert_array_equal(real(labels), labels)
    counts = np.bincount(real(np.full(300, -1)), minlength=CLASSES)
    assert (np.abs(counts - 100) < 3 * np.sqrt(300 * (1 / 3) * (2 / 3))).all()


def test_samples_of_a_class_come_from_its_part_of_the_prior():
    model, _ = linear_aae(num_classes=CLASSES, prior=GivenDraws())
    of_class = model.sample(EXAMPLES, 2, seed=0)
    codes = (DRAWS + 2).astype("float32")
    np.testing.assert_allclose(of_class, model.decode(codes), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.sample(EXAMPLES, seed=0), model.decode(DRAWS), rtol=1e-4)
    with pytest.raises(ValueError, match="Expected labels from -1 to 2. Received: 3"):
        model.sample(EXAMPLES, 3)


def test_a_labeled_critic_needs_a_prior_of_as_many_classes():
    message = r"3 classes needs a prior with as many.*{}.*GaussianMixture.ring\(3\)"
    with pytest.raises(ValueError, match=message.format("StandardNormal with 0")):
        linear_aae(num_classes=CLASSES, prior=None)
    with pytest.raises(ValueError, match=message.format("GaussianMixture with 2")):
        linear_aae(num_classes=CLASSES, prior=kerae.priors.GaussianMixture.ring(2))


def test_codes_are_decoded_without_labels():
    model, _ = linear_aae(num_classes=CLASSES)
    np.testing.assert_allclose(model.encode(X), Z, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="not conditional"):
        model.encode(X, Y)


def test_the_default_critic_is_a_network_of_codes_and_labels():
    model = kerae.AAE((FEATURES,), LATENT_DIM, num_classes=CLASSES, prior=GivenDraws())
    assert model.critic.input_shape == (None, LATENT_DIM + CLASSES + 1)
    assert model.critic.output_shape == (None, 1)
    assert LatentCritic().reads_labels is False

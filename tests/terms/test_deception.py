import numpy as np
import pytest
from keras import ops
from scipy.special import expit

import kerae
from kerae.adversaries import Adversary
from kerae.terms import Deception

LOGITS = np.float32([[-2.0, 0.0], [1.0, 3.0], [40.0, -40.0]])


class Verdicts(Adversary):
    def verdicts(self, model, outputs):
        return ops.convert_to_tensor(LOGITS)


class Model:
    adversary = Verdicts()


def test_it_is_the_mean_over_fakes_of_minus_the_log_probability_of_real():
    found = ops.convert_to_numpy(Deception(2.0).value(Model(), {}))
    expected = -np.log(expit(LOGITS.astype("float64"))).mean(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    loss = ops.convert_to_numpy(Deception(2.0).loss(found, step=0))
    np.testing.assert_allclose(loss, 2 * expected, rtol=1e-5)


def test_needs_a_model_with_an_adversary():
    with pytest.raises(ValueError, match=r"Deception needs.*Received: none.*LatentCritic\(\)"):
        kerae.Autoencoder((4,), kerae.latents.Deterministic(2), terms=[Deception()])


def test_refuses_a_negative_weight():
    with pytest.raises(ValueError, match="at least 0.*-1"):
        Deception(-1.0)

import numpy as np
import pytest
from keras import ops
from numbered_noise import noise
from scipy import stats

import kerae
from kerae.priors import SwissRoll

ROLL = SwissRoll(turns=1.5, radius=2.0, num_classes=4)


def sample(count, labels=None):
    return ops.convert_to_numpy(ROLL.sample(noise(count), labels))


def spiral(u):
    t = np.sqrt(u)
    angle = 3 * np.pi * t
    return 2 * t[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def uniforms(count):
    return ops.convert_to_numpy(noise(count).uniform(())).astype("float64")


def test_a_code_is_the_documented_function_of_the_noise():
    np.testing.assert_allclose(sample(50), spiral(uniforms(50)), rtol=1e-4, atol=1e-5)


def test_the_square_of_the_distance_from_the_origin_is_uniform():
    squared = np.sum(sample(2000) ** 2, axis=1) / 2.0**2
    assert stats.kstest(squared, "uniform").pvalue > 0.01


def test_each_class_has_its_own_stretch_and_minus_1_the_whole_roll():
    labels = np.tile([0, 1, 2, 3, -1], 10)
    u = uniforms(50)
    expected = spiral(np.where(labels < 0, u, (labels + u) / 4))
    np.testing.assert_allclose(sample(50, labels), expected, rtol=1e-4, atol=1e-5)


def test_it_has_no_density():
    with pytest.raises(ValueError, match=r"no density in the plane.*Compare samples instead"):
        ROLL.log_prob(np.zeros((1, 2), "float32"))


@pytest.mark.parametrize("name", ["turns", "radius", "num_classes"])
def test_refuses_what_is_not_positive(name):
    with pytest.raises(ValueError, match=f"positive. Received:.*{name}=0"):
        SwissRoll(**{name: 0})


def test_refuses_a_model_with_codes_of_another_shape():
    with pytest.raises(ValueError, match=r"SwissRoll, \(2,\). Received.*shape \(3,\)"):
        kerae.Autoencoder((4,), kerae.latents.Normal(3), prior=SwissRoll())

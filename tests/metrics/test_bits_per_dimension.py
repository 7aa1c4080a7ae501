import numpy as np
import pytest
from scipy import stats

from kerae import metrics

pytestmark = pytest.mark.once


def test_dequantized_values_take_as_many_bits_as_their_entropy():
    """A histogram over 4 values, its density on [0, 1] where noise fills the steps."""
    generator = np.random.default_rng(0)
    probability = np.array([0.1, 0.2, 0.3, 0.4])
    values = generator.choice(4, size=(20_000, 3), p=probability)
    log_density = np.log(4 * probability[values]).sum(axis=1)  # at (value + noise) / 4
    bits = metrics.bits_per_dimension(log_density, 3, levels=4)
    entropy = stats.entropy(probability, base=2)
    assert abs(bits.mean() - entropy) < 4 * bits.std() / np.sqrt(len(bits))
    counted = metrics.bits_per_dimension(np.log(probability[values]).sum(axis=1), 3)
    np.testing.assert_allclose(counted, bits)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([np.nan], 3), "log_likelihood"),
        (([-1.0], 0), "`num_dimensions` of at least 1"),
        (([-1.0], 3, 1), "`levels` of at least 2"),
    ],
)
def test_others_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        metrics.bits_per_dimension(*arguments)

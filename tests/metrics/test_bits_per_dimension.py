import numpy as np
import pytest

from kerae.metrics import bits_per_dimension


@pytest.mark.once
def test_a_coin_an_element_is_a_bit_and_the_shape_is_kept():
    nats = np.log(2) * 12 * np.array([[1.0, 2.0]])
    np.testing.assert_allclose(bits_per_dimension(nats, (2, 3, 2)), [[1.0, 2.0]])
    assert bits_per_dimension(100.0, (10,)) == pytest.approx(10 * np.log2(np.e))
    with pytest.raises(ValueError, match="tuple of positive integers"):
        bits_per_dimension(nats, 784)
    with pytest.raises(ValueError, match="NaN or infinity"):
        bits_per_dimension([np.nan], (2,))

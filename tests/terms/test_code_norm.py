import numpy as np
from keras import ops
from scipy import stats

from kerae.terms import CodeNorm

# Two examples, two codes drawn of each, three code units.
Z = np.float32([[[1, -2, 0], [3, 0, 0]], [[-0.5, 0, 0.25], [0, 0, 0]]])
VALUE = ops.convert_to_numpy(CodeNorm().value(None, {"z": Z}))


def test_it_is_half_the_squared_length_by_hand():
    np.testing.assert_allclose(VALUE, [(5 / 2 + 9 / 2) / 2, (0.3125 / 2 + 0) / 2])


def test_it_is_the_negative_log_density_of_a_standard_normal_but_for_a_constant():
    log_density = stats.norm.logpdf(Z).sum(axis=2).mean(axis=1)
    np.testing.assert_allclose(np.diff(VALUE), -np.diff(log_density), rtol=1e-5)

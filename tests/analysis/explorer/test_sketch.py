import numpy as np
import pytest

from kerae.analysis.explorer.sketch import Sketch

pytestmark = pytest.mark.once


def test_a_dot_covers_pixels_by_their_distance():
    sketch = Sketch((44, 22, 1))  # so that the brush has a radius of 2 pixels
    sketch.stroke((10.5, 20.5), (10.5, 20.5))
    covered = sketch.pixels[20, 10:15, 0]
    np.testing.assert_allclose(covered, [1.0, 1.0, 0.5, 0.0, 0.0])
    np.testing.assert_allclose(sketch.pixels[20:25, 10, 0], covered)
    np.testing.assert_allclose(sketch.pixels[21, 11, 0], 1.0)  # sqrt(2) away
    np.testing.assert_allclose(sketch.pixels[22, 11, 0], 2.5 - 5**0.5, rtol=1e-6)


def test_a_stroke_covers_what_lies_along_it_and_keeps_what_was_there():
    sketch = Sketch((22, 44, 3))
    sketch.stroke((5.5, 5.5), (30.5, 5.5))
    np.testing.assert_array_equal(sketch.pixels[5, 5:31], 1.0)
    np.testing.assert_array_equal(sketch.pixels[7, 5:31], 0.5)
    assert sketch.pixels[5, 33:].max() == 0.0
    sketch.stroke((30.5, 7.5), (30.5, 18.5))
    np.testing.assert_array_equal(sketch.pixels[5, 5:31], 1.0)
    np.testing.assert_array_equal(sketch.pixels[7:19, 30], 1.0)
    sketch.clear()
    assert sketch.pixels.shape == (22, 44, 3) and not sketch.pixels.any()

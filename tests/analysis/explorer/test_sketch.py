import io

import numpy as np
import pytest
from PIL import Image

from kerae.analysis.explorer.sketch import Sketch, read_image

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


def file_of(image, kind="PNG"):
    content = io.BytesIO()
    image.save(content, kind)
    return content.getvalue()


def test_an_image_of_the_right_size_is_read_as_it_is():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), "uint8")
    read = read_image(file_of(Image.fromarray(pixels)), (5, 7, 3))
    np.testing.assert_allclose(read, pixels / 255, rtol=1e-6)
    gray = read_image(file_of(Image.fromarray(pixels[..., 0])), (5, 7, 1))
    np.testing.assert_allclose(gray, pixels[..., :1] / 255, rtol=1e-6)
    # The weights of red, green and blue of ITU-R 601, rounded to whole values.
    mixed = read_image(file_of(Image.fromarray(pixels)), (5, 7, 1))[..., 0]
    np.testing.assert_allclose(mixed, pixels @ [0.299, 0.587, 0.114] / 255, atol=1.01 / 255)


def test_the_middle_is_kept_and_scaled():
    wide = np.zeros((20, 60), "uint8")
    wide[:, 10:50] = 255
    np.testing.assert_array_equal(read_image(file_of(Image.fromarray(wide)), (4, 4, 1)), 1.0)
    half = np.zeros((40, 40), "uint8")
    half[:20] = 255
    read = read_image(file_of(Image.fromarray(half), "JPEG"), (4, 4, 1))
    assert read[0].min() > 0.95 and read[3].max() < 0.05


def test_what_is_transparent_lies_on_white_and_a_turned_photo_is_turned_back():
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    np.testing.assert_array_equal(read_image(file_of(clear), (4, 4, 1)), 1.0)
    turned = np.zeros((8, 8), "uint8")
    turned[:, :4] = 255
    content, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter when shown
    Image.fromarray(turned).save(content, "PNG", exif=exif)
    read = read_image(content.getvalue(), (8, 8, 1))
    np.testing.assert_array_equal(read[:4], 1.0)
    np.testing.assert_array_equal(read[4:], 0.0)


@pytest.mark.parametrize("broken", ["text", "cut", "empty", "gif"])
def test_another_file_is_refused(broken):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), "uint8"))
    whole = file_of(image)
    content = {"text": b"hello", "cut": whole[: len(whole) // 2], "empty": b""}
    with pytest.raises(ValueError, match="Expected a PNG or JPEG image. Received: a file of"):
        read_image(
            content.get(broken) or (b"" if broken == "empty" else file_of(image, "GIF")), (8, 8, 1)
        )
